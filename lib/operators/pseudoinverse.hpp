#pragma once

#include <vector>

namespace unfurl::operators {

/// A^+ of a matrix by rows, [columns, rows], by rows; singular values below 1e-12 of the largest are zero. With a ridge
/// > 0 it is A^T (A A^T + ridge)^-1.
std::vector<double> pseudoinverse(const std::vector<double>& matrix, int rows, int columns, double ridge = 0);

/// |W^T A|_2 of matrices by rows, [rows, columns].
double norm_of_product(const std::vector<double>& w, const std::vector<double>& a, int rows, int columns);

}  // namespace unfurl::operators
