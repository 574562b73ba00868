// The analytic weight of ALISTA [Liu19].
#include <Eigen/Cholesky>
#include <Eigen/Core>
#include <cmath>
#include <optional>

#include "unfurl/operators.hpp"

namespace unfurl {

namespace {

using detail::cat;
using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// Of w . a = 1 the column w under which w^T G w is smallest, G = A A^T + ridge: a multiple of G^-1 a. Absent: no inverse.
std::optional<Matrix> closed_form(const Matrix& a, const Matrix& regular) {
  const Eigen::LDLT<Matrix> gram(regular);
  const auto pivots = gram.vectorD();
  if (gram.info() != Eigen::Success || !(pivots.minCoeff() > 1e-12 * pivots.maxCoeff())) return {};
  Matrix w = gram.solve(a);
  for (Eigen::Index j = 0; j < a.cols(); ++j) w.col(j) /= w.col(j).dot(a.col(j));
  return w;
}

/// Steps along the gradient G W - A of half the objective, each followed by the projection onto the constraints.
Matrix projected_gradient(const Matrix& a, const Matrix& gram) {
  const Eigen::RowVectorXd squares = a.colwise().squaredNorm();
  const auto project = [&](Matrix& w) {
    for (Eigen::Index j = 0; j < a.cols(); ++j)
      w.col(j) += a.col(j) * ((1 - w.col(j).dot(a.col(j))) / squares[j]);
  };
  double norm = 0;  // the largest eigenvalue, by its power
  Eigen::VectorXd v = Eigen::VectorXd::LinSpaced(a.rows(), 1, 2);
  for (int i = 0; i < 200; ++i) {
    v = gram * v;
    norm = v.norm();
    v /= norm;
  }
  Matrix w = a;
  project(w);
  const auto energy = [&] { return w.cwiseProduct(gram * w).sum(); };
  double before = energy();
  for (int i = 0; i < 20000; ++i) {
    w -= (gram * w - a) / norm;
    project(w);
    if (i % 10 != 9) continue;
    const double objective = energy();
    if (std::abs(before - objective) <= 1e-13 * objective) break;
    before = objective;
  }
  return w;
}

}  // namespace

std::vector<double> analytic_weight(const std::vector<double>& matrix, int rows, int columns,
                                    AnalyticWeight by, double ridge) {
  if (rows < 1 || columns < 1 ||
      matrix.size() != static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns))
    throw ModelError(
        cat("the analytic weight of ", matrix.size(), " numbers as a matrix of ", rows, " x ", columns), "",
        "rows times columns of them");
  const Matrix a = Eigen::Map<const Matrix>(matrix.data(), rows, columns);
  if (!a.allFinite() || !(a.colwise().squaredNorm().minCoeff() > 0))
    throw ModelError(cat("the analytic weight of a matrix of ", rows, " x ", columns,
                         " with a column of zeros, or entries that are not finite"),
                     "", "give the matrix its initial values");
  if (!(ridge >= 0 && std::isfinite(ridge)))
    throw ModelError(cat("the analytic weight has a ridge of ", ridge), "", "a number >= 0");
  const Matrix gram = a * a.transpose() + ridge * Matrix::Identity(rows, rows);
  std::optional<Matrix> w;
  if (by != AnalyticWeight::projected_gradient) w = closed_form(a, gram);
  if (!w && by == AnalyticWeight::closed_form)
    throw ModelError(cat("the analytic weight of a matrix of ", rows, " x ", columns, " with dependent rows"),
                     "", "AnalyticWeight::projected_gradient takes any matrix");
  if (!w) w = projected_gradient(a, gram);
  return {w->data(), w->data() + w->size()};
}

}  // namespace unfurl
