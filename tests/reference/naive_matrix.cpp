#include "reference/naive_matrix.hpp"

#include <cmath>

#include "unfurl/at.hpp"

namespace unfurl::naive {

namespace {

double squared_norm(const Vector& x) {
  double sum = 0;
  for (double v : x) sum += v * v;
  return sum;
}

Vector approximation(const Matrix& w, const Vector& h, const Vector& v) {
  Vector l = multiply(w, h);
  double sum = 0;
  for (double x : v) sum += x;
  for (double& x : l) x += 1e-8 * (sum > 0 ? sum / static_cast<double>(v.size()) : 1);
  return l;
}

Vector gradient_step(const Matrix& a, const Vector& b, const Vector& x, double lambda, double step) {
  Vector residual = multiply(a, x);
  for (std::size_t i = 0; i < residual.size(); ++i) residual[i] -= b[i];
  const Vector slope = multiply_transposed(a, residual);
  Vector next;
  for (std::size_t j = 0; j < x.size(); ++j)
    next.push_back(soft_threshold(x[j] - step * slope[j], step * lambda));
  return next;
}

}  // namespace

double sum_of_magnitudes(const Vector& x) {
  double sum = 0;
  for (const double v : x) sum += std::abs(v);
  return sum;
}

double sum_of_squares(const Vector& x) {
  double sum = 0;
  for (const double v : x) sum += v * v;
  return sum;
}

Vector multiply(const Matrix& m, const Vector& x) {
  Vector y(at(m.rows), 0.0);
  for (int i = 0; i < m.rows; ++i)
    for (int j = 0; j < m.columns; ++j) y[at(i)] += m(i, j) * x[at(j)];
  return y;
}

Vector multiply_transposed(const Matrix& m, const Vector& x) {
  Vector y(at(m.columns), 0.0);
  for (int i = 0; i < m.rows; ++i)
    for (int j = 0; j < m.columns; ++j) y[at(j)] += m(i, j) * x[at(i)];
  return y;
}

Matrix with_unit_columns(Matrix m) {
  for (int j = 0; j < m.columns; ++j) {
    double square = 0;
    for (int i = 0; i < m.rows; ++i) square += m(i, j) * m(i, j);
    for (int i = 0; i < m.rows; ++i) m(i, j) /= std::sqrt(square);
  }
  return m;
}

double largest_eigenvalue(const Matrix& a) {
  Vector x;
  for (int j = 0; j < a.columns; ++j)
    x.push_back(std::cos(3.7 * (j + 1) * (j + 1)));  // orthogonal to nothing that has a symmetry
  double value = 0, previous = -1;
  for (int n = 0; n < 100000 && std::abs(value - previous) > 1e-15 * value; ++n) {
    previous = value;
    x = multiply_transposed(a, multiply(a, x));
    value = std::sqrt(squared_norm(x));
    for (double& v : x) v /= value;
  }
  return value;
}

Iterates multiplicative_updates(const Matrix& w, const Vector& v, double beta, double lambda,
                                int iterations) {
  return multiplicative_updates(std::vector<Matrix>(at(iterations), w), v, beta, lambda);
}

Iterates multiplicative_updates(const std::vector<Matrix>& matrices, const Vector& v, double beta,
                                double lambda) {
  Vector h(at(matrices[0].columns), 1.0);
  Iterates iterates;
  for (const Matrix& w : matrices) {
    const Vector l = approximation(w, h, v);
    for (int k = 0; k < w.columns; ++k) {
      double up = 0, down = 0;
      for (int i = 0; i < w.rows; ++i) {
        up += w(i, k) * v[at(i)] * std::pow(l[at(i)], beta - 2);
        down += w(i, k) * std::pow(l[at(i)], beta - 1);
      }
      h[at(k)] *= up / (down + lambda);
    }
    iterates.push_back(h);
  }
  return iterates;
}

double divergence(const Matrix& w, const Vector& v, const Vector& h, double beta, double lambda) {
  const Vector l = approximation(w, h, v);
  double sum = 0;
  for (std::size_t i = 0; i < v.size(); ++i) {
    const double x = v[i], y = l[i];
    if (beta == 0)
      sum += x / y - std::log(x / y) - 1;
    else if (beta == 1)
      sum += x * std::log(x / y) - x + y;
    else
      sum += (std::pow(x, beta) + (beta - 1) * std::pow(y, beta) - beta * x * std::pow(y, beta - 1)) /
             (beta * (beta - 1));
  }
  for (double x : h) sum += lambda * x;
  return sum;
}

double soft_threshold(double x, double threshold) {
  if (x > threshold) return x - threshold;
  if (x < -threshold) return x + threshold;
  return 0;
}

Iterates ista(const Matrix& a, const Vector& b, double lambda, double step, int iterations) {
  Vector x(at(a.columns), 0.0);
  Iterates iterates;
  for (int n = 0; n < iterations; ++n) iterates.push_back(x = gradient_step(a, b, x, lambda, step));
  return iterates;
}

Iterates fista(const Matrix& a, const Vector& b, double lambda, double step, int iterations) {
  Vector x(at(a.columns), 0.0), y = x;
  double t = 1;
  Iterates iterates;
  for (int n = 0; n < iterations; ++n) {
    const Vector next = gradient_step(a, b, y, lambda, step);
    const double t_next = (1 + std::sqrt(1 + 4 * t * t)) / 2;
    for (std::size_t j = 0; j < x.size(); ++j) y[j] = next[j] + (t - 1) / t_next * (next[j] - x[j]);
    x = next;
    t = t_next;
    iterates.push_back(x);
  }
  return iterates;
}

Iterates lista(const Matrix& s, const Matrix& b, const Vector& theta, const Vector& data, int iterations) {
  Vector x(at(s.columns), 0.0);
  const Vector from_data = multiply(b, data);
  Iterates iterates;
  for (int n = 0; n < iterations; ++n) {
    Vector z = multiply(s, x);
    for (std::size_t j = 0; j < z.size(); ++j) z[j] = soft_threshold(z[j] + from_data[j], theta[j]);
    iterates.push_back(x = z);
  }
  return iterates;
}

double sparse_objective(const Matrix& a, const Vector& b, const Vector& x, double lambda) {
  Vector residual = multiply(a, x);
  for (std::size_t i = 0; i < residual.size(); ++i) residual[i] -= b[i];
  double sum = squared_norm(residual) / 2;
  for (double v : x) sum += lambda * std::abs(v);
  return sum;
}

Iterates sigmoid_network(const std::vector<Matrix>& weights, const std::vector<Vector>& biases,
                         Vector input) {
  Iterates activations;
  for (std::size_t layer = 0; layer < weights.size(); ++layer) {
    Vector z = multiply(weights[layer], input);
    for (std::size_t i = 0; i < z.size(); ++i) z[i] = 1 / (1 + std::exp(-z[i] - biases[layer][i]));
    activations.push_back(input = z);
  }
  return activations;
}

}  // namespace unfurl::naive
