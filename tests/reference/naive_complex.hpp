// Complex vectors, matrices and iterations on them as textbooks write them: std::complex, plain loops.
#pragma once

#include <algorithm>
#include <cmath>
#include <complex>
#include <vector>

namespace unfurl::naive {

using Number = std::complex<double>;
using ComplexVector = std::vector<Number>;

/// A matrix by rows.
struct ComplexMatrix {
  int rows = 0, columns = 0;
  ComplexVector entries;
  const Number& operator()(int i, int j) const {
    return entries[static_cast<std::size_t>(i) * static_cast<std::size_t>(columns) +
                   static_cast<std::size_t>(j)];
  }
};

inline ComplexVector multiply(const ComplexMatrix& a, const ComplexVector& x) {
  ComplexVector y(static_cast<std::size_t>(a.rows));
  for (int i = 0; i < a.rows; ++i)
    for (int j = 0; j < a.columns; ++j)
      y[static_cast<std::size_t>(i)] += a(i, j) * x[static_cast<std::size_t>(j)];
  return y;
}

/// A^H y.
inline ComplexVector multiply_adjoint(const ComplexMatrix& a, const ComplexVector& y) {
  ComplexVector x(static_cast<std::size_t>(a.columns));
  for (int i = 0; i < a.rows; ++i)
    for (int j = 0; j < a.columns; ++j)
      x[static_cast<std::size_t>(j)] += std::conj(a(i, j)) * y[static_cast<std::size_t>(i)];
  return x;
}

inline Number shrink(Number z, double threshold) {
  const double size = std::abs(z);
  return size > threshold ? z * ((size - threshold) / size) : 0;
}

/// x <- shrink(v - step A^H (A v - b), step lambda) from zero, with v = x, or accelerated [Beck09].
inline ComplexVector ista(const ComplexMatrix& a, const ComplexVector& b, double lambda, double step,
                          int iterations, bool accelerated = false) {
  ComplexVector x(static_cast<std::size_t>(a.columns)), v = x;
  double t = 1;
  for (int k = 0; k < iterations; ++k) {
    ComplexVector r = multiply(a, v);
    for (std::size_t i = 0; i < r.size(); ++i) r[i] -= b[i];
    const ComplexVector slope = multiply_adjoint(a, r), before = x;
    for (std::size_t j = 0; j < x.size(); ++j) x[j] = shrink(v[j] - step * slope[j], step * lambda);
    const double next = (1 + std::sqrt(1 + 4 * t * t)) / 2;
    for (std::size_t j = 0; j < x.size(); ++j)
      v[j] = accelerated ? x[j] + (t - 1) / next * (x[j] - before[j]) : x[j];
    t = next;
  }
  return x;
}

}  // namespace unfurl::naive
