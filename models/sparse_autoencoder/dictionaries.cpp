#include "models/sparse_autoencoder/dictionaries.hpp"

#include <cmath>
#include <numbers>

#include "models/sparse_autoencoder/kernels.hpp"
#include "unfurl/at.hpp"
#include "unfurl/formulas.hpp"

namespace unfurl::sparse_autoencoder_model {

namespace {

/// Wave j of `waves`, orthonormal to the others on 28 pixels, at the middle of pixel i of n: constant, cosines and sines.
double wave(int j, int i, int n) {
  const int periods = (j + 1) / 2;
  const double turns = periods * (i + 0.5) / n, angle = 2 * std::numbers::pi * turns;
  if (j == 0) return 1 / std::sqrt(static_cast<double>(side));
  return (j % 2 == 1 ? std::cos(angle) : std::sin(angle)) * std::sqrt(2.0 / side);
}

/// Some of the pictures as columns of this length, [pixels, atoms].
std::vector<double> picture_columns(const Pictures& pictures, double length) {
  const std::size_t pixels = pictures.size();
  std::vector<double> columns(pixels * atoms);
  Random random(1);
  for (int a = 0; a < atoms; ++a) {
    const std::size_t first = at(random.below(pictures.count())) * pixels;
    double square = 1e-12;
    for (std::size_t i = 0; i < pixels; ++i) square += std::pow(pictures.pixels[first + i], 2);
    for (std::size_t i = 0; i < pixels; ++i)
      columns[i * atoms + at(a)] = length * pictures.pixels[first + i] / std::sqrt(square);
  }
  return columns;
}

}  // namespace

Dictionary dictionary_by_name(const std::string& name) {
  if (name == "dense") return Dictionary::dense;
  if (name == "fourier") return Dictionary::fourier;
  return name == "convolution" ? Dictionary::convolution : Dictionary::multiplier;
}

std::vector<double> modes(int n) {
  std::vector<double> m;
  for (int i = 0; i < n; ++i)
    for (int j = 0; j < n; ++j)
      for (int a = 0; a < waves; ++a)
        for (int b = 0; b < waves; ++b) m.push_back(wave(a, i, n) * wave(b, j, n));
  return m;
}

std::vector<int> code_extents(Dictionary d, int n) {
  if (is_local(d)) return {kernels, n, n};
  return {atoms};
}

Operator dictionary(Model& m, Dictionary d, int n, const Pictures& start, const std::string& prefix,
                    double length) {
  const std::string name = prefix + "D";
  switch (d) {
    case Dictionary::dense: {
      const Operator pixels =
          dense(m.param(name, matrix(side * side, atoms), picture_columns(start, length)));
      return n == side ? pixels : sketch(n * n, resampling(side, n)) * pixels;
    }
    case Dictionary::fourier: {
      const std::vector<double> columns = picture_columns(start, length), basis = modes(side);
      constexpr std::size_t modes_kept = std::size_t{waves} * waves;
      std::vector<double> low(modes_kept * atoms);
      for (std::size_t i = 0; i < basis.size(); ++i)
        for (std::size_t a = 0; a < atoms; ++a)
          low[i % modes_kept * atoms + a] += basis[i] * columns[i / modes_kept * atoms + a];
      return sketch(n * n, modes(n)) * dense(m.param(name, matrix(waves * waves, atoms), low));
    }
    case Dictionary::convolution: {
      const Windows windows{.height = kernel_side,
                            .width = kernel_side,
                            .padding_down = kernel_side / 2,
                            .padding_right = kernel_side / 2,
                            .border = Border::circular};
      const Operator by_kernels = convolution(
          m.param(name, matrix(1, kernels * kernel_side * kernel_side), random_kernels(length)), windows);
      return linear("kernels", [by_kernels, n](const Expr& z) {
        return reshape(by_kernels * reshape(z, {kernels, n, n}), {n * n});
      });
    }
    case Dictionary::multiplier:
      return multipliers(m, n, prefix, length);
  }
  throw InternalError("a dictionary of no kind");
}

Lifted lifted(Model& m, Dictionary d, int n, const Pictures& start, const Expr& x, int channels) {
  if (channels == 1) {
    const Operator D = dictionary(m, d, n, start);
    return {x, D, D};
  }
  double square = 0;
  for (int c = 0; c < channels; ++c) square += 1.0 / ((c + 1) * (c + 1));
  std::vector<Expr> seen;
  std::vector<Operator> parts;
  std::vector<Expr> back;
  for (int c = 0; c < channels; ++c) {
    const std::string prefix = "channel" + std::to_string(c) + "_";
    const double share = 1 / ((c + 1) * std::sqrt(square));
    seen.push_back(m.param(prefix + "lift", share) * x);
    back.push_back(m.param(prefix + "project", share));
    parts.push_back(dictionary(m, d, n, start, prefix, share));
  }
  const Operator stacked = linear("lifted", [parts](const Expr& z) {
    std::vector<Expr> channels_of;
    for (const Operator& part : parts) channels_of.push_back(part * z);
    return concatenate(channels_of);
  });
  const Operator picture = linear("projected", [parts, back](const Expr& z) {
    Expr sum = back[0] * (parts[0] * z);
    for (std::size_t c = 1; c < parts.size(); ++c) sum = sum + back[c] * (parts[c] * z);
    return sum;
  });
  return {concatenate(seen), stacked, picture};
}

}  // namespace unfurl::sparse_autoencoder_model
