// Selections, and the proximal maps of total variation and of singular values.
#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "backend/reference/definitions.hpp"
#include "core/decompositions.hpp"
#include "program/attributes.hpp"
#include "program/operations.hpp"

namespace unfurl::reference {

namespace {

double top_k(const Operands& x, int p, int r, int l) {
  const double given = x(1, p, 0, l), mine = x(0, p, r, l);
  const double count = x.attributes.as<ir::Selection>().whole ? std::floor(given + 0.5) : given;
  int rank = 0;
  for (int i = 0; i < x.type(0).rows; ++i)
    if (x(0, p, i, l) > mine || (x(0, p, i, l) == mine && i < r)) ++rank;
  return std::clamp(count - rank, 0.0, 1.0);
}

/// A rising function that is linear between its corners and has slope 1 beyond them.
struct Corners {
  std::vector<std::pair<double, double>> at;  ///< argument and value

  double inverse(double value) const {
    if (value <= at.front().second) return at.front().first - (at.front().second - value);
    for (std::size_t i = 1; i < at.size(); ++i) {
      const auto [x0, y0] = at[i - 1];
      const auto [x1, y1] = at[i];
      if (value <= y1) return y1 > y0 ? x0 + (value - y0) * (x1 - x0) / (y1 - y0) : x1;
    }
    return at.back().first + (value - at.back().second);
  }
};

/// Row by row the slope of the least that rows so far can cost, as a function of the last of them; then back.
double total_variation(const Operands& x, int, int r, int l) {
  const int n = x.type(0).rows;
  const double weight = x(1, 0, 0, l);
  Corners slope{{{x(0, 0, 0, l), 0.0}}};
  std::vector<std::pair<double, double>> bounds;
  for (int i = 1; i < n; ++i) {
    const double low = slope.inverse(-weight), high = slope.inverse(weight);
    bounds.emplace_back(low, high);
    Corners next{{{low, -weight}}};
    for (const auto& corner : slope.at)
      if (corner.first > low && corner.first < high) next.at.push_back(corner);
    next.at.emplace_back(high, weight);
    for (auto& [argument, value] : next.at) value += argument - x(0, 0, i, l);
    slope = std::move(next);
  }
  double value = slope.inverse(0);
  for (int i = n - 1; i > r; --i) {
    const auto& [low, high] = bounds[static_cast<std::size_t>(i) - 1];
    value = std::clamp(value, low, high);
  }
  return value;
}

double mean_over_runs(const Operands& x, int p, int r, int l) {
  int begin = r, end = r + 1;
  while (begin > 0 && x(1, p, begin - 1, l) == x(1, p, r, l)) --begin;
  while (end < x.type(0).rows && x(1, p, end, l) == x(1, p, r, l)) ++end;
  double sum = 0;
  for (int i = begin; i < end; ++i) sum += x(0, p, i, l);
  return sum / (end - begin);
}

Eigen::MatrixXd symmetric(const Operands& x, std::size_t operand, int l) {
  const int columns = x.attributes.as<ir::MatrixRows>().columns, rows = x.type(operand).rows / columns;
  Eigen::MatrixXd m = Eigen::MatrixXd::Zero(rows + columns, rows + columns);
  for (int i = 0; i < rows; ++i)
    for (int j = 0; j < columns; ++j) m(i, rows + j) = m(rows + j, i) = x(operand, 0, i * columns + j, l);
  return m;
}

/// Entry r of an odd function of the singular values: its function of the eigenvalues of [0 A; A^T 0].
template <class F>
double of_singular_values(const Operands& x, int r, int l, F f) {
  const int columns = x.attributes.as<ir::MatrixRows>().columns, rows = x.type(0).rows / columns;
  const detail::SymmetricEigen e = detail::symmetric_eigen(symmetric(x, 0, l));
  double sum = 0;
  for (Eigen::Index k = 0; k < e.values.size(); ++k)
    sum += e.vectors(r / columns, k) * f(e.values[k]) * e.vectors(rows + r % columns, k);
  return sum;
}

double shrink(double value, double threshold) {
  return std::copysign(std::max(std::abs(value) - threshold, 0.0), value);
}

double shrink_singular_values(const Operands& x, int, int r, int l) {
  return of_singular_values(x, r, l, [&](double value) { return shrink(value, x(1, 0, 0, l)); });
}
double polar_factor(const Operands& x, int, int r, int l) {
  return of_singular_values(x, r, l, [least = std::max(x(1, 0, 0, l), 1e-12)](double value) {
    return std::abs(value) > least ? std::copysign(1.0, value) : 0.0;
  });
}

/// The derivative of a function of a symmetric matrix: in the eigenvectors' basis its divided differences.
double shrink_singular_values_slope(const Operands& x, int, int r, int l) {
  const int columns = x.attributes.as<ir::MatrixRows>().columns, rows = x.type(0).rows / columns;
  const double t = x(1, 0, 0, l);
  const detail::SymmetricEigen e = detail::symmetric_eigen(symmetric(x, 0, l));
  const Eigen::VectorXd& s = e.values;
  Eigen::MatrixXd p = e.vectors.transpose() * symmetric(x, 2, l) * e.vectors;
  for (Eigen::Index i = 0; i < s.size(); ++i)
    for (Eigen::Index j = 0; j < s.size(); ++j) {
      const double apart = s[i] - s[j];
      p(i, j) *= std::abs(apart) > 1e-9 ? (shrink(s[i], t) - shrink(s[j], t)) / apart
                                        : (std::abs(s[i]) > t || t == 0 ? 1.0 : 0.0);
    }
  return (e.vectors * p * e.vectors.transpose())(r / columns, rows + r % columns);
}

}  // namespace

const Definitions& penalty_definitions() {
  using namespace ir;
  static const Definitions table = {
      {&ops::top_k, top_k},
      {&ops::total_variation, total_variation},
      {&ops::mean_over_runs, mean_over_runs},
      {&ops::shrink_singular_values, shrink_singular_values},
      {&ops::shrink_singular_values_slope, shrink_singular_values_slope},
      {&ops::polar_factor, polar_factor},
  };
  return table;
}

}  // namespace unfurl::reference
