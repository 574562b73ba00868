// The gradient of the differences between copies of a parameter.
#include <doctest/doctest.h>

#include "unfurl/factors.hpp"
#include "unfurl/schedule.hpp"
#include "unfurl/train.hpp"

using namespace unfurl;

TEST_SUITE("grad") {
  TEST_CASE("near_tied: gradients agree with differences, of non-negative and of real parameters") {
    constexpr int bins = 5, atoms = 3, samples = 6;
    Random random(7);
    for (const bool positive : {true, false}) {
      const auto draw = [&](int n) {
        std::vector<double> v(static_cast<std::size_t>(n));
        for (double& x : v) x = (positive ? 0.2 : -0.5) + random.uniform();
        return v;
      };
      Model m("factorization");
      const auto V = m.observed("V", {bins}, positive ? nonneg : Domain::real);
      const auto W = m.param("W", matrix(bins, atoms), draw(bins * atoms), positive ? nonneg : Domain::real);
      const auto H = m.latent("H", {atoms}, positive ? nonneg : Domain::real);
      if (positive)
        m.factor("fit", BetaDivergence{1, V, W * H});
      else
        m.factor("fit", SquaredError{V, W * H});
      m.factor("sparse", L1{m.param("mu", 0.1, nonneg), H});
      m.readout("R", W * H);
      Network network = unroll(m, algorithm_by_name(positive ? "mu" : "ista"), 3).tying("untied").compile();
      for (Parameter& p : network.parameters())
        for (double& x : p.values) x *= 0.8 + 0.4 * random.uniform();
      std::vector<float> v, s;
      for (const double x : draw(samples * bins)) v.push_back(static_cast<float>(x));
      for (const double x : draw(samples * bins)) s.push_back(static_cast<float>(x));
      Dataset data;
      data.add("V", 1, bins, v).add("S", 1, bins, s);
      const auto checks =
          check_gradients(network, loss::squared_error("R", "S").near_tied(0.7), data, 20, 1e-6);
      CHECK(checks.size() >= 7);
      for (const GradientCheck& c : checks) {
        INFO(c.parameter << " " << c.largest_error);
        CHECK(c.passed);
      }
    }
  }
}
