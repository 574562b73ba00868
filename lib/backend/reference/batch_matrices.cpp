// Products, solutions and determinants of every sample's own matrix.
#include "unfurl/extend/batch_matrices.hpp"

#include <cmath>
#include <utility>

#include "backend/reference/definitions.hpp"
#include "program/operations.hpp"

namespace unfurl::reference {

namespace {

double product(const Operands& x, int p, int r, int l) {
  const auto [left, right] = x.attributes.as<ir::BatchProduct>();
  double sum = 0;
  for (int k = 0; k < (left ? x.type(0).planes : x.type(0).rows); ++k)
    sum += (left ? x(0, k, p, l) : x(0, p, k, l)) * (right ? x(1, r, k, l) : x(1, k, r, l));
  return sum;
}

/// Gauss-Jordan elimination of A beside a right side; gives log |det A| and leaves the solution in the right side.
double eliminate(std::vector<std::vector<double>>& a, std::vector<double>& right) {
  double sum = 0;
  for (std::size_t k = 0; k < a.size(); ++k) {
    std::size_t pivot = k;
    for (std::size_t i = k; i < a.size(); ++i)
      if (std::abs(a[i][k]) > std::abs(a[pivot][k])) pivot = i;
    std::swap(a[k], a[pivot]), std::swap(right[k], right[pivot]);
    sum += std::log(std::abs(a[k][k]));
    for (std::size_t i = 0; i < a.size(); ++i) {
      if (i == k) continue;
      const double factor = a[i][k] / a[k][k];
      for (std::size_t j = k; j < a.size(); ++j) a[i][j] -= factor * a[k][j];
      right[i] -= factor * right[k];
    }
  }
  for (std::size_t k = 0; k < a.size(); ++k) right[k] /= a[k][k];
  return sum;
}

std::vector<std::vector<double>> matrix(const Operands& x, bool transpose, int l) {
  const int n = x.type(0).planes;
  std::vector<std::vector<double>> a(static_cast<std::size_t>(n));
  for (int i = 0; i < n; ++i)
    for (int j = 0; j < n; ++j)
      a[static_cast<std::size_t>(i)].push_back(transpose ? x(0, j, i, l) : x(0, i, j, l));
  return a;
}

double solve(const Operands& x, int p, int r, int l) {
  auto a = matrix(x, x.attributes.as<ir::BatchSolve>().transpose, l);
  std::vector<double> right;
  for (int i = 0; i < x.type(1).planes; ++i) right.push_back(x(1, i, r, l));
  (void)eliminate(a, right);
  return right[static_cast<std::size_t>(p)];
}

double log_determinant(const Operands& x, int, int, int l) {
  auto a = matrix(x, false, l);
  std::vector<double> right(a.size());
  return eliminate(a, right);
}

}  // namespace

const Definitions& batch_matrix_definitions() {
  static const Definitions table = {
      {&ir::ops::batch_matmul, product},
      {&ir::ops::batch_solve, solve},
      {&ir::ops::batch_log_determinant, log_determinant},
  };
  return table;
}

}  // namespace unfurl::reference
