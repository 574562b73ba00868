// Mean field on a dense binary model is a sigmoid network (Hershey, Le Roux, Weninger 2014, section 3).
#include <doctest/doctest.h>

#include "property/laws.hpp"

TEST_SUITE_BEGIN("property");

namespace unfurl::test {

TEST_CASE("unfolded mean field on a Boltzmann machine is a sigmoid network") {
  const int n = 8, depth = 5, samples = 4;
  Random random(61);
  auto weights = exact_floats(random, n * n, -1, 1);
  for (int i = 0; i < n; ++i)
    for (int j = 0; j <= i; ++j) weights[at(i * n + j)] = i == j ? 0 : weights[at(j * n + i)];
  const auto biases = exact_floats(random, n, -1, 1);
  Model m("boltzmann");
  const auto y = m.observed("y", {n});
  const auto x = m.discrete("x", {n}, 2);
  m.factor("pairs", all_pairs(x), Dense{m.param("W", matrix(n, n), weights)});
  m.factor("bias", each(x), Field{0.5 * (m.param("b", vector(n), biases) + y)});  // h s has log-ratio 2 h
  Dataset data;
  data.add("y", 1, n, as_floats(exact_floats(random, samples * n, -1, 1)));

  Network tied = unroll(m, MeanField{}, depth).compile();
  Network untied = unroll(m, MeanField{}, depth).untie(all).compile();
  for (Parameter& p : untied.parameters())  // any network with these shapes, symmetric or not
    for (double& v : p.values) v += 0.3 * random.normal();

  for (const Network& network : {tied, untied}) {
    const Numbers results = run_double(network, data);
    const auto of_layer = [&](const std::string& name, int layer) {
      for (const Parameter& p : network.parameters())
        if (p.base == name && std::count(p.places.begin(), p.places.end(), layer) > 0) return p.values;
      FAIL("no parameter " << name << " in layer " << layer);
      return std::vector<double>{};
    };
    for (int sample = 0; sample < samples; ++sample) {
      std::vector<naive::Matrix> layer_weights;
      std::vector<naive::Vector> layer_biases;
      for (int layer = 0; layer < depth; ++layer) {
        layer_weights.push_back({n, n, of_layer("W", layer)});
        layer_biases.push_back(of_layer("b", layer));
        for (int i = 0; i < n; ++i) layer_biases.back()[at(i)] += sample_of(data, "y", sample)[at(i)];
      }
      const auto expected = naive::sigmoid_network(layer_weights, layer_biases, naive::Vector(n, 0.5));
      for (int layer = 1; layer <= depth; ++layer) {
        const auto found = marginals(network, results, layer, sample, samples);
        for (int i = 0; i < n; ++i) CHECK(std::abs(found[at(i)][1] - expected[at(layer - 1)][at(i)]) < 1e-12);
      }
    }
  }
}

}  // namespace unfurl::test

TEST_SUITE_END();
