#include "models/sparse_autoencoder/atoms.hpp"

#include <cmath>
#include <complex>
#include <numbers>

#include "unfurl/at.hpp"

namespace unfurl::sparse_autoencoder_model {

namespace {

constexpr int middle = side / 2;

/// The copy that decodes: the last one; null where there is none of the name.
const std::vector<double>* last(const Network& network, const std::string& name) {
  const std::vector<double>* found = nullptr;
  for (const Parameter& p : network.parameters())
    if (p.base == name) found = &p.values;
  return found;
}

/// Adds the atoms of one dictionary, times a number.
class Sum {
 public:
  void add(const std::vector<double>& D, double by) {
    if (D.size() == at(side * side * atoms)) return add_columns(D, by);
    if (D.size() == at(kernels * kernel_side * kernel_side)) return add_kernels(D, by);
    const std::vector<double> m = modes(side);  // of waves: to pixels
    constexpr std::size_t count = std::size_t{waves} * waves;
    std::vector<double> columns(at(side * side * atoms));
    for (std::size_t i = 0; i < m.size(); ++i)
      for (std::size_t a = 0; a < atoms; ++a)
        columns[i / count * atoms + a] += m[i] * D[i % count * atoms + a];
    add_columns(columns, by);
  }
  /// A kernel by its low frequencies.
  void add(int kernel, const std::vector<double>& re, const std::vector<double>& im, double by) {
    resize(kernels);
    for (int i = 0; i < side; ++i)
      for (int j = 0; j < side; ++j) {
        double sum = 0;
        std::size_t f = 0;
        for (int down = -highest; down <= highest; ++down)
          for (int right = 0; right <= highest; ++right, ++f) {
            const double turns = static_cast<double>(down * (i - middle) + right * (j - middle)) / side;
            sum +=
                (right == 0 ? 1 : 2) *
                (std::complex<double>(re[f], im[f]) * std::polar(1.0, 2 * std::numbers::pi * turns)).real();
          }
        pixel(kernel, i, j) += static_cast<float>(by * kernel_side * sum / (side * side));
      }
  }
  Pictures result{side, side, {}};

 private:
  void resize(int count) { result.pixels.resize(at(count * side * side)); }
  float& pixel(int picture, int i, int j) { return result.pixels[at((picture * side + i) * side + j)]; }
  void add_columns(const std::vector<double>& D, double by) {
    resize(atoms);
    for (int i = 0; i < side * side; ++i)
      for (int a = 0; a < atoms; ++a)
        result.pixels[at(a * side * side + i)] += static_cast<float>(by * D[at(i * atoms + a)]);
  }
  /// Networks do not turn kernels round; so what a one makes is the kernel turned round.
  void add_kernels(const std::vector<double>& D, double by) {
    resize(kernels);
    for (int c = 0; c < kernels; ++c)
      for (int i = 0; i < kernel_side; ++i)
        for (int j = 0; j < kernel_side; ++j)
          pixel(c, middle + kernel_side / 2 - i, middle + kernel_side / 2 - j) +=
              static_cast<float>(by * D[at((c * kernel_side + i) * kernel_side + j)]);
  }
};

void add(Sum& sum, const Network& network, const std::string& prefix, double by) {
  if (const auto* D = last(network, prefix + "D")) return sum.add(*D, by);
  for (int c = 0; c < kernels; ++c) {
    const std::string name = prefix + "D" + std::to_string(c);
    sum.add(c, *last(network, name + "_re"), *last(network, name + "_im"), by);
  }
}

}  // namespace

Pictures atoms_of(const Network& network) {
  Sum sum;
  if (last(network, "channel0_project") == nullptr) add(sum, network, "", 1);
  for (int c = 0; const auto* by = last(network, "channel" + std::to_string(c) + "_project"); ++c)
    add(sum, network, "channel" + std::to_string(c) + "_", by->at(0));
  return std::move(sum.result);
}

}  // namespace unfurl::sparse_autoencoder_model
