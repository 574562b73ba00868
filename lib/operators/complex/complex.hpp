// What complex formulas are made of: pairs of real arrays, all real parts and then all imaginary ones.
#pragma once

#include "unfurl/complex.hpp"

namespace unfurl::operators {

/// [[re, -im], [im, re]] of a complex matrix, [2 rows, 2 columns]: the matrix of its product with pairs. A vector counts as a
/// matrix of one row.
Expr blocks(const Complex& matrix, const Where& where);
/// Extents of the array that a pair of arrays of these extents is.
std::vector<int> pair_extents(std::vector<int> dims);
/// Extents of a part of such an array; none where they are not known.
std::vector<int> part_extents(const Expr& pair);

}  // namespace unfurl::operators
