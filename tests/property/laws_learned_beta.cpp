// A beta divergence whose beta is a parameter or data: with the same numbers, the same network as with a constant.
#include <doctest/doctest.h>

#include <cmath>
#include <numeric>

#include "property/laws.hpp"

TEST_SUITE_BEGIN("property");

namespace unfurl::test {

namespace {

constexpr int bins = 5, atoms = 3, samples = 4, depth = 6;

const naive::Matrix& dictionary() {
  static const naive::Matrix w = [] {
    Random random(91);
    return naive::Matrix{bins, atoms, exact_floats(random, bins * atoms, 0.1, 1)};
  }();
  return w;
}

/// Sparse NMF; `beta` makes the argument, if need be from a declaration in the model.
Model nmf(const std::function<BetaDivergence::Beta(Model&)>& beta) {
  Model m("nmf");
  const auto v = m.observed("V", {bins}, nonneg);
  const auto h = m.latent("H", {atoms}, nonneg);
  const auto w = m.param("W", matrix(bins, atoms), dictionary().entries, nonneg);
  m.factor("fit", BetaDivergence{beta(m), v, w * h});
  m.factor("sparse", L1{0.2, h});
  return m;
}

Dataset frames() {
  Random random(92);
  std::vector<double> v = exact_floats(random, samples * bins, 0.1, 2);
  v[3] = 0;  // silence
  Dataset data;
  data.add("V", 1, bins, as_floats(v));
  return data;
}

}  // namespace

TEST_CASE("a beta that is a parameter gives the network of the number") {
  for (const double beta : {-0.5, 0.0, 0.5, 1.0, 1.3, 2.0, 3.0})
    for (const Domain domain : {real, nonneg}) {
      if (domain == nonneg && beta < 0) continue;
      CAPTURE(beta);
      const Model number = nmf([&](Model&) { return beta; }),
                  parameter = nmf([&](Model&m) { return m.param("beta", beta, domain); }),
                  formula = nmf([&](Model&m) { return 2.0 * m.param("half", beta / 2, domain) + 0.0; });
      const Numbers expected = run_double(unroll(number, MultiplicativeUpdate{}, depth).compile(), frames());
      for (const Model* m : {&parameter, &formula})
        for (const char* tying : {"tied", "untied"}) {
          const Network network = unroll(*m, MultiplicativeUpdate{}, depth).tying(tying).compile();
          for (const auto& [name, values] : run_double(network, frames()))
            CHECK_MESSAGE(difference(values, expected.at(name)) < 1e-12, name);
        }
    }
}

TEST_CASE("a number in a formula's place is a constant") {
  const auto text = [](const BetaDivergence::Beta& beta) {
    return unroll(nmf([&](Model&) { return beta; }), MultiplicativeUpdate{}, 2).compile().text();
  };
  CHECK(text(Expr(0.5)) == text(0.5));
  for (const std::string value :
       {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"})  // an exponent that is a value
    CHECK(text(0.5).find("pow %" + value + " %") == std::string::npos);
}

TEST_CASE("every layer has its own beta") {
  const Model m = nmf([](Model& model) { return model.param("beta", 1.0); });
  Network network = unroll(m, MultiplicativeUpdate{}, depth).untie("beta").compile();
  std::vector<double> betas;
  for (Parameter& p : network.parameters())
    if (p.base == "beta") p.values[0] = 0.1 + 0.4 * p.copy, betas.push_back(p.values[0]);
  REQUIRE(betas.size() >= depth);
  const Numbers results = run_double(network, frames());
  for (int sample = 0; sample < samples; ++sample) {
    const auto v = sample_of(frames(), "V", sample);
    const double floor = 1e-8 * std::accumulate(v.begin(), v.end(), 0.0) / bins;
    naive::Vector h(atoms, 1.0);
    for (int layer = 0; layer < depth; ++layer) {
      const double beta = betas[at(layer)];
      naive::Vector up(bins), down(bins);
      const auto l = naive::multiply(dictionary(), h);
      for (std::size_t i = 0; i < bins; ++i) {
        up[i] = v[i] * std::pow(l[i] + floor, beta - 2);
        down[i] = std::pow(l[i] + floor, beta - 1);
      }
      const auto p = naive::multiply_transposed(dictionary(), up),
                 q = naive::multiply_transposed(dictionary(), down);
      for (std::size_t j = 0; j < atoms; ++j) h[j] *= p[j] / (q[j] + 0.2);
      CHECK(difference(latents(network, results, layer + 1, sample, samples), h) < 1e-12);
    }
  }
}

TEST_CASE("every sample may bring its own beta") {
  const Model m = nmf([](Model& model) { return model.observed("beta", {1}); });
  const std::vector<float> betas = {0, 0.5, 1, 2};
  Dataset data = frames();
  data.add("beta", 1, 1, betas);
  const Network network = unroll(m, MultiplicativeUpdate{}, depth).compile();
  const Numbers results = run_double(network, data);
  for (int sample = 0; sample < samples; ++sample) {
    const auto expected = naive::multiplicative_updates(dictionary(), sample_of(data, "V", sample),
                                                        betas[at(sample)], 0.2, depth);
    CHECK(difference(latents(network, results, depth, sample, samples), expected.back()) < 1e-12);
  }
}

}  // namespace unfurl::test

TEST_SUITE_END();
