// Matrices of every sample and common principal components: laws on random covariances, and what is refused.
#include <doctest/doctest.h>

#include "error/model_errors.hpp"
#include "property/laws.hpp"
#include "unfurl/common_components.hpp"
#include "unfurl/extend/algorithm.hpp"
#include "unfurl/formulas.hpp"
#include "unfurl/network.hpp"
#include "unfurl/sample_matrices.hpp"
#include "unfurl/train.hpp"
#include "unit/formula_helpers.hpp"

TEST_SUITE_BEGIN("unit");

namespace unfurl::test {

namespace {

constexpr int p = 5, groups = 3, samples = 19;

/// Random covariances of every sample.
Dataset covariances() {
  Random random(7);
  std::vector<float> all;
  for (int block = 0; block < samples * groups; ++block) {
    std::vector<double> x = exact_floats(random, 2 * p * p, -1, 1);
    for (int i = 0; i < p; ++i)
      for (int j = 0; j < p; ++j) {
        double sum = i == j ? 0.1 : 0;
        for (int k = 0; k < 2 * p; ++k)
          sum += x[at(k * p + i)] * x[at(k * p + j)] * (1 + i % 3) * (1 + j % 3);
        all.push_back(static_cast<float>(sum));
      }
  }
  return Dataset().add("S", groups * p, p, std::move(all));
}

Model common(int columns) {
  Model m("common");
  const auto s = m.features("S", {p}, groups * p);
  const auto b = m.latent("B", {p, columns});
  m.factor("common", CommonComponents{s, b, {1, 2, 3}});
  const Expr variances = component_variances(s, b);
  m.readout("spread", mean(log(variances)));
  return m;
}

/// The objective of every sample, up to what does not depend on B, with the groups' weights.
std::vector<double> objectives(const std::vector<float>& b, int columns) {
  const Dataset data = covariances();
  std::vector<double> all;
  for (int s = 0; s < samples; ++s) {
    double sum = 0;
    for (int g = 0; g < groups; ++g)
      for (int j = 0; j < columns; ++j) {
        double variance = 0;
        for (int i = 0; i < p; ++i)
          for (int k = 0; k < p; ++k)
            variance += static_cast<double>(b[at(s * p * columns + i * columns + j)]) *
                        data["S"].values[at((s * groups + g) * p * p + i * p + k)] *
                        b[at(s * p * columns + k * columns + j)];
        sum += (1.0 + g) / 6 * std::log(variance);
      }
    all.push_back(sum);
  }
  return all;
}

double departure(const std::vector<float>& b, int columns) {
  double most = 0;
  for (int s = 0; s < samples; ++s)
    for (int i = 0; i < columns; ++i)
      for (int j = 0; j < columns; ++j) {
        double dot = i == j ? -1 : 0;
        for (int k = 0; k < p; ++k)
          dot += static_cast<double>(b[at(s * p * columns + k * columns + i)]) *
                 b[at(s * p * columns + k * columns + j)];
        most = std::max(most, std::abs(dot));
      }
  return most;
}

}  // namespace

TEST_CASE("all algorithms of common components keep columns orthonormal and come to one objective") {
  const Dataset data = covariances();
  std::vector<double> least;
  for (const auto& [algorithm, layers] : {std::pair<AlgorithmPointer, int>{FluryGautschi{}, 20},
                                          {PairAngles{.step = 0.7}, 200},
                                          {CayleyDescent{.step = 0.05}, 600}}) {
    INFO(algorithm->name());
    const Network network = unroll(common(p), algorithm, layers).compile();
    const std::vector<float> b = network.run(data, {"B"})["B"].values;
    CHECK(departure(b, p) < 1e-6);
    const std::vector<double> reached = objectives(b, p);
    if (least.empty()) least = reached;
    int same = 0;  // there may be several minima
    for (std::size_t s = 0; s < least.size(); ++s) same += std::abs(reached[s] - least[s]) < 1e-3;
    CHECK(same > samples / 2);
  }
}

TEST_CASE("sweeps of Flury and Gautschi never raise the objective") {
  const Network network = unroll(common(p), FluryGautschi{}, 8).compile();
  std::vector<double> before;
  for (int layer = 1; layer <= 8; ++layer) {
    const std::vector<double> now = objectives(network.run(covariances(), {"B"}, layer)["B"].values, p);
    for (std::size_t s = 0; s < before.size(); ++s) CHECK(now[s] <= before[s] + 1e-5);
    before = now;
  }
}

TEST_CASE("Cayley descent takes fewer columns than rows, trains, and has the same bits for any threads") {
  for (const int columns : {p, 2}) {
    Network network = unroll(common(columns), CayleyDescent{.step = 0.02}, 6).untie("cayley.step").compile();
    Dataset data = covariances();
    const Loss loss{[](LossContext& c) { return c.result("spread"); }};
    const double before = evaluate_loss(network, loss, data);
    Network other = network;
    Trainer trainer{.loss = loss, .optimizer = Adam{.rate = 3e-2}, .epochs = 10, .batch = 5};
    trainer.fit(network.threads(1), fixed(data));
    trainer.fit(other.threads(3), fixed(data));
    CHECK(evaluate_loss(network, loss, data) < before);
    for (std::size_t i = 0; i < network.parameters().size(); ++i)
      CHECK(network.parameters()[i].values == other.parameters()[i].values);
    CHECK(departure(network.run(data, {"B"})["B"].values, columns) < 1e-6);
  }
}

TEST_CASE("formulas of matrices are products, solutions and determinants") {
  Model m("matrices");
  const auto a = m.features("a", {2}, 2), x = m.features("x", {3}, 2);
  const Dataset data = Dataset().add("a", 2, 2, {2, 1, 0, 4}).add("x", 2, 3, {1, 2, 3, 4, 5, 6});
  const auto check = [&](const Expr& formula, const std::vector<double>& expected) {
    const std::vector<double> found = value_of(m, formula, data);
    REQUIRE(found.size() == expected.size());
    for (std::size_t i = 0; i < found.size(); ++i)
      CHECK(found[i] == doctest::Approx(expected[i]).epsilon(1e-12));
  };
  check(matrix_product(a, x), {6, 9, 12, 16, 20, 24});
  check(matrix_product(a, x, true), {2, 4, 6, 17, 22, 27});
  check(matrix_product(x, x, false, true), {14, 32, 32, 77});
  check(matrix_product(a, solve(a, x)), {1, 2, 3, 4, 5, 6});
  check(log_determinant(a), {std::log(8.0)});
  check(as_matrix(as_vector(x), 3, 2), {1, 2, 3, 4, 5, 6});
  expect_error<ModelError>([&] { (void)matrix_product(x, x); }, {"'x' of shape [2, 3", "cannot multiply"});
  expect_error<ModelError>([&] { (void)solve(x, x); }, {"solve of 'x'", "square"});
  expect_error<ModelError>([&] { (void)solve(a, as_matrix(x, 3, 2)); }, {"'a'", "right sides"});
  expect_error<ModelError>([&] { (void)log_determinant(x); }, {"determinant of 'x'"});
  expect_error<ModelError>([&] { (void)as_matrix(x, 4, 2); }, {"'x'", "4 x 2"});
}

TEST_CASE("what is no orthonormal matrix is refused") {
  const auto model = [](std::vector<int> dims, int planes, std::vector<double> weights = {}) {
    Model m("m");
    const auto s = m.features("S", {p}, planes);
    m.factor("common", CommonComponents{s, m.latent("B", std::move(dims)), std::move(weights)});
  };
  expect_error<ModelError>([&] { model({p * p}, p); }, {"factor 'common'", "'B'", "no matrix"});
  expect_error<ModelError>([&] { model({p, p + 1}, p); }, {"factor 'common'", "6 components of 5"});
  expect_error<ModelError>([&] { model({p, p}, p + 1); }, {"factor 'common'", "'S'"});
  expect_error<ModelError>([&] { model({p, p}, 2 * p, {1}); }, {"factor 'common'", "1 weights"});
  expect_error<ModelError>([&] { model({p, p}, 2 * p, {1, -1}); }, {"factor 'common'"});
  for (const AlgorithmPointer& turning : {AlgorithmPointer(FluryGautschi{}), AlgorithmPointer(PairAngles{})})
    expect_error<ScheduleError>([&] { (void)unroll(common(2), turning, 1); }, {"'B'", "square"});
  expect_error<ScheduleError>([] { (void)unroll(common(p), FluryGautschi{.inner = 0}, 1); }, {"0 steps"});
  expect_error<ScheduleError>([] { (void)unroll(common(p), CayleyDescent{.step = 0}, 1); }, {"step is 0"});

  Model other("started");
  const auto s = other.features("S", {p}, groups * p);
  const auto b = other.latent("B", {p, p});
  other.start(b, other.observed("start", {p, p}));
  other.factor("common", CommonComponents{s, b});
  Dataset data = covariances();
  data.add("start", 1, p * p, std::vector<float>(at(samples * p * p), 0.5F));
  expect_error<NumericalError>([&] { (void)unroll(other, CayleyDescent{}, 2).compile().run(data, {"B"}); },
                               {"the start of latent 'B'", "no orthonormal columns"});
}

}  // namespace unfurl::test

TEST_SUITE_END();
