// Inverses of matrices by elimination.
#include <cmath>
#include <utility>

#include "backend/reference/definitions.hpp"
#include "program/operations.hpp"

namespace unfurl::reference {

namespace {

/// Entry (p, r) of the inverse: of the solution for column r of the identity, by elimination with exchanges.
double inverse(const Operands& x, int p, int r, int l) {
  const int n = x.type(0).planes;
  std::vector<std::vector<double>> rows;
  for (int i = 0; i < n; ++i) {
    std::vector<double> row;
    for (int j = 0; j < n; ++j) row.push_back(x(0, i, j, l));
    row.push_back(i == r ? 1 : 0);
    rows.push_back(row);
  }
  const auto size = static_cast<std::size_t>(n);
  for (std::size_t k = 0; k < size; ++k) {
    std::size_t best = k;
    for (std::size_t i = k; i < size; ++i)
      if (std::abs(rows[i][k]) > std::abs(rows[best][k])) best = i;
    std::swap(rows[k], rows[best]);
    for (std::size_t i = 0; i < size; ++i) {
      if (i == k) continue;
      const double factor = rows[i][k] / rows[k][k];
      for (std::size_t j = k; j <= size; ++j) rows[i][j] -= factor * rows[k][j];
    }
  }
  const auto at = static_cast<std::size_t>(p);
  return rows[at][size] / rows[at][at];
}

}  // namespace

const Definitions& inverse_definitions() {
  static const Definitions table = {
      {&ir::ops::inverse, inverse},
  };
  return table;
}

}  // namespace unfurl::reference
