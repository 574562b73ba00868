// Parameters of every space, their tangents, and geodesics that are computed in another way.
#pragma once

#include <Eigen/Dense>
#include <cmath>
#include <vector>

#include "stepper.hpp"

namespace unfurl {

using RowMatrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

struct SpaceCase {
  Space space;
  int rows = 0, columns = 0;
  std::size_t size() const { return static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns); }
  /// A random point.
  Parameter parameter() const {
    Random random(11);
    std::vector<double> values;
    for (std::size_t i = 0; i < size(); ++i)
      values.push_back(space.domain() == Domain::nonneg ? 0.1 + random.uniform() : random.normal());
    if (space == space::simplex)  // away from the border, where steps are cut
      for (std::size_t j = 0; j < static_cast<std::size_t>(columns); ++j) {
        double sum = 0;
        for (std::size_t i = j; i < size(); i += static_cast<std::size_t>(columns)) sum += values[i];
        for (std::size_t i = j; i < size(); i += static_cast<std::size_t>(columns)) values[i] /= sum;
      }
    return parameter_in(space, rows, columns, space.nearest(rows, columns, values));
  }
};

inline std::vector<SpaceCase> space_cases() {
  return {
      {space::free, 4, 3},         {nonneg, 4, 3},         {space::positive, 4, 3}, {space::clipped, 4, 3},
      {space::unit_columns, 6, 3}, {space::simplex, 5, 3}, {space::stiefel, 7, 3},  {space::stiefel, 4, 4},
      {space::stiefel, 6, 1}};
}

inline Eigen::Map<const RowMatrix> as_matrix(const SpaceCase& c, const std::vector<double>& values) {
  return {values.data(), c.rows, c.columns};
}

/// How far a vector is from the tangents of the space at a point.
inline double off_tangent(const SpaceCase& c, const std::vector<double>& point,
                          const std::vector<double>& vector) {
  const auto w = as_matrix(c, point), v = as_matrix(c, vector);
  if (c.space == space::unit_columns) return (w.transpose() * v).diagonal().cwiseAbs().maxCoeff();
  if (c.space == space::stiefel) return (w.transpose() * v + v.transpose() * w).cwiseAbs().maxCoeff();
  if (c.space == space::simplex) return v.colwise().sum().cwiseAbs().maxCoeff();
  return 0;
}

/// A tangent near a direction: of the coordinates, where there are any.
inline std::vector<double> tangent(const SpaceCase&, const Update<double>& u, std::vector<double> direction) {
  if (!u.space->has_coordinates()) u.space->pullback(u.point, direction.data());
  return direction;
}

/// The exponential of a square matrix, by Taylor's series of a small part of it.
inline Eigen::MatrixXd exponential(Eigen::MatrixXd a) {
  constexpr int halvings = 10;
  a /= 1 << halvings;
  Eigen::MatrixXd term = Eigen::MatrixXd::Identity(a.rows(), a.cols()), sum = term;
  for (int n = 1; n < 25; ++n) sum += term = term * a / n;
  for (int i = 0; i < halvings; ++i) sum = (sum * sum).eval();
  return sum;
}

/// The end of the geodesic that begins with this step: great circles, and on Stiefel manifolds with the metric of the matrices
/// around them the formula of [Edelman98, (2.42)].
inline std::vector<double> geodesic(const SpaceCase& c, const std::vector<double>& point,
                                    const std::vector<double>& step) {
  const auto w = as_matrix(c, point), v = as_matrix(c, step);
  std::vector<double> end(c.size());
  Eigen::Map<RowMatrix> to(end.data(), c.rows, c.columns);
  if (c.space == space::unit_columns) {
    for (int j = 0; j < c.columns; ++j) {
      const double angle = v.col(j).norm();
      to.col(j) = std::cos(angle) * w.col(j) + std::sin(angle) / angle * v.col(j);
    }
    return end;
  }
  const Eigen::Index n = c.columns;
  const Eigen::MatrixXd a = w.transpose() * v, s = v.transpose() * v, one = Eigen::MatrixXd::Identity(n, n);
  Eigen::MatrixXd generator(2 * n, 2 * n), both(c.rows, 2 * n);
  generator << a, -s, one, a;
  both << w, v;
  to = (both * exponential(generator)).leftCols(n) * exponential(-a);
  return end;
}

}  // namespace unfurl
