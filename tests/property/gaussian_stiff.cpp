// Gaussian belief propagation where couplings are by many orders of magnitude stiffer than evidence, against closed forms.
#include <doctest/doctest.h>

#include <cmath>

#include "passes/passes.hpp"
#include "property/laws.hpp"
#include "unfurl/extend/builder.hpp"

TEST_SUITE_BEGIN("property");

namespace unfurl::test {

namespace {

constexpr double evidence = 0.7, seen = 3;

/// Variables in a row, of which the first is seen; the couplings are parameters w0, w1, ...
Model chain_of(const std::vector<double>& weights) {
  Model m("chain");
  const int n = static_cast<int>(weights.size()) + 1;
  const auto x = m.continuous("x", {n});
  m.factor("seen", tuples(x, {{0}}), Gaussian{m.param("p", evidence), m.param("y", seen)});
  for (int i = 0; i + 1 < n; ++i)
    m.factor("d" + std::to_string(i), pairs(x, {{i, i + 1}}),
             GaussianDifference{m.param("w" + std::to_string(i), weights[at(i)])});
  return m;
}

const Dataset none = Dataset().add("none", 1, 1, {0});

}  // namespace

TEST_CASE("Gaussian chains of any stiffness: every mean is what was seen, variances are sums in a row") {
  const std::vector<std::vector<double>> chains = {{1e-6},           {0.3},
                                                   {3.3e3},          {3.3e6},
                                                   {3.3e7},          {3.3e12},
                                                   {3.3e15},         {1e20},
                                                   {1e30},           {1e-30},
                                                   {1e7, 1e-7},      {1e12, 1e12, 1e12},
                                                   {1e-9, 1e9, 1e0}, {1e30, 2, 1e-3, 1e15}};
  for (const auto& weights : chains)
    for (const Precision precision : {Precision::f32, Precision::f64})
      for (const double damping : {0.0, 0.5}) {
        const int n = static_cast<int>(weights.size()) + 1;
        Network network =
            unroll(chain_of(weights), GaussianBeliefPropagation{.damping = damping}, damping == 0 ? n : 60)
                .compile();
        network.precision(precision).threads(1);
        const Dataset found = network.run(none, {"x", "x.variance"});
        long double variance = 1 / static_cast<long double>(evidence);
        for (int i = 0; i < n; ++i) {
          INFO("w " << weights[0] << ", variable " << i << ", damping " << damping);
          if (i > 0) variance += 1 / static_cast<long double>(weights[at(i - 1)]);
          CHECK(found["x"].values[at(i)] == doctest::Approx(seen).epsilon(2e-6));
          CHECK(found["x.variance"].values[at(i)] ==
                doctest::Approx(static_cast<double>(variance)).epsilon(2e-6));
        }
      }
}

TEST_CASE_TEMPLATE("slopes of Gaussian variances in stiff couplings keep all digits", T, float, double) {
  for (const double w : {1e-4, 1.0, 3.3e3, 3.3e6, 3.3e8, 1e12}) {
    const Network network = unroll(chain_of({w, 2}), GaussianBeliefPropagation{}, 3).compile();
    ir::Graph graph = network.unrolled().graph;
    const ir::Value variances = graph.output("x.variance@3");
    graph.outputs.clear();
    ir::Builder b(graph);
    std::vector<ir::Value> wrt;
    Numbers leaves;
    std::vector<std::string> names;
    for (int i = 0; i < graph.size(); ++i)
      if (graph[ir::Value{i}].is_parameter()) {
        wrt.push_back(ir::Value{i});
        names.push_back(graph[ir::Value{i}].name());
      }
    for (const Parameter& p : network.parameters()) leaves[p.name] = p.values;
    for (auto& [name, values] : leaves) values[0] = static_cast<T>(values[0]);
    const auto slopes = ir::gradient(b, b.sum_all(b.slice_rows(variances, 1, 1)), b.constant(1), wrt);
    for (std::size_t i = 0; i < wrt.size(); ++i)
      if (slopes[i]) graph.outputs.emplace_back(names[i], slopes[i]);
    // The variance of the second variable is 1/p + 1/w0. What the third one says, which nobody sees, is nothing.
    const Numbers found = evaluate<T>(ir::optimize(graph), leaves, 1);
    const double near = 100 * std::numeric_limits<T>::epsilon();
    CHECK(found.at("w0")[0] == doctest::Approx(-1 / (leaves["w0"][0] * leaves["w0"][0])).epsilon(near));
    CHECK(found.at("p")[0] == doctest::Approx(-1 / (leaves["p"][0] * leaves["p"][0])).epsilon(near));
    CHECK(found.at("w1")[0] == 0);
  }
}

}  // namespace unfurl::test

TEST_SUITE_END();
