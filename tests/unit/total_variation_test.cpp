// Total variation: its energy, its proximal map, and the minimum that two algorithms reach by different ways.
#include <doctest/doctest.h>

#include <cmath>

#include "error/model_errors.hpp"
#include "grad/evaluate.hpp"
#include "model/expr.hpp"
#include "unfurl/at.hpp"
#include "unfurl/extend/factor.hpp"
#include "unfurl/unfurl.hpp"

TEST_SUITE_BEGIN("unit");

namespace unfurl::test {

namespace {

using Row = std::vector<double>;

constexpr int height = 3, width = 4, pixels = height * width;

/// Differences to the right, then below.
Row differences_of(const Row& x) {
  Row d;
  for (int r = 0; r < height; ++r)
    for (int c = 0; c + 1 < width; ++c) d.push_back(x[at(r * width + c + 1)] - x[at(r * width + c)]);
  for (int r = 0; r + 1 < height; ++r)
    for (int c = 0; c < width; ++c) d.push_back(x[at((r + 1) * width + c)] - x[at(r * width + c)]);
  return d;
}

double variation(const Row& x) {
  double sum = 0;
  for (const double d : differences_of(x)) sum += std::abs(d);
  return sum;
}

/// The energy at `x`, or the proximal map of `x` with a step.
Row of_factor(const Row& x, int iterations, double weight, std::optional<double> step, Domain domain) {
  Model m("tv");
  m.factor("tv", TotalVariation{weight, m.latent("x", {height, width}, domain), iterations});
  ir::Graph graph;
  ir::Builder b(graph);
  FactorGroup g;
  g.declaration = m.factors().data();
  const ir::Value v = b.input("x", {1, pixels, true});
  g.args = {b.constant(weight), v};
  const FactorType& type = *g.declaration->spec.type;
  graph.outputs = {{"result", step ? type.proximal(b, g, v, b.constant(*step), domain) : type.energy(b, g)}};
  return evaluate(graph, {{"x", x}}, 1).at("result");
}

}  // namespace

TEST_CASE("total variation is the sum of the absolute differences of neighbours") {
  std::mt19937 random(1);
  const Row x = uniform(random, pixels, -2, 2);
  CHECK(of_factor(x, 1, 0.3, {}, real)[0] == doctest::Approx(0.3 * variation(x)).epsilon(1e-14));
}

TEST_CASE("many steps on the dual make the proximal map of total variation") {
  std::mt19937 random(2);
  for (const Domain domain : {real, nonneg})
    for (const double step : {0.1, 1.0, 20.0}) {
      const Row z = uniform(random, pixels, -1, 2);
      const Row x = of_factor(z, 2000, 0.5, step, domain);
      const auto objective = [&](const Row& row) {
        double sum = step * 0.5 * variation(row);
        for (std::size_t i = 0; i < row.size(); ++i) sum += (row[i] - z[i]) * (row[i] - z[i]) / 2;
        return sum;
      };
      INFO("step " << step);
      for (const double v : x) CHECK((domain == real || v >= 0));
      for (const double reach : {1e-4, 1e-2, 1.0})
        for (int other = 0; other < 200; ++other) {
          Row moved = x;
          const Row by = uniform(random, pixels, -reach, reach);
          for (std::size_t i = 0; i < moved.size(); ++i) {
            if (other % 2 == 0 || i % 3 == 0) moved[i] += other % 4 == 1 ? by[0] : by[i];
            if (domain == nonneg) moved[i] = std::max(moved[i], 0.0);
          }
          CHECK(objective(moved) > objective(x) - 1e-8);
        }
    }
}

TEST_CASE("proximal gradient with total variation and ADMM with differences reach one minimum") {
  std::mt19937 random(3);
  const Row y = uniform(random, pixels, 0, 1);
  const auto minimum = [&](bool admm, int layers) {
    Model m("deblur");
    const auto seen = m.observed("y", {height, width});
    const auto x = m.latent("x", {height, width});
    const auto blur = m.param("blur", matrix(1, 3), {0.25, 0.5, 0.25});
    m.factor("fit", SquaredError{seen, convolution(blur, {.width = 3, .padding_right = 1}) * x});
    if (admm)
      m.factor("tv", L1{0.05, grid_differences() * x});
    else
      m.factor("tv", TotalVariation{0.05, x, 60});
    const AlgorithmPointer algorithm = admm ? AlgorithmPointer(Admm{}) : AlgorithmPointer(ProximalGradient{});
    Dataset data;
    data.add("y", 1, pixels, {y.begin(), y.end()});
    return unroll(m, algorithm, layers).compile().precision(Precision::f64).run(data)["x"].values;
  };
  const std::vector<float> one = minimum(false, 150), other = minimum(true, 1500);
  for (std::size_t i = 0; i < one.size(); ++i) CHECK(one[i] == doctest::Approx(other[i]).epsilon(2e-3));
}

TEST_CASE("total variation needs an image, a weight and steps") {
  Model m("errors");
  const auto x = m.latent("x", {height, width});
  const auto v = m.latent("v", {pixels});
  expect_error_here<ModelError>([&] { m.factor("f", TotalVariation{1.0, x, 0}); }, {"'f'", "0 iterations"});
  expect_error_here<ModelError>([&] { m.factor("f", TotalVariation{-1.0, x}); }, {"'f'", "negative weight"});
  expect_error_here<ModelError>(
      [&] {
        m.factor("f", TotalVariation{m.param("w", vector(2), 1.0), x});
      },
      {"'f'", "'w'"});
  m.factor("f", TotalVariation{1.0, reshape(v, {height, width})});
}

}  // namespace unfurl::test

TEST_SUITE_END();
