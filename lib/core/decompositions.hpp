// Decompositions of matrices, compiled once: every file that includes them takes seconds more.
#pragma once

#include <Eigen/Core>

namespace unfurl::detail {

struct SymmetricEigen {
  Eigen::VectorXd values;   ///< ascending
  Eigen::MatrixXd vectors;  ///< of unit norm, as columns
};

/// Of a symmetric matrix, whose lower triangle alone is read.
SymmetricEigen symmetric_eigen(const Eigen::MatrixXd& matrix);

/// U V^T of the thin singular value decomposition U S V^T: the matrix with orthonormal columns (rows, where there are fewer)
/// that is nearest.
Eigen::MatrixXd nearest_orthonormal(const Eigen::MatrixXd& matrix);

}  // namespace unfurl::detail
