/// Small matrices of which every sample has its own, as formulas: products, solutions of equations, determinants. An array of
/// [planes, rows], such as features, is the matrix of planes x rows; parameters are every sample's.
#pragma once

#include "unfurl/model.hpp"

namespace unfurl {

/// The entries of an array, row by row, as a matrix: a latent of {rows, columns}, say. Throws ModelError where their number is
/// another.
Expr as_matrix(Expr a, int rows, int columns, Where where = Where::here());
/// The entries of a matrix, row by row, as a vector.
Expr as_vector(Expr matrix, Where where = Where::here());

// All throw ModelError for shapes that do not fit.

/// A B, with A or B transposed where that is asked.
Expr matrix_product(Expr a, Expr b, bool transpose_a = false, bool transpose_b = false,
                    Where where = Where::here());
/// A^-1 B of square A, by elimination with partial pivoting; a NumericalError where A is singular.
Expr solve(Expr a, Expr b, Where where = Where::here());
/// log |det A| of square A: a scalar.
Expr log_determinant(Expr a, Where where = Where::here());

}  // namespace unfurl
