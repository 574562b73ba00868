// Data may have any unit: networks, losses and steps of optimizers follow it.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "property/laws.hpp"
#include "stepper.hpp"
#include "unfurl/train.hpp"

TEST_SUITE_BEGIN("property");

namespace unfurl::test {

namespace {

constexpr int bins = 5, atoms = 3, samples = 4, depth = 8;
const std::vector<double> units = {1e-15, 1e-12, 1e-6, 1e6, 1e12, 1e15};
const std::vector<double> betas = {-1, 0, 0.5, 1, 2, 3};

std::vector<double> numbers(int n, std::uint64_t seed) {
  Random random(seed);
  std::vector<double> values;
  for (int i = 0; i < n; ++i) values.push_back(0.1 + random.uniform());
  return values;
}

Dataset frames(double unit) {
  std::vector<float> v;
  for (const double x : numbers(bins * samples, 5)) v.push_back(static_cast<float>(unit * x));
  v[3] = 0;
  for (int i = 0; i < bins; ++i) v[static_cast<std::size_t>(2 * bins + i)] = 0;  // silence
  Dataset data;
  data.add("V", 1, bins, v);
  return data;
}

/// Activations after all layers, in the data's unit.
std::vector<double> activations(double beta, double unit, double sparsity, Precision precision) {
  Model m("nmf");
  const auto v = m.observed("V", {bins}, nonneg);
  const auto h = m.latent("H", {atoms}, nonneg);
  const auto w = m.param("W", matrix(bins, atoms), numbers(bins * atoms, 6), nonneg);
  m.factor("fit", BetaDivergence{beta, v, w * h});
  m.factor("sparse", L1{sparsity * std::pow(unit, beta - 1), h});
  Network network = unroll(m, MultiplicativeUpdate{.initial = unit}, depth).compile();
  network.precision(precision);
  std::vector<double> result;
  const auto found = network.run(frames(unit), {"H"});
  for (const float x : found["H"].values) result.push_back(static_cast<double>(x) / unit);
  return result;
}

}  // namespace

TEST_CASE("unit: layers of multiplicative updates follow the data's") {
  for (const double beta : betas)
    for (const double sparsity : {0.0, 0.2}) {
      const auto truth = activations(beta, 1, sparsity, Precision::f64);
      double largest = 0;
      for (const double x : truth) largest = std::max(largest, x);
      REQUIRE(largest > 0.1);
      for (const double unit : units)
        for (const Precision precision : {Precision::f32, Precision::f64}) {
          CAPTURE(beta);
          CAPTURE(sparsity);
          CAPTURE(unit);
          const auto found = activations(beta, unit, sparsity, precision);
          for (std::size_t i = 0; i < truth.size(); ++i) {
            REQUIRE(std::isfinite(found[i]));
            CHECK(std::abs(found[i] - truth[i]) < 1e-4 * (std::abs(truth[i]) + 1e-3));
          }
        }
    }
}

TEST_CASE("unit: shares and columns of length one have none") {
  for (const double unit : units) {
    CAPTURE(unit);
    std::vector<double> w = numbers(bins * atoms, 6);
    for (double& x : w) x *= unit;
    for (int i = 0; i < bins; ++i) w[static_cast<std::size_t>(i * atoms + 1)] = 0;
    Model m("sources");
    const auto v = m.observed("V", {bins}, nonneg);
    const auto h = m.latent("H", {atoms}, nonneg);
    const auto dictionary = m.param("W", matrix(bins, atoms), w, nonneg);
    m.factor("fit", KL{v, unit_columns(dictionary) * h});
    m.readout("share", ratio_mask(v, 3 * v));
    m.readout("columns", unit_columns(dictionary) * h);
    Network network = unroll(m, MultiplicativeUpdate{.initial = unit}, 1).compile();
    for (const Precision precision : {Precision::f32, Precision::f64}) {
      network.precision(precision);
      const auto found = network.run(frames(unit), {"share", "columns", "H"});
      for (std::size_t i = 0; i < bins * samples; ++i) {
        const bool silent = i == 3 || i / bins == 2;
        CHECK(found["share"].values[i] == doctest::Approx(silent ? 0.5 : 0.25).epsilon(1e-5));
      }
      const auto direction = naive::with_unit_columns({bins, atoms, numbers(bins * atoms, 6)});
      for (int i = 0; i < bins; ++i)
        CHECK(found["columns"].values[static_cast<std::size_t>(i)] ==
              doctest::Approx(direction(i, 0) * found["H"].values[0] + direction(i, 2) * found["H"].values[2])
                  .epsilon(1e-5));
    }
  }
}

TEST_CASE("unit: the least value of a parameter follows its own") {
  const std::vector<double> start = {2, 0, 0.5, 1e-3};
  for (const double unit : {1e-15, 1e-6, 1.0, 1e6, 1e15}) {
    const std::vector<Optimizer> rules = {Sgd{.rate = 1e3},
                                          Adam{.rate = 1e3 * unit, .positivity = Positivity::projected},
                                          Adam{.rate = 1e-3}, MultiplicativeBackprop{.exponent = 100}};
    for (std::size_t r = 0; r < rules.size(); ++r) {
      CAPTURE(r);
      CAPTURE(unit);
      std::vector<double> value = start, gradient = {1, 1, 1, 1}, plus = {1e4, 1e4, 1e4, 1e4},
                          minus = {1, 1, 1, 1};
      for (double& x : value) x *= unit;
      for (double& g : gradient) g *= unit;
      Stepper<double> stepper(rules[r], {parameter_in(nonneg, 1, 4, value)});
      if (r == 3)
        stepper.update().plus = plus.data(), stepper.update().minus = minus.data();
      else
        stepper.update().gradient = gradient.data();
      for (int step = 0; step < 20; ++step) stepper.step();
      value = stepper.values();
      const double least = *std::min_element(value.begin(), value.end());
      CHECK(least == doctest::Approx(2e-8 * unit).epsilon(r == 2 ? 0.1 : 1e-9));
      if (r != 2) CHECK(*std::max_element(value.begin(), value.end()) == doctest::Approx(2e-8 * unit));
    }
  }
}

TEST_CASE("unit: the loss of a beta divergence is that of the data") {
  for (const double beta : betas) {
    const auto lost = [&](double unit) {
      Model m("nmf");
      const auto v = m.observed("V", {bins}, nonneg);
      const auto h = m.latent("H", {atoms}, nonneg);
      const auto w = m.param("W", matrix(bins, atoms), numbers(bins * atoms, 6), nonneg);
      m.factor("fit", BetaDivergence{beta, v, w * h});
      m.readout("R", w * h);
      Network network = unroll(m, MultiplicativeUpdate{.initial = unit}, 2).compile();
      network.precision(Precision::f64);
      std::vector<float> loud;
      for (const double x : numbers(bins * samples, 5)) loud.push_back(static_cast<float>(unit * x));
      Dataset data;
      data.add("V", 1, bins, loud);
      return evaluate_loss(network, loss::beta_divergence(beta, "R", "V"), data) / std::pow(unit, beta);
    };
    const double truth = lost(1);
    for (const double unit : {1e-12, 1e-6, 1e6, 1e12}) {
      CAPTURE(beta);
      CAPTURE(unit);
      CHECK(lost(unit) == doctest::Approx(truth).epsilon(1e-4));
    }
  }
  CHECK_THROWS_AS(loss::beta_divergence(std::nan(""), "R", "V"), ScheduleError);
}

}  // namespace unfurl::test

TEST_SUITE_END();
