// An untrained tied network is the algorithm: after every layer it equals the naive loop after as many iterations.
#include <doctest/doctest.h>

#include "property/laws.hpp"

TEST_SUITE_BEGIN("property");

namespace unfurl::test {

namespace {

constexpr int layers = 6;

void check_discrete(const DiscreteCase& c, const AlgorithmPointer& algorithm,
                    const std::function<naive::History(const naive::FactorGraph&)>& reference) {
  check_iterations(c, algorithm, reference, layers);
}

}  // namespace

TEST_CASE("sum-product equals naive loops after every layer") {
  for (const DiscreteCase& c : discrete_cases()) {
    check_discrete(c, SumProduct{}, [](const auto& g) { return naive::sum_product(g, layers); });
    check_discrete(c, SumProduct{.message_weights = MessageWeights::per_edge},
                   [](const auto& g) { return naive::sum_product(g, layers); });
    check_discrete(c, SumProduct{.damping = 0.4},
                   [](const auto& g) { return naive::sum_product(g, layers, 0.4); });
  }
}

TEST_CASE("mean field equals naive loops after every layer") {
  for (const DiscreteCase& c : discrete_cases()) {
    check_discrete(c, MeanField{}, [](const auto& g) { return naive::mean_field(g, layers); });
    check_discrete(c, MeanField{.damping = 0.4},
                   [](const auto& g) { return naive::mean_field(g, layers, 0.4); });
  }
}

TEST_CASE("sum-product and its relatives equal naive loops with factors that forbid states") {
  for (const DiscreteCase& c : constrained_cases()) {
    check_discrete(c, SumProduct{}, [](const auto& g) { return naive::sum_product(g, layers); });
    check_discrete(c, SumProduct{.damping = 0.4},
                   [](const auto& g) { return naive::sum_product(g, layers, 0.4); });
    check_discrete(c, MaxProduct{},
                   [](const auto& g) { return naive::message_passing(g, layers, {.maximise = true}); });
    check_discrete(c, TreeReweighted{.edge_weight = 0.7}, [](const auto& g) {
      return naive::message_passing(g, layers, {.multiplicity = naive::Row(g.factors.size(), 0.7)});
    });
  }
}

TEST_CASE(
    "multiplicative updates, ISTA, FISTA, LISTA and Gaussian messages equal naive loops after every layer") {
  std::vector<LatentCase> cases = latent_cases();
  for (const LatentCase& c : gaussian_cases()) cases.push_back(c);
  for (const LatentCase& c : cases) {
    const Network network = unroll(c.model, c.algorithm, layers).compile();
    const Numbers results = run_double(network, c.data);
    for (int sample = 0; sample < c.data.samples(); ++sample) {
      const naive::Iterates reference = c.reference(sample, layers);
      for (int n = 1; n <= layers; ++n) {
        INFO(c.name << ", layer " << n << ", sample " << sample);
        CHECK(difference(latents(network, results, n, sample, c.data.samples()), reference[at(n - 1)]) <
              1e-12);
      }
    }
  }
}

TEST_CASE("a network of K layers is the first K layers of a deeper one") {
  for (const Case& c : all_cases()) {
    INFO(c.name);
    const Numbers deep = run_double(unroll(c.model, c.algorithm, layers).compile(), c.data);
    for (int k : {1, 2, layers - 1})
      for (const auto& [name, values] : run_double(unroll(c.model, c.algorithm, k).compile(), c.data))
        CHECK(difference(values, deep.at(name)) < 1e-14);
  }
}

TEST_CASE("the step of ISTA is just below the inverse of the largest eigenvalue") {
  Random random(11);
  for (const auto& [rows, columns] : {std::pair(3, 3), std::pair(6, 20), std::pair(40, 80)}) {
    std::vector<double> values;
    for (int i = 0; i < rows * columns; ++i) values.push_back(random.normal());
    Model m("sparse_coding");
    const auto b = m.observed("b", {rows});
    const auto x = m.latent("x", {columns});
    m.factor("fit", SquaredError{b, m.param("A", matrix(rows, columns), values) * x});
    Network network = unroll(m, ProximalGradient{}, 1).compile();
    const double product =
        network.parameter("ista.step").values[0] * naive::largest_eigenvalue({rows, columns, values});
    CHECK(product > 0.998);
    CHECK(product <= 1);
  }
}

}  // namespace unfurl::test

TEST_SUITE_END();
