// A temperature makes an algorithm work on p^(1/temperature), in every layer on one of its own, and is trained.
#include <doctest/doctest.h>

#include <cmath>

#include "unfurl/unfurl.hpp"

TEST_SUITE_BEGIN("property");

namespace unfurl {

namespace {

/// Three states along a ring, with potentials divided by `temperature`; one joint state of neighbours may be impossible, at
/// any temperature.
Model ring(double temperature, bool impossible = false) {
  Model m("ring");
  auto x = m.discrete("x", {6}, 3);
  auto y = m.observed("y", {2});
  std::vector<double> alone, joint;
  for (int i = 0; i < 18; ++i) alone.push_back(std::cos(2 * i) / temperature);
  for (int i = 0; i < 9; ++i) joint.push_back(i == 5 && impossible ? -1e30 : std::sin(i) / temperature);
  std::vector<std::pair<int, int>> edges;
  for (int i = 0; i < 6; ++i) edges.emplace_back(i, (i + 1) % 6);
  m.factor("alone", each(x), Table{m.param("of_one", {3, 6}, alone)});
  m.factor("next", pairs(x, edges), Table{m.param("of_two", {9, 1}, joint)});
  m.factor("agree", pairs(x, {{0, 3}, {1, 4}}), Potts{m.param("strength", 1 / temperature) * y});
  return m;
}

Dataset evidence() {
  Random random(3);
  std::vector<float> y, truth;
  for (int i = 0; i < 4 * 2; ++i) y.push_back(static_cast<float>(random.normal()));
  for (int i = 0; i < 4 * 6; ++i) truth.push_back(static_cast<float>(random.below(3)));
  Dataset data;
  data.add("y", 1, 2, std::move(y)).add("state", 1, 6, std::move(truth));
  return data;
}

double farthest(const AlgorithmPointer& warm, const AlgorithmPointer& plain, double temperature,
                bool impossible = false) {
  Network at_temperature = unroll(ring(1, impossible), warm, 5).tying("untied").compile(),
          of_power = unroll(ring(temperature, impossible), plain, 5).compile();
  at_temperature.precision(Precision::f64);
  of_power.precision(Precision::f64);
  const Dataset data = evidence();
  const Samples a = at_temperature.run(data, {"x"}).take("x"), b = of_power.run(data, {"x"}).take("x");
  double most = 0;
  for (std::size_t i = 0; i < a.values.size(); ++i) {
    REQUIRE(std::isfinite(a.values[i]));
    most = std::max(most, static_cast<double>(std::abs(a.values[i] - b.values[i])));
  }
  return most;
}

}  // namespace

TEST_CASE("law: an algorithm at a temperature is the plain one on the power of the distribution") {
  for (const double t : {0.5, 1.0, 3.0}) {
    CAPTURE(t);
    CHECK(farthest(SumProduct{.temperature = t}, SumProduct{}, t) < 1e-6);
    CHECK(farthest(SumProduct{.temperature = t}, SumProduct{}, t, true) < 1e-6);
    CHECK(farthest(MeanField{.temperature = t}, MeanField{}, t) < 1e-6);
  }
  CHECK(farthest(SumProduct{.temperature = 2}, SumProduct{}, 1) > 1e-2);  // it does something
  CHECK(farthest(MeanField{.temperature = 2}, MeanField{}, 1) > 1e-2);
}

TEST_CASE("law: a cold sum-product is max-product") {
  CHECK(farthest(SumProduct{.temperature = 0.02}, MaxProduct{}, 0.02) < 1e-2);
  CHECK(farthest(SumProduct{.temperature = 1}, MaxProduct{}, 1) > 1e-2);  // a warm one is not
}

TEST_CASE("law: temperatures are untied and trained") {
  for (const AlgorithmPointer& algorithm :
       {AlgorithmPointer(SumProduct{.temperature = 1.5}), AlgorithmPointer(MeanField{.temperature = 1.5})}) {
    CAPTURE(algorithm->name());
    const Network network = unroll(ring(1), algorithm, 3).tying("untied").compile();
    int temperatures = 0;
    for (const GradientCheck& check :
         check_gradients(network, loss::cross_entropy("x", "state"), evidence())) {
      CAPTURE(check.parameter);
      CHECK(check.passed);
      temperatures += check.parameter.find("temperature") != std::string::npos ? 1 : 0;
    }
    CHECK(temperatures >= 3);
  }
}

TEST_CASE("temperatures that are no positive number are refused") {
  for (const double t : {0.0, -1.0, std::numeric_limits<double>::quiet_NaN()}) {
    CHECK_THROWS_AS(unroll(ring(1), SumProduct{.temperature = t}, 2), ScheduleError);
    CHECK_THROWS_AS(unroll(ring(1), MeanField{.temperature = t}, 2), ScheduleError);
  }
}

}  // namespace unfurl

TEST_SUITE_END();
