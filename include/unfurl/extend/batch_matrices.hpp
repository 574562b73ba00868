/// Small matrices of which every sample has its own, as operations of programs: products, solutions of equations, determinants.
/// For authors of algorithms and losses; models have the formulas of unfurl/sample_matrices.hpp. A value of [planes, rows] is
/// the matrix of planes x rows; one without lanes is every sample's.
#pragma once

#include "unfurl/extend/builder.hpp"

namespace unfurl::ir {

/// Which of the factors of a product are transposed.
struct BatchProduct {
  bool transpose_left = false, transpose_right = false;
  bool operator==(const BatchProduct&) const = default;
  static constexpr auto fields() {
    return std::tuple(field("transpose_left", &BatchProduct::transpose_left),
                      field("transpose_right", &BatchProduct::transpose_right));
  }
};

/// Whether it is the transposed matrix that is inverted.
struct BatchSolve {
  bool transpose = false;
  bool operator==(const BatchSolve&) const = default;
  static constexpr auto fields() { return std::tuple(field("transpose", &BatchSolve::transpose)); }
};

/// A X for every sample.
Value batch_matmul(Builder& b, Value a, Value x, const BatchProduct& which = {});
/// A^-1 X, or A^-T X, of square A for every sample, by elimination with partial pivoting; not finite where A is singular.
Value batch_solve(Builder& b, Value a, Value x, const BatchSolve& which = {});
/// The inverse of a positive definite matrix, by elimination without exchanges. NaN where a pivot is not positive: no other matrix
/// has an inverse here.
Value inverse(Builder& b, Value matrix);
/// log |det A| of square A for every sample, [1, 1]; -inf where A is singular.
Value batch_log_determinant(Builder& b, Value a);
/// 1 on the diagonal, else 0.
Value identity_matrix(Builder& b, int n);

}  // namespace unfurl::ir
