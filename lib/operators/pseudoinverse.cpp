#include "operators/pseudoinverse.hpp"

#include <Eigen/Cholesky>
#include <Eigen/QR>
#include <cmath>

#include "core/decompositions.hpp"

namespace unfurl::operators {

namespace {

using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

}  // namespace

std::vector<double> pseudoinverse(const std::vector<double>& matrix, int rows, int columns, double ridge) {
  const Matrix a = Eigen::Map<const Matrix>(matrix.data(), rows, columns);
  Matrix inverse;
  if (ridge > 0) {
    const Matrix regular = a * a.transpose() + ridge * Matrix::Identity(rows, rows);
    inverse = Eigen::LLT<Matrix>(regular).solve(a).transpose();
  } else {
    Eigen::CompleteOrthogonalDecomposition<Matrix> decomposition;
    decomposition.setThreshold(1e-12);
    decomposition.compute(a);
    inverse = decomposition.pseudoInverse();
  }
  return {inverse.data(), inverse.data() + inverse.size()};
}

double norm_of_product(const std::vector<double>& w, const std::vector<double>& a, int rows, int columns) {
  const Eigen::Map<const Matrix> first(w.data(), rows, columns), second(a.data(), rows, columns);
  // |W^T A|^2 is the largest eigenvalue of R (W W^T) R, R the root of A A^T.
  const detail::SymmetricEigen gram = detail::symmetric_eigen(second * second.transpose());
  const Eigen::MatrixXd root =
      gram.vectors * gram.values.cwiseMax(0).cwiseSqrt().asDiagonal() * gram.vectors.transpose();
  return std::sqrt(detail::symmetric_eigen(root * (first * first.transpose()) * root).values.maxCoeff());
}

}  // namespace unfurl::operators
