// The gradient of the exponents of beta divergences, and what training makes of them.
#include <doctest/doctest.h>

#include <cmath>

#include "unfurl/factors.hpp"
#include "unfurl/schedule.hpp"
#include "unfurl/train.hpp"

using namespace unfurl;

namespace {

constexpr int bins = 8, atoms = 3, depth = 4, samples = 60;

std::vector<double> draw(int seed, int n) {
  Random random(static_cast<std::uint64_t>(seed));
  std::vector<double> v(static_cast<std::size_t>(n));
  for (double& x : v) x = 0.05 + random.uniform() * random.uniform();
  return v;
}

/// Activations of a known dictionary.
Network nmf(double beta, Domain domain, const std::string& tying) {
  Model m("nmf");
  const auto V = m.observed("V", {bins}, nonneg);
  const auto W = m.param("W", matrix(bins, atoms), draw(1, bins * atoms), nonneg);
  const auto H = m.latent("H", {atoms}, nonneg);
  m.factor("fit", BetaDivergence{m.param("beta", beta, domain), V, W * H});
  m.factor("sparse", L1{m.param("mu", 0.1, nonneg), H});
  m.readout("R", W * H);
  return unroll(m, MultiplicativeUpdate{}, depth).tying(tying).compile();
}

/// What a network with beta 0.5 reads out of noise.
Dataset lessons() {
  std::vector<float> v;
  for (const double x : draw(2, samples * bins)) v.push_back(static_cast<float>(x));
  Dataset data;
  data.add("V", 1, bins, v);
  data.add("S", nmf(0.5, real, "tied").run(data, {"R"}).take("R"));
  return data;
}

const Loss objective = loss::squared_error("R", "S");

/// |beta - 0.5|, averaged over the copies that layers use.
double distance(const Network& network) {
  double sum = 0;
  int copies = 0;
  for (const Parameter& p : network.parameters())
    if (p.base == "beta" && p.places.front() < depth) sum += std::abs(p.values[0] - 0.5), ++copies;
  return sum / copies;
}

}  // namespace

TEST_SUITE("grad") {
  TEST_CASE("learned beta: gradients agree with differences, of every layer's beta and dictionary") {
    const Dataset data = lessons().slice(0, 6);
    for (const double beta : {0.0, 0.5, 1.0, 1.7, 2.0})
      for (const Domain domain : {real, nonneg}) {
        CAPTURE(beta);
        Network network = nmf(beta, domain, "untied");
        Random random(3);
        for (Parameter& p : network.parameters())
          for (double& x : p.values)
            if (p.base != "beta") x *= 0.8 + 0.4 * random.uniform();
        int betas = 0;
        for (const GradientCheck& c : check_gradients(network, objective, data, 20, 1e-6)) {
          INFO(c.parameter << " " << c.largest_error);
          CHECK(c.passed);
          betas += c.parameter.find("beta") == 0;
        }
        CHECK(betas >= depth);
      }
  }

  TEST_CASE("learned beta: training finds the beta that made the data") {
    for (const char* tying : {"tied", "untied"}) {
      Network network = nmf(1, real, tying);
      for (Parameter& p : network.parameters()) p.trained = p.base == "beta";
      const double before = evaluate_loss(network, objective, lessons());
      Trainer{
          .loss = objective, .optimizer = Adam{.rate = 0.02, .final_rate = 0.1}, .epochs = 60, .batch = 20}
          .fit(network, fixed(lessons()));
      CAPTURE(tying);
      CHECK(evaluate_loss(network, objective, lessons()) < 1e-2 * before);
      if (tying == std::string("tied")) CHECK(distance(network) < 0.02);
    }
  }

  TEST_CASE(
      "learned beta: multiplicative backpropagation trains a non-negative one, and dictionaries beside a "
      "real one") {
    for (const Domain domain : {nonneg, real}) {
      Network network = nmf(1, domain, "untied");
      const auto start = network.parameters();
      const double before = evaluate_loss(network, objective, lessons());
      Trainer{.loss = objective,
              .optimizer = MultiplicativeBackprop{.exponent = 1e4, .change = 0.02, .final_change = 0.1},
              .epochs = 20,
              .batch = 20}
          .fit(network, fixed(lessons()));
      CHECK(evaluate_loss(network, objective, lessons()) < 0.5 * before);
      for (const ParameterChange& c : changes(start, network.parameters())) {
        INFO(c.name);
        if (c.places.front() < depth && c.base != "mu")
          CHECK((c.relative > 1e-3) == (c.base == "W" || domain == nonneg));
      }
      CHECK((distance(network) < 0.5) == (domain == nonneg));
    }
  }
}
