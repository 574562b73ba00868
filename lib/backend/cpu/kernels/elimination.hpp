// Gaussian elimination of one sample's matrix, which is copied out of the batch: every sample chooses pivots of its own.
#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

#include "backend/cpu/kernels/kernels.hpp"

namespace unfurl::cpu::eliminating {

using std::ptrdiff_t;

/// A matrix with right sides beside it, row by row.
template <class T>
struct Workspace {
  T* at_least(ptrdiff_t size) {
    if (static_cast<ptrdiff_t>(numbers.size()) < size) numbers.resize(static_cast<std::size_t>(size));
    return numbers.data();
  }
  std::vector<T> numbers;
};

template <class T>
void load(const View<const T>& from, int lane, bool transpose, T* to, ptrdiff_t width) {
  for (int i = 0; i < from.planes; ++i)
    for (int j = 0; j < from.rows; ++j)
      to[transpose ? j * width + i : i * width + j] = from.row(i, j)[lane * from.lane_stride];
}

/// Makes the first n columns of [n, width] triangular by partial pivoting, and gives the logarithm of their determinant's
/// magnitude.
template <class T>
T eliminate(T* a, ptrdiff_t n, ptrdiff_t width) {
  T log_determinant = 0;
  for (ptrdiff_t k = 0; k < n; ++k) {
    ptrdiff_t pivot = k;
    for (ptrdiff_t i = k + 1; i < n; ++i)
      if (std::abs(a[i * width + k]) > std::abs(a[pivot * width + k])) pivot = i;
    if (pivot != k) std::swap_ranges(a + k * width + k, a + (k + 1) * width, a + pivot * width + k);
    const T* from = a + k * width;
    log_determinant += std::log(std::abs(from[k]));
    for (ptrdiff_t i = k + 1; i < n; ++i) {
      T* to = a + i * width;
      const T factor = to[k] / from[k];
      for (ptrdiff_t j = k + 1; j < width; ++j) to[j] -= factor * from[j];
    }
  }
  return log_determinant;
}

/// Solves the triangular equations that eliminate() leaves; the solutions take the right sides' place.
template <class T>
void substitute(T* a, ptrdiff_t n, ptrdiff_t width) {
  for (ptrdiff_t k = n - 1; k >= 0; --k) {
    T* from = a + k * width;
    for (ptrdiff_t j = n; j < width; ++j) from[j] /= from[k];
    for (ptrdiff_t i = 0; i < k; ++i) {
      T* to = a + i * width;
      const T factor = to[k];
      for (ptrdiff_t j = n; j < width; ++j) to[j] -= factor * from[j];
    }
  }
}

}  // namespace unfurl::cpu::eliminating
