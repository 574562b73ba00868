// Weighted sums of losses.
#include <doctest/doctest.h>

#include <cmath>

#include "unfurl/factors.hpp"
#include "unfurl/schedule.hpp"
#include "unfurl/train.hpp"

using namespace unfurl;

TEST_SUITE("grad") {
  TEST_CASE("sums of losses: values add up with their weights, and gradients agree with differences") {
    constexpr int bins = 4, atoms = 3, samples = 5;
    Random random(3);
    const auto draw = [&](int n) {
      std::vector<double> v(static_cast<std::size_t>(n));
      for (double& x : v) x = 0.2 + random.uniform();
      return v;
    };
    Model m("factorization");
    const auto V = m.observed("V", {bins}, nonneg);
    const auto W = m.param("W", matrix(bins, atoms), draw(bins * atoms), nonneg);
    const auto H = m.latent("H", {atoms}, nonneg);
    m.factor("fit", KL{V, W * H});
    m.readout("R", W * H);
    const Network network = unroll(m, algorithm_by_name("mu"), 2).tying("untied").compile();
    Dataset data;
    for (const char* name : {"V", "S"}) {
      const std::vector<double> values = draw(samples * bins);
      data.add(name, 1, bins, std::vector<float>(values.begin(), values.end()));
    }
    const Loss square = loss::squared_error("R", "S"), divergence = loss::beta_divergence(1, "R", "V"),
               sum = square + 0.3 * divergence;
    CHECK(evaluate_loss(network, sum, data) ==
          doctest::Approx(evaluate_loss(network, square, data) +
                          0.3 * evaluate_loss(network, divergence, data)));
    for (const GradientCheck& check : check_gradients(network, sum.every_layer(), data)) {
      CAPTURE(check.parameter);
      CHECK(check.passed);
    }
    CHECK_THROWS_WITH_AS(square.every_layer() + divergence, doctest::Contains("to the sum"), ScheduleError);
    CHECK_THROWS_WITH_AS(square + Loss{}, doctest::Contains("empty"), ScheduleError);
    CHECK_THROWS_WITH_AS(std::nan("") * square, doctest::Contains("nan"), ScheduleError);
    CHECK_THROWS_WITH_AS(2 * square.near_tied(1), doctest::Contains("to the sum"), ScheduleError);
  }
}
