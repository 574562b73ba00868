// Textbook iterations on matrices: plain loops, float64. Nothing here is shared with the library.
#pragma once

#include <vector>

namespace unfurl::naive {

using Vector = std::vector<double>;

/// A matrix by rows.
struct Matrix {
  int rows = 0, columns = 0;
  Vector entries;
  double operator()(int i, int j) const { return entries[at(i, j)]; }
  double& operator()(int i, int j) { return entries[at(i, j)]; }
  std::size_t at(int i, int j) const {
    return static_cast<std::size_t>(i) * static_cast<std::size_t>(columns) + static_cast<std::size_t>(j);
  }
};

double sum_of_magnitudes(const Vector& x);
double sum_of_squares(const Vector& x);
Vector multiply(const Matrix& m, const Vector& x);
Vector multiply_transposed(const Matrix& m, const Vector& x);
Matrix with_unit_columns(Matrix m);
/// Largest eigenvalue of A^T A by the power method, until it stands still.
double largest_eigenvalue(const Matrix& a);

/// Iterates after 1, 2, ... iterations.
using Iterates = std::vector<Vector>;

/// h <- h (W^T v l^(beta - 2)) / (W^T l^(beta - 1) + lambda), l = W h + 1e-8 mean(v), started from ones;
/// iteration n uses w[n].
Iterates multiplicative_updates(const std::vector<Matrix>& w, const Vector& v, double beta, double lambda);
Iterates multiplicative_updates(const Matrix& w, const Vector& v, double beta, double lambda, int iterations);
/// Sum over entries of D_beta(v | W h + 1e-8 mean(v)) + lambda sum h, with every term of the divergence.
double divergence(const Matrix& w, const Vector& v, const Vector& h, double beta, double lambda);

double soft_threshold(double x, double threshold);
/// x <- soft_threshold(x - step A^T (A x - b), step lambda), from zero.
Iterates ista(const Matrix& a, const Vector& b, double lambda, double step, int iterations);
/// The same from y = x + (t_old - 1) / t_new (x - x_old) [Beck09].
Iterates fista(const Matrix& a, const Vector& b, double lambda, double step, int iterations);
/// x <- soft_threshold(S x + B b, theta), from zero [Gregor10].
Iterates lista(const Matrix& s, const Matrix& b, const Vector& theta, const Vector& data, int iterations);
/// 1/2 |b - A x|^2 + lambda |x|_1.
double sparse_objective(const Matrix& a, const Vector& b, const Vector& x, double lambda);

/// Activations of a sigmoid network: layer n is sigmoid(weights[n] previous + biases[n]).
Iterates sigmoid_network(const std::vector<Matrix>& weights, const std::vector<Vector>& biases, Vector input);

}  // namespace unfurl::naive
