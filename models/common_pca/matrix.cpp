#include "models/common_pca/matrix.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace unfurl::common_pca_model {

Matrix product(const Matrix& a, const Matrix& b) {
  Matrix c(a.rows, b.columns);
  for (int i = 0; i < a.rows; ++i)
    for (int k = 0; k < a.columns; ++k)
      for (int j = 0; j < b.columns; ++j) c(i, j) += a(i, k) * b(k, j);
  return c;
}

Matrix eigenvectors(Matrix a) {
  const int size = a.rows;
  Matrix v(size, size);
  for (int i = 0; i < size; ++i) v(i, i) = 1;
  for (int sweep = 0; sweep < 12; ++sweep)
    for (int p = 0; p < size; ++p)
      for (int q = p + 1; q < size; ++q) {
        if (a(p, q) == 0) continue;
        const double ratio = (a(q, q) - a(p, p)) / (2 * a(p, q));
        const double t = (ratio < 0 ? -1 : 1) / (std::abs(ratio) + std::sqrt(ratio * ratio + 1));
        const double c = 1 / std::sqrt(t * t + 1), s = t * c;
        const auto turn = [&](double& x, double& y) {
          const double before = x;
          x = c * x - s * y, y = s * before + c * y;
        };
        for (int i = 0; i < size; ++i) turn(a(i, p), a(i, q));
        for (int i = 0; i < size; ++i) turn(a(p, i), a(q, i));
        for (int i = 0; i < size; ++i) turn(v(i, p), v(i, q));
      }
  std::vector<int> order(static_cast<std::size_t>(size));
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(), [&](int i, int j) { return a(i, i) > a(j, j); });
  Matrix sorted(size, size);
  for (int i = 0; i < size; ++i)
    for (int j = 0; j < size; ++j) sorted(i, j) = v(i, order[static_cast<std::size_t>(j)]);
  return sorted;
}

void solve(Matrix& a, Matrix& b) {
  for (int k = 0; k < a.rows; ++k)
    for (int i = 0; i < a.rows; ++i) {
      if (i == k) continue;
      const double factor = a(i, k) / a(k, k);
      for (int j = k; j < a.rows; ++j) a(i, j) -= factor * a(k, j);
      for (int j = 0; j < b.columns; ++j) b(i, j) -= factor * b(k, j);
    }
  for (int k = 0; k < a.rows; ++k)
    for (int j = 0; j < b.columns; ++j) b(k, j) /= a(k, k);
}

}  // namespace unfurl::common_pca_model
