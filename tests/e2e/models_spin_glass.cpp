// Learning to infer: the targets are exact marginals, and trained layers come closer to them than plain ones.
#include <doctest/doctest.h>

#include <cmath>

#include "models/models.hpp"

using namespace unfurl;

TEST_SUITE("e2e") {
  TEST_CASE("spin glass: targets are the marginals by enumeration") {
    const Dataset grids =
        spin_glass({.side = 3, .training = 2, .validation = 3, .test = 2})->prepare({})->validation();
    const std::vector<float>&J = grids["J"].values, &h = grids["h"].values, &p = grids["p"].values;
    for (std::size_t grid = 0; grid < 3; ++grid) {
      std::vector<double> on(9, 0);
      double all = 0;
      for (unsigned state = 0; state < 512; ++state) {
        const auto spin = [&](std::size_t i) { return (state >> i & 1U) != 0 ? 1.0 : -1.0; };
        double score = 0;
        std::size_t e = grid * 12;  // pairs in the order of grid4: right ones, then lower
        for (std::size_t i = 0; i < 9; ++i) score += static_cast<double>(h[grid * 9 + i]) * spin(i);
        for (std::size_t r = 0; r < 3; ++r)
          for (std::size_t c = 0; c < 2; ++c)
            score += static_cast<double>(J[e++]) * spin(3 * r + c) * spin(3 * r + c + 1);
        for (std::size_t r = 0; r < 2; ++r)
          for (std::size_t c = 0; c < 3; ++c)
            score += static_cast<double>(J[e++]) * spin(3 * r + c) * spin(3 * r + c + 3);
        all += std::exp(score);
        for (std::size_t i = 0; i < 9; ++i)
          if (spin(i) > 0) on[i] += std::exp(score);
      }
      for (std::size_t i = 0; i < 9; ++i)
        CHECK(static_cast<double>(p[grid * 9 + i]) == doctest::Approx(on[i] / all).epsilon(1e-5));
    }
  }

  TEST_CASE("spin glass: training brings the layers closer to exact marginals") {
    const auto task = spin_glass({.side = 5, .training = 300, .validation = 50, .test = 100});
    Settings settings = complete(*task, {});
    settings.layers = 6;
    const auto problem = task->prepare(settings);
    Network network = problem->network(settings);
    const double plain = unfurl::evaluate_loss(network, problem->loss(), problem->validation());
    const double error = problem->evaluate(network)[0].value;
    Trainer{
        .loss = problem->loss(), .optimizer = problem->optimizer(), .epochs = 12, .batch = problem->batch()}
        .fit(network, problem->training());
    CHECK(unfurl::evaluate_loss(network, problem->loss(), problem->validation()) < 0.97 * plain);
    CHECK(problem->evaluate(network)[0].value < 0.95 * error);
  }
}
