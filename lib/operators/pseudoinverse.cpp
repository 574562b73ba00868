#include "operators/pseudoinverse.hpp"

#include <Eigen/Cholesky>
#include <Eigen/Core>
#include <Eigen/Eigenvalues>
#include <Eigen/QR>
#include <cmath>

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
  const Eigen::SelfAdjointEigenSolver<Matrix> gram(second * second.transpose());
  const Matrix root = gram.eigenvectors() * gram.eigenvalues().cwiseMax(0).cwiseSqrt().asDiagonal() *
                      gram.eigenvectors().transpose();
  const Matrix square = root * (first * first.transpose()) * root;
  return std::sqrt(
      Eigen::SelfAdjointEigenSolver<Matrix>(square, Eigen::EigenvaluesOnly).eigenvalues().maxCoeff());
}

}  // namespace unfurl::operators
