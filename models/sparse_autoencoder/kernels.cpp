#include "models/sparse_autoencoder/kernels.hpp"

#include <cmath>
#include <complex>
#include <numbers>

#include "unfurl/at.hpp"
#include "unfurl/formulas.hpp"

namespace unfurl::sparse_autoencoder_model {

std::vector<double> random_kernels(double length) {
  constexpr int taps = kernel_side * kernel_side;
  Random random(2);
  std::vector<double> k(at(kernels * taps));
  for (int c = 0; c < kernels; ++c) {
    double square = 0;
    for (int i = 0; i < taps; ++i) {
      const int down = i / kernel_side - kernel_side / 2, right = i % kernel_side - kernel_side / 2;
      const double v = (random.normal() + 0.5) * std::exp(-(down * down + right * right) / 8.0);
      k[at(c * taps + i)] = v;
      square += v * v;
    }
    for (int i = 0; i < taps; ++i) k[at(c * taps + i)] *= length / std::sqrt(square);
  }
  return k;
}

namespace {

/// Where the low frequencies are among those of an n x n picture, row by row of [n, n / 2 + 1]; the last number for all others.
std::vector<int> low_frequencies(int n) {
  std::vector<int> from;
  for (int down = 0; down < n; ++down)
    for (int right = 0; right < n / 2 + 1; ++right) {
      const int folded = down <= n / 2 ? down : down - n;
      const bool low = std::abs(folded) <= highest && right <= highest;
      from.push_back(low ? (folded + highest) * (highest + 1) + right : waves * (highest + 1));
    }
  return from;
}

/// The low frequencies of the kernels on 28 pixels, real and imaginary parts.
std::vector<std::complex<double>> spectrum(int kernel, double length) {
  const std::vector<double> k = random_kernels(length);
  std::vector<std::complex<double>> all;
  for (int down = -highest; down <= highest; ++down)
    for (int right = 0; right <= highest; ++right) {
      std::complex<double> sum = 0;
      for (int i = 0; i < kernel_side * kernel_side; ++i) {
        const int r = i / kernel_side - kernel_side / 2, c = i % kernel_side - kernel_side / 2;
        sum += k[at(kernel * kernel_side * kernel_side + i)] *
               std::polar(1.0, 2 * std::numbers::pi * (down * r + right * c) / side);
      }
      all.push_back(sum);
    }
  return all;
}

}  // namespace

Operator multipliers(Model& m, int n, const std::string& prefix, double length) {
  std::vector<Operator> parts;
  const std::vector<int> from = low_frequencies(n);
  for (int c = 0; c < kernels; ++c) {
    std::vector<double> re, im;
    for (const auto& z : spectrum(c, length))
      re.push_back(z.real() / kernel_side), im.push_back(z.imag() / kernel_side);
    const int count = static_cast<int>(re.size());
    const std::string name = prefix + "D" + std::to_string(c);
    const auto expand = [&](const Param& p) {
      return double{kernel_side} * gather(concatenate({p, 0.0 * slice(p, 0, 1)}), from);
    };
    parts.push_back(fourier(expand(m.param(name + "_re", vector(count), re)),
                            expand(m.param(name + "_im", vector(count), im))));
  }
  return linear("multipliers", [parts, n](const Expr& z) {
    const Expr codes = reshape(z, {kernels * n * n});
    Expr sum;
    for (int c = 0; c < kernels; ++c) {
      const Expr part = parts[at(c)] * reshape(slice(codes, c * n * n, n * n), {n, n});
      sum = sum ? sum + part : part;
    }
    return reshape(sum, {n * n});
  });
}

}  // namespace unfurl::sparse_autoencoder_model
