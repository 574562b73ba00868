// Norms of linear maps, against singular values.
#include "operators/largest_eigenvalue.hpp"

#include <doctest/doctest.h>

#include "core/decompositions.hpp"
#include "unfurl/data.hpp"

TEST_SUITE_BEGIN("unit");

namespace unfurl::test {

namespace {

using Matrix = Eigen::MatrixXd;

double largest(const Matrix& a) {
  return operators::largest_eigenvalue(static_cast<std::size_t>(a.cols()), [&](std::vector<double>& v) {
    Eigen::Map<Eigen::VectorXd> x(v.data(), a.cols());
    x = (a.transpose() * (a * x)).eval();
  });
}

Matrix random_matrix(Random& random, int rows, int columns) {
  Matrix a(rows, columns);
  for (Eigen::Index i = 0; i < a.size(); ++i) a.data()[i] = random.normal();
  return a;
}

/// With these singular values.
Matrix with_values(Random& random, const Eigen::VectorXd& values) {
  const auto n = static_cast<int>(values.size());
  const auto rotation = [&] { return detail::nearest_orthonormal(random_matrix(random, n, n)); };
  return rotation() * values.asDiagonal() * rotation();
}

/// Not below the square of the norm but for rounding, and at most `above` of it above.
void check_norm(double found, double squared, double above) {
  CHECK(found >= squared * (1 - 1e-12));
  CHECK(found <= squared * (1 + above));
}

}  // namespace

TEST_CASE("the norm is that of the singular values, never below it") {
  Random random(3);
  for (int trial = 0; trial < 200; ++trial) {
    Matrix a = random_matrix(random, 1 + random.below(40), 1 + random.below(40));
    if (trial % 3 == 1) a = a.cwiseAbs();
    if (trial % 3 == 2) a *= std::pow(10.0, random.below(60) - 30);
    check_norm(largest(a), detail::symmetric_eigen(a.transpose() * a).values.maxCoeff(), 1e-3);
  }
  for (int trial = 0; trial < 60; ++trial) {  // a cluster below the largest, as close as it may be
    const int n = 60;
    Eigen::VectorXd values(n);
    for (int i = 0; i < n; ++i) values[i] = 1 - std::pow(10.0, -1 - trial % 12) * random.uniform();
    values[0] = 1;
    check_norm(largest(with_values(random, values)), 1, 1e-3);
  }
}

TEST_CASE("neighbours whose eigenvalues crowd, and vectors that a fixed start would not see") {
  for (const int n : {2, 10, 100, 2000}) {  // differences: 2 - 2 cos
    const double exact = 2 + 2 * std::cos(std::numbers::pi / n);
    const double found =
        operators::largest_eigenvalue(static_cast<std::size_t>(n), [](std::vector<double>& v) {
          std::vector<double> out(v.size(), 0.0);
          for (std::size_t i = 0; i + 1 < v.size(); ++i) {
            out[i] -= v[i + 1] - v[i];
            out[i + 1] += v[i + 1] - v[i];
          }
          v = out;
        });
    check_norm(found, exact, 1e-3);
  }
  const int side = 200;  // the Laplacian of a grid, a sum over both directions
  const double exact = 2 * (2 + 2 * std::cos(std::numbers::pi / side));
  const double found = operators::largest_eigenvalue(side * side, [](std::vector<double>& v) {
    std::vector<double> out(v.size(), 0.0);
    const auto differ = [&](std::size_t i, std::size_t j) {
      out[i] += v[i] - v[j];
      out[j] += v[j] - v[i];
    };
    for (std::size_t i = 0; i < v.size(); ++i) {
      if (i % side + 1 < side) differ(i, i + 1);
      if (i + side < v.size()) differ(i, i + side);
    }
    v = out;
  });
  check_norm(found, exact, 1e-3);
  Matrix row(1, 4);
  row << 1.01, -1, 1.01, -1;
  check_norm(largest(row), row.squaredNorm(), 1e-9);
  check_norm(largest(Matrix::Identity(50, 50)), 1, 1e-9);
  check_norm(largest(3e20 * Matrix::Ones(7, 5)), 9e40 * 35, 1e-9);
  CHECK(largest(Matrix::Zero(4, 6)) == 0);
  CHECK(std::isinf(largest(1e200 * Matrix::Ones(2, 2))));
}

}  // namespace unfurl::test

TEST_SUITE_END();
