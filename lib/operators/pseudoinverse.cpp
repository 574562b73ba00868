#include "operators/pseudoinverse.hpp"

#include <Eigen/Core>
#include <Eigen/QR>

namespace unfurl::operators {

std::vector<double> pseudoinverse(const std::vector<double>& matrix, int rows, int columns) {
  using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  Eigen::CompleteOrthogonalDecomposition<Matrix> decomposition;
  decomposition.setThreshold(1e-12);
  decomposition.compute(Eigen::Map<const Matrix>(matrix.data(), rows, columns));
  const Matrix inverse = decomposition.pseudoInverse();
  return {inverse.data(), inverse.data() + inverse.size()};
}

}  // namespace unfurl::operators
