#include "unfurl/factor_graph.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "unfurl/exact.hpp"
#include "unfurl/factors.hpp"
#include "unfurl/schedule.hpp"

using namespace unfurl;

namespace {

Model pairwise(int n, const std::vector<std::pair<int, int>>& list) {
  Model m("pairwise");
  const auto y = m.observed("y", {n});
  const auto x = m.discrete("x", {n}, 2);
  m.factor("data", each(x), Field{y});
  m.factor("join", pairs(x, list), Ising{m.param("J", 0.7)});
  return m;
}

/// The largest difference between K iterations of sum-product and exact marginals.
double error_after(const Model& m, int n, int iterations) {
  Dataset data;
  std::vector<float> y;
  for (int i = 0; i < n; ++i) y.push_back(static_cast<float>(std::sin(1 + 2 * i)));
  data.add("y", 1, n, y);
  Network network = unroll(m, SumProduct{}, iterations).compile();
  const Samples got = network.precision(Precision::f64).threads(1).run(data)["x"];
  const ExactResult want = exact(m, data, 0);
  double worst = 0;
  for (std::size_t i = 0; i < want.marginals.size(); ++i)
    worst = std::max(worst, std::abs(static_cast<double>(got.values[i]) - want.marginals[i][1]));
  return worst;
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("factor graph: a grid by hand") {
    Model m("grid");
    const auto y = m.observed("y", {2, 3});
    const auto x = m.discrete("x", {2, 3}, 2);
    const auto g = m.param("g", 1.2);
    m.factor("data", each(x), Field{g * y});
    m.factor("smooth", grid4(x), Ising{m.param("J", per_edge(grid4(x)), 0.8)});
    const FactorGraph graph(m);
    CHECK(graph.variables() == 6);
    CHECK(graph.factors() == 6 + 7);
    CHECK(graph.edges() == 6 + 14);
    CHECK(graph.is_bipartite());
    CHECK(graph.components() == 1);
    CHECK_FALSE(graph.is_tree());
    CHECK_FALSE(graph.longest_path().has_value());
    CHECK(graph.variable_name(4) == "x[1, 1]");
    CHECK(graph.factor_name(5) == "data[5]");
    CHECK(graph.factor_name(6) == "smooth[0]");
    CHECK(graph.variables_of(6) == std::vector<int>{0, 1});
    CHECK(graph.factors_of(0) == std::vector<int>{0, 6, 10});
    CHECK(graph.neighbours(4) == std::vector<int>{1, 3, 5});
    CHECK(graph.given(0) == std::vector<std::string>{"g", "y"});
    CHECK(graph.given(12) == std::vector<std::string>{"J"});
    CHECK(graph.variable_degrees().min == 3);
    CHECK(graph.variable_degrees().max == 4);
    CHECK(graph.variable_degrees().mean == doctest::Approx(20.0 / 6));
    CHECK(graph.factor_degrees().min == 1);
    CHECK(graph.factor_degrees().max == 2);
    CHECK_THROWS_AS(graph.neighbours(6), ModelError);
    CHECK_THROWS_AS(graph.factor_name(-1), ModelError);
  }

  TEST_CASE("factor graph: several groups, factors of three variables, and variables that nothing joins") {
    Model m("mixed");
    const auto x = m.discrete("x", {3}, 3);
    const auto z = m.discrete("z", {2}, 2);
    const auto lonely = m.discrete("lonely", {1}, 2);
    m.factor("three", tuples({x, z, x}, {{0, 1, 2}}), Table{m.param("t", Extent{18, 1}, 0.0)});
    const FactorGraph graph(m);
    CHECK(graph.variables_of(0) == std::vector<int>{0, 4, 2});
    CHECK(graph.variable_name(5) == "lonely[0]");
    CHECK(graph.neighbours(5).empty());
    CHECK(graph.neighbours(0) == std::vector<int>{2, 4});
    CHECK(graph.components() == 4);
    CHECK(graph.is_tree());
    CHECK(graph.longest_path() == 1);
    CHECK(graph.variable_degrees().min == 0);
    CHECK(graph.factor_degrees().max == 3);
  }

  TEST_CASE("factor graph: real variables come after discrete ones, and before latents") {
    Model m("real");
    m.latent("H", {2});
    const auto x = m.continuous("x", {2, 2});
    const auto z = m.discrete("z", {3}, 2);
    m.factor("data", each(x), Gaussian{1.0, m.observed("y", {2, 2})});
    m.factor("smooth", grid4(x), GaussianDifference{0.5});
    m.factor("one", tuples(z, {{0, 2, 1}}), ExactlyOne{});
    const FactorGraph graph(m);
    CHECK(graph.variables() == 8);
    CHECK(graph.variable_name(3) == "x[0, 0]");
    CHECK(graph.variable_name(7) == "H");
    CHECK(graph.variables_of(4) == std::vector<int>{3, 4});
    CHECK(graph.variables_of(8) == std::vector<int>{0, 2, 1});
    CHECK(graph.given(1) == std::vector<std::string>{"y"});
    CHECK(graph.factor_degrees().max == 3);
  }

  TEST_CASE("factor graph: latents are joined to the factors that speak of them, once each") {
    Model m("nmf");
    const auto V = m.observed("V", {4}, nonneg);
    const auto W = m.param("W", matrix(4, 2), 0.5, nonneg);
    const auto H = m.latent("H", {2}, nonneg), G = m.latent("G", {4}, nonneg);
    m.factor("fit", KL{V, cwise(W * H, W * H) + G});
    m.factor("sparse", L1{0.1, H});
    const FactorGraph graph(m);
    CHECK(graph.variables() == 2);
    CHECK(graph.factors() == 2);
    CHECK(graph.edges() == 3);
    CHECK(graph.variable_name(1) == "G");
    CHECK(graph.factor_name(0) == "fit");
    CHECK(graph.neighbours(0) == std::vector<int>{1});
    CHECK(graph.given(0) == std::vector<std::string>{"V", "W"});
    CHECK(graph.given(1).empty());
    CHECK(graph.is_tree());
    CHECK(graph.is_bipartite());
  }

  TEST_CASE("factor graph: a dense factor is every pair; an empty model is an empty graph") {
    Model m("dense");
    const auto x = m.discrete("x", {5}, 2);
    m.factor("all", all_pairs(x), Dense{symmetric(m.param("W", matrix(5, 5), 0.1))});
    const FactorGraph graph(m);
    CHECK(graph.factors() == 10);
    CHECK(graph.neighbours(2) == std::vector<int>{0, 1, 3, 4});
    CHECK_FALSE(graph.is_tree());
    const FactorGraph empty(Model("empty"));
    CHECK(empty.components() == 0);
    CHECK(empty.is_tree());
    CHECK(empty.longest_path() == 0);
    CHECK(empty.variable_degrees().mean == 0);
  }

  TEST_CASE(
      "factor graph: two factors over the same pair make a cycle; as many as the longest path make BP "
      "exact") {
    CHECK_FALSE(FactorGraph(pairwise(2, {{0, 1}, {0, 1}})).is_tree());
    // A chain, a star, a forest whose longest path is in the second tree, and a tree that branches inside.
    const std::vector<std::pair<int, std::vector<std::pair<int, int>>>> forests{
        {5, {{0, 1}, {1, 2}, {2, 3}, {3, 4}}},
        {4, {{1, 0}, {1, 2}, {3, 1}}},
        {7, {{0, 1}, {6, 2}, {2, 3}, {3, 4}, {4, 5}}},
        {7, {{0, 1}, {1, 2}, {2, 3}, {1, 4}, {4, 5}, {5, 6}}}};
    const std::vector<int> lengths{4, 2, 4, 5};
    for (std::size_t i = 0; i < forests.size(); ++i) {
      CAPTURE(i);
      const auto& [n, list] = forests[i];
      const Model m = pairwise(n, list);
      const FactorGraph graph(m);
      CHECK(graph.is_tree());
      REQUIRE(graph.longest_path() == lengths[i]);
      CHECK(error_after(m, n, lengths[i]) < 1e-6);
      CHECK(error_after(m, n, lengths[i] - 1) > 1e-4);
    }
  }
}
