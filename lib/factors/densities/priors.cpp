// Densities of latents that are known by their means and variances given an observation with normal noise.
#include <algorithm>
#include <cmath>

#include "core/floors.hpp"
#include "factors/factors.hpp"
#include "unfurl/extend/fourier.hpp"
#include "unfurl/extend/prior.hpp"
#include "unfurl/linear_gaussian.hpp"

namespace unfurl {

namespace {

using detail::cat;
using ir::Builder;
using ir::Value;

/// The densities are of a latent itself.
void check_latent(const Model::FactorDeclaration& f) {
  factors::check_penalised(f);
  if (f.spec.args.back().node().kind != Expr::Node::Kind::latent)
    throw ModelError(cat("factor '", f.name, "' of type ", f.spec.type->name(), " is given the formula '",
                         f.spec.args.back().node().text, "'"),
                     f.where, "a prior is of a latent itself");
}

std::string not_positive(const Model::FactorDeclaration& f, const std::vector<std::vector<double>>& values,
                         std::size_t arg) {
  for (const double v : values[arg])
    if (!(v > 0)) return cat("a variance that is not positive: '", f.spec.args[arg].node().text, "' is ", v);
  return "";
}

/// The same real number in all entries of a latent, or so many planes of them.
Value fill(Builder& b, const FactorGroup& g, double number, int planes = 1) {
  const ir::Type type{planes, g.declaration->spec.args.back().type().rows, false};
  return b.constant(std::vector<double>(type.size(), number), type);
}

/// Arguments: variance and x.
class GaussianPriorType final : public PriorType {
 public:
  std::string name() const override { return "GaussianPrior"; }
  void check(const Model::FactorDeclaration& f) const override { check_latent(f); }
  std::string objection(const Model::FactorDeclaration& f,
                        const std::vector<std::vector<double>>& values) const override {
    return not_positive(f, values, 0);
  }
  Moments before(Builder& b, const FactorGroup& g) const override { return {fill(b, g, 0), g.args[0]}; }
  Moments given(Builder& b, const FactorGroup& g, Value z, Value variance) const override {
    const Value sum = b.add(g.args[0], variance);
    return {b.mul(z, b.div(g.args[0], sum)), b.mul(variance, b.div(g.args[0], sum))};
  }
};

/// Argument: x; the numbers are what its entries may be.
class OneOfType final : public PriorType {
 public:
  std::string name() const override { return "OneOf"; }
  void check(const Model::FactorDeclaration& f) const override {
    check_latent(f);
    std::vector<double> sorted = f.spec.numbers;
    std::sort(sorted.begin(), sorted.end());
    if (sorted.size() < 2 || std::adjacent_find(sorted.begin(), sorted.end()) != sorted.end() ||
        !std::all_of(sorted.begin(), sorted.end(), [](double v) { return std::isfinite(v); }))
      throw ModelError(cat("factor '", f.name, "' of type OneOf is given ", sorted.size(), " numbers"),
                       f.where, "two or more that are finite, each once");
  }
  Moments before(Builder& b, const FactorGroup& g) const override {
    const std::vector<double>& numbers = g.declaration->spec.numbers;
    double mean = 0, square = 0;
    for (const double v : numbers) {
      mean += v / static_cast<double>(numbers.size());
      square += v * v / static_cast<double>(numbers.size());
    }
    const int planes = numbers.size() == 2 ? 1 : static_cast<int>(numbers.size());
    return {fill(b, g, mean), b.constant(square - mean * mean), fill(b, g, 0, planes)};
  }
  Moments given(Builder& b, const FactorGroup& g, Value z, Value variance) const override {
    const std::vector<double>& numbers = g.declaration->spec.numbers;
    if (numbers.size() == 2) {
      const double middle = (numbers[0] + numbers[1]) / 2, half = (numbers[1] - numbers[0]) / 2;
      const Value centred = middle == 0 ? z : b.sub(z, b.constant(middle));
      const Value turn = b.div(b.scale(centred, half), variance), t = b.tanh(turn);
      const Value mean = b.scale(t, half);
      return {middle == 0 ? mean : b.add(mean, b.constant(middle)),
              b.scale(b.mul(b.one_minus(t), b.add(t, b.constant(1))), half * half), b.scale(turn, 2)};
    }
    const int n = static_cast<int>(numbers.size());
    const Value points = b.constant(numbers, {n, 1, false});
    const Value square = b.squared_difference(z, points);
    const Value logit = b.div(b.scale(square, -0.5), variance);
    const Value p = b.exp(b.normalize_planes(logit));
    const ir::Type t = b.type(logit);
    const ir::Type one{1, t.rows, t.lanes};
    const Value mean = b.sum_to(b.mul(p, points), one);
    return {mean, b.sum_to(b.mul(p, b.squared_difference(points, mean)), one), logit};
  }
  Value nearest(Builder& b, const FactorGroup& g, Value z) const override {
    std::vector<double> numbers = g.declaration->spec.numbers;
    std::sort(numbers.begin(), numbers.end());
    Value value = b.constant(numbers[0]);
    for (std::size_t i = 1; i < numbers.size(); ++i)
      value =
          b.add(value, b.scale(b.greater(z, (numbers[i - 1] + numbers[i]) / 2), numbers[i] - numbers[i - 1]));
    return value;
  }
};

/// Arguments: threshold, variance and x.
class SpectralPriorType final : public PriorType {
 public:
  std::string name() const override { return "SpectralPrior"; }
  void check(const Model::FactorDeclaration& f) const override {
    check_latent(f);
    const ir::Type x = f.spec.args.back().type();
    for (std::size_t i = 0; i < 2; ++i)
      if (f.spec.args[i].type().size() != 1)
        throw ModelError(cat("factor '", f.name, "' of type SpectralPrior has '", f.spec.args[i].node().text,
                             "' of shape ", to_string(f.spec.args[i].type())),
                         f.where, "one number, of parameters and data");
    if (x.rows % 2 != 0)
      throw ModelError(cat("factor '", f.name, "' of type SpectralPrior is given '",
                           f.spec.args.back().node().text, "' of shape ", to_string(x)),
                       f.where, "a complex latent: all real parts, then all imaginary ones");
  }
  std::string objection(const Model::FactorDeclaration& f,
                        const std::vector<std::vector<double>>& values) const override {
    const std::string threshold = factors::negative_weight(f, values, 0);
    return threshold.empty() ? not_positive(f, values, 1) : threshold;
  }
  Moments before(Builder& b, const FactorGroup& g) const override { return {fill(b, g, 0), g.args[1]}; }
  Moments given(Builder& b, const FactorGroup& g, Value z, Value variance) const override {
    const int n = b.type(z).rows / 2;
    const Value u = ir::unitary_fourier(b, z, {1, n});
    const Value re = b.slice_rows(u, 0, n), im = b.slice_rows(u, n, n);
    const Value power = b.add(b.square(re), b.square(im));
    const Value noise = b.scale(b.mul(g.args[0], variance), 2);
    // Where there is no power there is nothing to multiply.
    const Value gain = b.div(b.relu(b.sub(power, noise)), b.maximum(power, floors::silence));
    const Value mean =
        ir::inverse_unitary_fourier(b, b.concat_rows({b.mul(gain, re), b.mul(gain, im)}), {1, n});
    return {mean, b.mul(variance, b.div(g.args[1], b.add(g.args[1], variance)))};
  }
};

const GaussianPriorType gaussian_prior;
const OneOfType one_of;
const SpectralPriorType spectral_prior;

}  // namespace

GaussianPrior::operator FactorSpec() const { return {&gaussian_prior, {variance, x}, {}}; }
OneOf::operator FactorSpec() const { return {&one_of, {x}, numbers}; }
SpectralPrior::operator FactorSpec() const { return {&spectral_prior, {threshold, variance, x}, {}}; }

}  // namespace unfurl
