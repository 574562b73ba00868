// Complex declarations, samples and factors, as those of pairs.
#include <numeric>

#include "model/expr.hpp"
#include "operators/complex/complex.hpp"

namespace unfurl {

using detail::cat;
using ir::Type;

namespace {

/// Entries of a sample or of a parameter; refused is what cannot be doubled.
std::vector<int> doubled(const std::string& name, std::vector<int> dims, const Where& where) {
  for (const int d : dims)
    if (d > (1 << 29))
      throw ModelError(cat("'", name, "' has an extent of ", d), where, "at most 2^29 of complex numbers");
  return operators::pair_extents(std::move(dims));
}

void need_samples(std::size_t numbers, int entries, std::size_t of_each, const Where& where) {
  if (entries < 1 || numbers % (of_each * static_cast<std::size_t>(entries)) != 0)
    throw DataError(cat(numbers, of_each == 1 ? " complex" : "", " numbers do not fill samples of ", entries,
                        " complex ones"),
                    where, "give whole samples, one after the other");
}

}  // namespace

Complex complex_observed(Model& m, const std::string& name, std::vector<int> dims, Where where) {
  return Complex::of_pair(m.observed(name, doubled(name, std::move(dims), where), real, where), where);
}

Complex complex_observed_matrix(Model& m, const std::string& name, int rows, int columns, Where where) {
  (void)doubled(name, {rows, columns}, where);
  return Complex::of_pair(m.features(name, {columns}, 2 * rows, real, where), where);
}

ComplexLatent complex_latent(Model& m, const std::string& name, std::vector<int> dims, Where where) {
  return ComplexLatent(m.latent(name, doubled(name, std::move(dims), where), real, where));
}

ComplexParam complex_param(Model& m, const std::string& name, Extent extent,
                           const std::vector<std::complex<double>>& initial, Space space, Where where) {
  (void)doubled(name, {extent.planes, extent.rows}, where);
  (extent.planes > 1 ? extent.planes : extent.rows) *= 2;
  std::vector<double> parts;
  for (const auto& z : initial) parts.push_back(z.real());
  for (const auto& z : initial) parts.push_back(z.imag());
  return ComplexParam(m.param(name, extent, std::move(parts), std::move(space), where));
}

std::vector<float> as_pairs(const std::vector<std::complex<double>>& values, int entries, Where where) {
  need_samples(values.size(), entries, 1, where);
  const auto n = static_cast<std::size_t>(entries);
  std::vector<float> pairs(2 * values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    float* real_part = pairs.data() + 2 * (i / n) * n + i % n;
    real_part[0] = static_cast<float>(values[i].real());
    real_part[n] = static_cast<float>(values[i].imag());
  }
  return pairs;
}

std::vector<std::complex<double>> from_pairs(const std::vector<float>& values, int entries, Where where) {
  need_samples(values.size(), entries, 2, where);
  const auto n = static_cast<std::size_t>(entries);
  std::vector<std::complex<double>> numbers(values.size() / 2);
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const float* real_part = values.data() + 2 * (i / n) * n + i % n;
    numbers[i] = {real_part[0], real_part[n]};
  }
  return numbers;
}

ComplexSquaredError::operator FactorSpec() const { return SquaredError{target.pair(), approximation.pair()}; }

ComplexL1::operator FactorSpec() const {
  const auto entries = x.type().size();
  std::vector<int> group(2 * entries);
  std::iota(group.begin(), group.begin() + static_cast<std::ptrdiff_t>(entries), 0);
  std::iota(group.begin() + static_cast<std::ptrdiff_t>(entries), group.end(), 0);
  return GroupLasso{weight, x.pair(), std::move(group)};
}

}  // namespace unfurl
