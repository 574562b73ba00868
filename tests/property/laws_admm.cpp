// ADMM equals plain loops after every layer, and goes where coordinate descent and ISTA go.
#include <doctest/doctest.h>

#include "property/laws.hpp"
#include "unfurl/operators.hpp"
#include "unfurl/train.hpp"

TEST_SUITE_BEGIN("property");

namespace unfurl::test {

namespace {

using naive::Matrix;
using naive::Vector;
using Proximal = std::function<double(double z, double step)>;  ///< of an entry

constexpr int layers = 8, rows = 5, columns = 4;
constexpr double lambda = 0.3, smoothness = 0.2;

/// A penalty g(K x) by its matrix and proximal map.
struct Split {
  Matrix k;
  Proximal proximal;
};

struct AdmmCase {
  std::string name;
  std::vector<Split> splits;
  Domain domain = Domain::real;
  int result = 0;  ///< which split is the result; -1: x
};

Matrix identity() {
  Matrix k{columns, columns, Vector(columns * columns, 0.0)};
  for (int i = 0; i < columns; ++i) k(i, i) = 1;
  return k;
}
Matrix neighbours() {
  Matrix k{columns - 1, columns, Vector((columns - 1) * columns, 0.0)};
  for (int i = 0; i + 1 < columns; ++i) k(i, i) = -1, k(i, i + 1) = 1;
  return k;
}

Matrix dictionary() {
  Random random(1);
  return {rows, columns, exact_floats(random, rows * columns, -1, 1)};
}
Dataset signals() {
  Random random(2);
  return Dataset().add("b", 1, rows, as_floats(exact_floats(random, 3 * rows, -2, 2)));
}

double shrink(double z, double t) { return naive::soft_threshold(z, t); }

std::vector<AdmmCase> cases() {
  const Split sparse{identity(), [](double z, double s) { return shrink(z, s * lambda); }};
  const Split flat{neighbours(), [](double z, double s) { return shrink(z, s * smoothness); }};
  const Split positive{identity(), [](double z, double) { return std::max(z, 0.0); }};
  const Split sparse_and_positive{identity(),
                                  [](double z, double s) { return std::max(z - s * lambda, 0.0); }};
  return {{"sparse", {sparse}},
          {"flat", {flat}, Domain::real, -1},
          {"flat and sparse", {flat, sparse}, Domain::real, 1},
          {"sparse and not negative", {sparse_and_positive}, Domain::nonneg},
          {"flat and not negative", {flat, positive}, Domain::nonneg, 1}};
}

Model model_of(const AdmmCase& c) {
  Model m("admm");
  const auto x = m.latent("x", {columns}, c.domain);
  m.factor("fit", SquaredError{m.observed("b", {rows}),
                               m.param("A", matrix(rows, columns), dictionary().entries) * x});
  if (c.name.find("flat") != std::string::npos) m.factor("flat", L1{smoothness, differences() * x});
  if (c.name.find("sparse") != std::string::npos) m.factor("sparse", L1{lambda, x});
  return m;
}

/// The result after every iteration.
naive::Iterates iterate(const AdmmCase& c, const Vector& b, double penalty, double step, int iterations) {
  const Matrix a = dictionary();
  Vector x(columns, 0.0);
  std::vector<Vector> z, u;
  for (const Split& s : c.splits) z.emplace_back(at(s.k.rows), 0.0), u.emplace_back(at(s.k.rows), 0.0);
  naive::Iterates results;
  for (int n = 0; n < iterations; ++n) {
    Vector residual = naive::multiply(a, x);
    for (std::size_t i = 0; i < residual.size(); ++i) residual[i] -= b[i];
    Vector slope = naive::multiply_transposed(a, residual);
    for (std::size_t s = 0; s < c.splits.size(); ++s) {
      Vector apart = naive::multiply(c.splits[s].k, x);
      for (std::size_t i = 0; i < apart.size(); ++i) apart[i] += u[s][i] - z[s][i];
      const Vector back = naive::multiply_transposed(c.splits[s].k, apart);
      for (std::size_t j = 0; j < columns; ++j) slope[j] += penalty * back[j];
    }
    for (std::size_t j = 0; j < columns; ++j) x[j] -= step * slope[j];
    for (std::size_t s = 0; s < c.splits.size(); ++s) {
      const Vector image = naive::multiply(c.splits[s].k, x);
      for (std::size_t i = 0; i < image.size(); ++i) {
        z[s][i] = c.splits[s].proximal(image[i] + u[s][i], 1 / penalty);
        u[s][i] += image[i] - z[s][i];
      }
    }
    results.push_back(c.result < 0 ? x : z[at(c.result)]);
  }
  return results;
}

/// Minimises 1/2 |b - A x|^2 + lambda |x|_1 one entry after the other.
Vector coordinate_descent(const Vector& b, bool positive) {
  const Matrix a = dictionary();
  Vector x(columns, 0.0);
  for (int sweep = 0; sweep < 2000; ++sweep)
    for (int j = 0; j < columns; ++j) {
      double square = 0, inner = 0;
      const Vector image = naive::multiply(a, x);
      for (int i = 0; i < rows; ++i) {
        square += a(i, j) * a(i, j);
        inner += a(i, j) * (b[at(i)] - image[at(i)] + a(i, j) * x[at(j)]);
      }
      x[at(j)] = (positive ? std::max(inner - lambda, 0.0) : shrink(inner, lambda)) / square;
    }
  return x;
}

double objective(const AdmmCase& c, const Vector& b, const Vector& x) {
  double sum =
      naive::sparse_objective(dictionary(), b, x, c.name.find("sparse") != std::string::npos ? lambda : 0);
  if (c.name.find("flat") != std::string::npos)
    for (std::size_t j = 1; j < columns; ++j) sum += smoothness * std::abs(x[j] - x[j - 1]);
  return sum;
}

}  // namespace

TEST_CASE("ADMM equals naive loops after every layer") {
  const Dataset data = signals();
  for (const AdmmCase& c : cases())
    for (const Admm& options : {Admm{}, Admm{.penalty = 0.4, .step = 0.1}}) {
      INFO(c.name);
      const Network network = unroll(model_of(c), options, layers).compile();
      const double penalty = network.parameter("admm.penalty").values[0],
                   step = network.parameter("admm.step").values[0];
      if (options.penalty) CHECK((penalty == 0.4 && step == 0.1));
      const Numbers results = run_double(network, data);
      for (int sample = 0; sample < data.samples(); ++sample) {
        const auto expected = iterate(c, sample_of(data, "b", sample), penalty, step, layers);
        for (int n = 1; n <= layers; ++n)
          CHECK(difference(latents(network, results, n, sample, data.samples()), expected[at(n - 1)]) <
                1e-12);
      }
    }
}

TEST_CASE("ADMM converges to the minimum that coordinate descent and ISTA find") {
  const Dataset data = signals();
  for (const AdmmCase& c : cases()) {
    INFO(c.name);
    const Network network = unroll(model_of(c), Admm{}, 1).compile();
    const double penalty = network.parameter("admm.penalty").values[0],
                 step = network.parameter("admm.step").values[0];
    const double ista_step = 1 / (1.001 * naive::largest_eigenvalue(dictionary()));
    for (int sample = 0; sample < data.samples(); ++sample) {
      const Vector b = sample_of(data, "b", sample);
      const Vector x = iterate(c, b, penalty, step, 20000).back();
      if (c.name == "sparse") {
        CHECK(difference(x, naive::ista(dictionary(), b, lambda, ista_step, 20000).back()) < 1e-8);
        CHECK(difference(x, coordinate_descent(b, false)) < 1e-8);
      }
      if (c.name == "sparse and not negative") CHECK(difference(x, coordinate_descent(b, true)) < 1e-8);
      std::mt19937 random(4);
      for (int other = 0; other < 200; ++other) {  // convex: no better place nearby
        Vector near = x;
        const Vector by = uniform(random, columns, -0.01, 0.01);
        for (std::size_t j = 0; j < columns; ++j) {
          near[j] += by[j];
          if (c.domain == Domain::nonneg) near[j] = std::max(near[j], 0.0);
        }
        CHECK(objective(c, b, near) > objective(c, b, x) - 1e-7);
      }
    }
  }
}

TEST_CASE("penalty and step of ADMM are trained, and untied as any parameter") {
  const Network network = unroll(model_of(cases()[0]), Admm{}, 3).untie("admm.step").compile();
  const Numbers slopes = gradients(network, signals());
  CHECK(slopes.at("admm.penalty")[0] != 0);
  for (const char* name : {"admm.step@0", "admm.step@1", "admm.step@2"}) CHECK(slopes.at(name)[0] != 0);
  Dataset data = signals();
  data.add("code", 1, columns, std::vector<float>(3 * columns, 0.5F));
  for (const AdmmCase& c : cases())
    for (const GradientCheck& check : check_gradients(unroll(model_of(c), Admm{}, 3).untie(all).compile(),
                                                      loss::squared_error("x", "code"), data)) {
      INFO(c.name << ", " << check.parameter << ", " << check.largest_error);
      CHECK(check.passed);
    }
}

}  // namespace unfurl::test

TEST_SUITE_END();
