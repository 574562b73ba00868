/// More formulas: what models, losses and penalties of one's own are written with. All throw ModelError, with the line of the
/// formula, where the operand does not fit.
#pragma once

#include "unfurl/model.hpp"

namespace unfurl {

Expr sqrt(Expr a, Where where = Where::here());  ///< of a non-negative formula
/// A power with a fixed exponent, of a non-negative formula; of any formula for the exponents 1, 2.
Expr pow(Expr a, double exponent, Where where = Where::here());
Expr abs(Expr a, Where where = Where::here());
Expr relu(Expr a, Where where = Where::here());     ///< the larger of a and 0
Expr sigmoid(Expr a, Where where = Where::here());  ///< 1 / (1 + exp(-a))
/// The larger of two formulas, entry by entry; where they are equal, gradients go to the second.
Expr max(Expr a, Expr b, Where where = Where::here());

/// Sum over all entries of each sample: a scalar.
Expr sum(Expr a, Where where = Where::here());
/// The largest entry of each sample: a scalar. Equal ones share the gradient.
Expr max(Expr a, Where where = Where::here());

/// Rows and columns of a matrix of parameters exchanged.
Expr transpose(Expr matrix, Where where = Where::here());
/// Vectors (or matrices with as many rows) one behind the other: their entries (or columns).
Expr concatenate(std::vector<Expr> parts, Where where = Where::here());
/// The entries of a vector (or columns of a matrix) with these numbers, in this order; numbers may repeat.
Expr gather(Expr a, const std::vector<int>& entries, Where where = Where::here());
/// The same vector as an array of these extents, row by row: what convolutions go by.
Expr reshape(Expr a, std::vector<int> dims, Where where = Where::here());

}  // namespace unfurl
