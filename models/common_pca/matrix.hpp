/// Small dense matrices.
#pragma once

#include <cstddef>
#include <vector>

namespace unfurl::common_pca_model {

/// A matrix by rows.
struct Matrix {
  int rows = 0, columns = 0;
  std::vector<double> entries{};
  Matrix(int r, int c)
      : rows(r), columns(c), entries(static_cast<std::size_t>(r) * static_cast<std::size_t>(c)) {}
  double& operator()(int i, int j) { return entries[index(i, j)]; }
  double operator()(int i, int j) const { return entries[index(i, j)]; }

 private:
  std::size_t index(int i, int j) const {
    return static_cast<std::size_t>(i) * static_cast<std::size_t>(columns) + static_cast<std::size_t>(j);
  }
};

Matrix product(const Matrix& a, const Matrix& b);
/// Eigenvectors of a symmetric matrix by Jacobi's rotations, in the columns, by falling eigenvalue.
Matrix eigenvectors(Matrix a);
/// X of A X = B for symmetric positive definite A; both are overwritten.
void solve(Matrix& a, Matrix& b);

}  // namespace unfurl::common_pca_model
