// The objective of inference as a loss.
#include <doctest/doctest.h>

#include <cmath>

#include "unfurl/factors.hpp"
#include "unfurl/schedule.hpp"
#include "unfurl/train.hpp"

using namespace unfurl;

namespace {

constexpr int rows = 4, columns = 6, samples = 5;

std::vector<double> draw(int n, std::uint64_t seed) {
  Random random(seed);
  std::vector<double> v(static_cast<std::size_t>(n));
  for (double& x : v) x = random.normal();
  return v;
}

Dataset measurements() {
  const std::vector<double> values = draw(samples * rows, 2);
  Dataset data;
  data.add("b", 1, rows, std::vector<float>(values.begin(), values.end()));
  return data;
}

Model lasso(double lambda) {
  Model m("lasso");
  const auto x = m.latent("x", {columns});
  m.factor("fit", SquaredError{m.observed("b", {rows}),
                               m.param("A", matrix(rows, columns), draw(rows * columns, 1)) * x});
  m.factor("sparse", L1{m.param("lambda", lambda, nonneg), x});
  return m;
}

Network ista(double lambda) { return unroll(lasso(lambda), ProximalGradient{}, 3).untie(all).compile(); }

/// The mean over samples of 1/2 |b - A x|^2 + lambda |x|_1, at the network's results.
double by_hand(const Network& network, const Dataset& data, double lambda) {
  const std::vector<double> a = draw(rows * columns, 1);
  const std::vector<float> x = network.run(data, {"x"})["x"].values, &b = data["b"].values;
  double sum = 0;
  for (std::size_t s = 0; s < samples; ++s) {
    for (std::size_t i = 0; i < rows; ++i) {
      double r = b[s * rows + i];
      for (std::size_t j = 0; j < columns; ++j) r -= a[i * columns + j] * x[s * columns + j];
      sum += r * r / 2;
    }
    for (std::size_t j = 0; j < columns; ++j) sum += lambda * std::abs(x[s * columns + j]);
  }
  return sum / samples;
}

}  // namespace

TEST_SUITE("grad") {
  TEST_CASE("objective: it is what the factors add up to, and its gradients agree with differences") {
    const Dataset data = measurements();
    const Network network = ista(0.3);
    CHECK(evaluate_loss(network, loss::objective(), data) ==
          doctest::Approx(by_hand(network, data, 0.3)).epsilon(1e-5));
    for (const GradientCheck& check : check_gradients(network, loss::objective().every_layer(), data)) {
      CAPTURE(check.parameter);
      CHECK(check.passed);
    }
  }

  TEST_CASE("objective: its parameters are those of the declaration, whatever the network has learned") {
    const Dataset data = measurements();
    Network network = ista(0.3);
    for (Parameter& p : network.parameters())
      if (p.base == "lambda") p.values = {1.5};
    CHECK(evaluate_loss(network, loss::objective(), data) ==
          doctest::Approx(by_hand(network, data, 0.3)).epsilon(1e-5));
  }

  TEST_CASE("objective: training without codes lowers it below that of as many plain iterations") {
    const Dataset data = measurements();
    Network network = ista(0.3);
    const double before = evaluate_loss(network, loss::objective(), data);
    Trainer{.loss = loss::objective(), .optimizer = Adam{.rate = 0.02}, .epochs = 30, .batch = samples}.fit(
        network, fixed(data));
    CHECK(evaluate_loss(network, loss::objective(), data) < 0.99 * before);
  }

  TEST_CASE("objective: constraints add nothing, priors without an energy are refused") {
    const Dataset data = measurements();
    const auto with = [&](const std::function<FactorSpec(const Latent&)>& factor) {
      Model m("bounded");
      const auto x = m.latent("x", {columns});
      m.factor("fit", SquaredError{m.observed("b", {rows}),
                                   m.param("A", matrix(rows, columns), draw(rows * columns, 1)) * x});
      m.factor("other", factor(x));
      return m;
    };
    const Network boxed = unroll(with([](const Latent& x) {
                                   return Box{-0.1, 0.1, x};
                                 }),
                                 ProximalGradient{}, 3)
                              .compile();
    CHECK(evaluate_loss(boxed, loss::objective(), data) ==
          doctest::Approx(by_hand(boxed, data, 0)).epsilon(1e-5));
    const Network prior = unroll(with([](const Latent& x) {
                                   return BernoulliGaussian{0.1, 1.0, x};
                                 }),
                                 Amp{}, 3)
                              .compile();
    CHECK_THROWS_WITH_AS(evaluate_loss(prior, loss::objective(), data), doctest::Contains("'other'"),
                         ScheduleError);
    const Network conventional = feed_forward(
        {.input = "b", .input_type = {1, rows, true}, .hidden = {3}, .outputs = columns, .output = "x"});
    CHECK_THROWS_WITH_AS(evaluate_loss(conventional, loss::objective(), data),
                         doctest::Contains("without a model"), ScheduleError);
  }
}
