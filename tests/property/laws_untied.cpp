// Every layer uses its own copies: networks whose copies differ equal naive loops whose numbers differ per iteration.
#include <doctest/doctest.h>

#include "property/laws.hpp"

TEST_SUITE_BEGIN("property");

namespace unfurl::test {

namespace {

constexpr int depth = 5;

/// Moves every copy of every parameter by a little, differently.
void perturb(Network& network, Random& random) {
  for (Parameter& p : network.parameters())
    for (double& v : p.values) v *= 0.7 + 0.6 * random.uniform();
}

/// Values of a parameter in a place; of scaled parameters, the product.
std::vector<double> values_at(const Network& network, const std::string& base, int place) {
  double factor = 1;
  std::vector<double> values;
  for (const Parameter& p : network.parameters()) {
    if (std::count(p.places.begin(), p.places.end(), place) == 0) continue;
    if (p.base == base) values = p.values;
    if (p.scale_of == base) factor = p.values[0];
  }
  REQUIRE_MESSAGE(!values.empty(), "no parameter " << base << " in place " << place);
  for (double& v : values) v *= factor;
  return values;
}

std::vector<std::function<void(Schedule&)>> tyings() {
  return {[](Schedule& s) { s.untie(all); },
          [](Schedule& s) { s.untie(all, last(2)); },
          [](Schedule& s) { s.untie(all, blocks(2)); },
          [](Schedule& s) { s.untie(all, layers(1, 3)); },
          [](Schedule& s) { s.untie(all, readout()); },
          [](Schedule& s) { s.scale(all); }};
}

}  // namespace

TEST_CASE("untied message passing equals naive loops with the numbers of each layer") {
  const int height = 3, width = 3, n = height * width;
  Random random(81);
  Model m("grid");
  const auto y = m.observed("y", {height, width});
  const auto x = m.discrete("x", {height, width}, 2);
  const Edges edges = grid4(x);
  m.factor("data", each(x), Field{m.param("g", 1.1) * y});
  m.factor("smooth", edges, Ising{m.param("J", per_edge(edges), exact_floats(random, edges.count(), -1, 1))});
  Dataset data;
  data.add("y", 1, n, as_floats(exact_floats(random, n, -1, 1)));
  for (const auto& tying : tyings())
    for (bool sum_product : {true, false}) {
      Schedule schedule =
          unroll(m, sum_product ? AlgorithmPointer(SumProduct{}) : AlgorithmPointer(MeanField{}), depth);
      tying(schedule);
      Network network = schedule.compile();
      perturb(network, random);
      std::vector<naive::FactorGraph> graphs;
      for (int place = 0; place <= depth; ++place) {
        naive::FactorGraph graph;
        graph.add_variables(n, 2);
        const bool evidence_only = place == depth;  // mean field reads out what it has
        if (sum_product || !evidence_only)
          for (int i = 0; i < n; ++i)
            graph.add({i},
                      naive::field_table(values_at(network, "g", place)[0] * sample_of(data, "y", 0)[at(i)]));
        for (int e = 0; e < edges.count(); ++e)
          graph.add({edges.slots[0][at(e)], edges.slots[1][at(e)]},
                    naive::ising_table(evidence_only ? 0 : values_at(network, "J", place)[at(e)]));
        graphs.push_back(graph);
      }
      const naive::Places places = [&](int place) -> const naive::FactorGraph& { return graphs[at(place)]; };
      const auto expected =
          sum_product ? naive::sum_product(places, depth) : naive::mean_field(places, depth);
      const Numbers results = run_double(network, data);
      for (int layer = 1; layer <= depth; ++layer)
        CHECK(difference(marginals(network, results, layer, 0, 1), expected[at(layer - 1)]) < 1e-12);
    }
}

TEST_CASE("untied multiplicative updates equal naive loops with the dictionary of each layer") {
  const int bins = 5, atoms = 3;
  Random random(82);
  Model m("nmf");
  const auto v = m.observed("V", {bins}, nonneg);
  const auto h = m.latent("H", {atoms}, nonneg);
  const auto w = m.param("W", matrix(bins, atoms), exact_floats(random, bins * atoms, 0.1, 1), nonneg);
  m.factor("fit", KL{v, w * h});
  m.factor("sparse", L1{0.3, h});
  m.readout("approximation", w * h);
  Dataset data;
  data.add("V", 1, bins, as_floats(exact_floats(random, bins, 0.1, 2)));
  for (const auto& tying : tyings()) {
    Schedule schedule = unroll(m, MultiplicativeUpdate{}, depth);
    tying(schedule);
    Network network = schedule.compile();
    perturb(network, random);
    std::vector<naive::Matrix> dictionaries;
    for (int place = 0; place <= depth; ++place)
      dictionaries.push_back({bins, atoms, values_at(network, "W", place)});
    const auto expected = naive::multiplicative_updates(dictionaries, sample_of(data, "V", 0), 1, 0.3);
    const Numbers results = run_double(network, data);
    for (int layer = 1; layer <= depth; ++layer) {
      CHECK(difference(results.at("H@" + std::to_string(layer)), expected[at(layer - 1)]) < 1e-12);
      const auto approximation = naive::multiply(dictionaries[at(layer)], expected[at(layer - 1)]);
      CHECK(difference(results.at("approximation@" + std::to_string(layer)), approximation) < 1e-12);
    }
  }
}

}  // namespace unfurl::test

TEST_SUITE_END();
