#pragma once

#include <vector>

namespace unfurl::operators {

/// A^+ of a matrix by rows, [columns, rows], by rows; singular values below 1e-12 of the largest are zero.
std::vector<double> pseudoinverse(const std::vector<double>& matrix, int rows, int columns);

}  // namespace unfurl::operators
