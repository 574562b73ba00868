// The forms of belief propagation and the orders of updates against naive loops; inference in a loop against layers.
#include <doctest/doctest.h>

#include <algorithm>
#include <set>

#include "algorithms/updates/update_order.hpp"
#include "property/laws.hpp"
#include "unfurl/exact.hpp"
#include "unfurl/extend/algorithm.hpp"
#include "unfurl/factor_graph.hpp"
#include "unfurl/inference.hpp"

TEST_SUITE_BEGIN("property");

namespace unfurl::test {

namespace {

constexpr int layers = 4;

/// Every layer of an unrolled network and every iteration of the loop equal the naive ones.
void check(const DiscreteCase& c, const AlgorithmPointer& algorithm,
           const std::function<naive::History(const naive::FactorGraph&)>& reference) {
  check_iterations(c, algorithm, reference, layers, true);
}

naive::Updates updates_of(const Model& model, UpdateOrder order, const std::vector<int>& sequence = {}) {
  naive::Updates together;
  std::vector<int> first{0};  // variable of every group
  for (const auto& d : model.discretes()) first.push_back(first.back() + d.variable.size());
  for (const auto& u : algorithms::Sweep(model, make_layout(model), order, sequence).updates) {
    together.emplace_back();
    for (const auto& part : u.parts)
      for (int i : part.members) together.back().push_back(first[part.group] + i);
  }
  return together;
}

/// One variable at a time.
naive::Updates one_by_one(int variables, bool back) {
  naive::Updates order;
  for (int v = 0; v < variables; ++v) order.push_back({v});
  for (int v = variables - 2; back && v >= 0; --v) order.push_back({v});
  return order;
}

/// One number per factor of two or more variables, and the same at the place of every factor of the naive graph.
std::vector<double> joint_numbers(const naive::FactorGraph& g, double low, double high, naive::Row& all) {
  Random random(91);
  all = exact_floats(random, static_cast<int>(g.factors.size()), low, high);
  std::vector<double> joint;
  for (std::size_t f = 0; f < all.size(); ++f)
    if (g.factors[f].scope.size() > 1) joint.push_back(all[f]);
  return joint;
}

/// Joint factors of the naive graph in the order in which the model declares them.
bool same_order(const DiscreteCase& c) {
  const FactorGraph graph(c.model);
  std::vector<std::vector<int>> own, naive_scopes;
  for (int f = 0; f < graph.factors(); ++f)
    if (graph.variables_of(f).size() > 1) own.push_back(graph.variables_of(f));
  for (const auto& f : c.graph(0).factors)
    if (f.scope.size() > 1) naive_scopes.push_back(f.scope);
  return own == naive_scopes;
}

}  // namespace

TEST_CASE("max-product equals naive loops after every layer and iteration") {
  for (const DiscreteCase& c : discrete_cases()) {
    check(c, MaxProduct{},
          [](const auto& g) { return naive::message_passing(g, layers, {.maximise = true}); });
    check(c, MaxProduct{.damping = 0.3, .evidence_messages = true, .scale = 0.8}, [](const auto& g) {
      return naive::message_passing(
          g, layers, {.damping = 0.3, .maximise = true, .evidence_messages = true, .scale = 0.8});
    });
  }
}

TEST_CASE("tree-reweighted and fractional belief propagation equal naive loops") {
  for (const DiscreteCase& c : discrete_cases()) {
    REQUIRE(same_order(c));
    naive::Row weights, powers;
    const auto joint_weights = joint_numbers(c.graph(0), 0.3, 1, weights);
    const auto joint_powers = joint_numbers(c.graph(0), 0.5, 2, powers);
    for (bool evidence : {false, true})
      check(c, TreeReweighted{.damping = 0.2, .edge_weights = joint_weights, .evidence_messages = evidence},
            [&](const auto& g) {
              return naive::message_passing(
                  g, layers, {.damping = 0.2, .evidence_messages = evidence, .multiplicity = weights});
            });
    check(c, TreeReweighted{.edge_weight = 0.6}, [&](const auto& g) {
      return naive::message_passing(g, layers, {.multiplicity = naive::Row(g.factors.size(), 0.6)});
    });
    check(c, FractionalBeliefPropagation{.powers = joint_powers}, [&](const auto& g) {
      naive::Row multiplicity = powers;
      for (double& x : multiplicity) x = 1 / x;
      return naive::message_passing(g, layers, {.multiplicity = multiplicity});
    });
    check(c, FractionalBeliefPropagation{}, [&](const auto& g) { return naive::sum_product(g, layers); });
  }
}

TEST_CASE("evidence can send messages like all factors") {
  for (const DiscreteCase& c : discrete_cases())
    for (double damping : {0.0, 0.4})
      check(c, SumProduct{.damping = damping, .evidence_messages = true}, [&](const auto& g) {
        return naive::message_passing(g, layers, {.damping = damping, .evidence_messages = true});
      });
}

TEST_CASE("updates in order are those of one variable after the other") {
  for (const DiscreteCase& c : discrete_cases()) {
    const int n = c.graph(0).variables();
    for (const bool back : {false, true}) {
      const UpdateOrder order = back ? UpdateOrder::forward_backward : UpdateOrder::sequential;
      check(c, SumProduct{.order = order}, [&](const auto& g) {
        return naive::message_passing(g, layers, {.updates = one_by_one(n, back)});
      });
      check(c, MeanField{.order = order},
            [&](const auto& g) { return naive::mean_field(g, layers, 0, one_by_one(n, back)); });
    }
    check(c,
          SumProduct{
              .damping = 0.3, .message_weights = MessageWeights::per_edge, .order = UpdateOrder::sequential},
          [&](const auto& g) {
            return naive::message_passing(g, layers, {.damping = 0.3, .updates = one_by_one(n, false)});
          });
    check(c, MeanField{.damping = 0.3, .order = UpdateOrder::sequential},
          [&](const auto& g) { return naive::mean_field(g, layers, 0.3, one_by_one(n, false)); });
    Random random(92);
    const std::vector<int> sequence = random.permutation(n);
    naive::Updates shuffled;
    for (int v : sequence) shuffled.push_back({v});
    check(c, SumProduct{.order = UpdateOrder::sequential, .sequence = sequence},
          [&](const auto& g) { return naive::message_passing(g, layers, {.updates = shuffled}); });
    check(c, MeanField{.order = UpdateOrder::sequential, .sequence = sequence},
          [&](const auto& g) { return naive::mean_field(g, layers, 0, shuffled); });
  }
}

TEST_CASE("coloured updates go class by class, and no factor joins two variables of a class") {
  for (const DiscreteCase& c : discrete_cases()) {
    const naive::Updates classes = updates_of(c.model, UpdateOrder::coloured);
    std::set<int> seen;
    for (const auto& together : classes) {
      for (int v : together) CHECK(seen.insert(v).second);
      for (const auto& f : c.graph(0).factors)
        CHECK(std::count_if(f.scope.begin(), f.scope.end(), [&](int v) {
                return std::find(together.begin(), together.end(), v) != together.end();
              }) <= 1);
    }
    CHECK(static_cast<int>(seen.size()) == c.graph(0).variables());
    check(c, SumProduct{.order = UpdateOrder::coloured},
          [&](const auto& g) { return naive::message_passing(g, layers, {.updates = classes}); });
    check(c, MaxProduct{.order = UpdateOrder::coloured}, [&](const auto& g) {
      return naive::message_passing(g, layers, {.maximise = true, .updates = classes});
    });
    check(c,
          TreeReweighted{
              .damping = 0.1, .edge_weight = 0.7, .order = UpdateOrder::coloured, .evidence_messages = true},
          [&](const auto& g) {
            return naive::message_passing(g, layers,
                                          {.damping = 0.1,
                                           .evidence_messages = true,
                                           .multiplicity = naive::Row(g.factors.size(), 0.7),
                                           .updates = classes});
          });
    check(c, MeanField{.order = UpdateOrder::coloured},
          [&](const auto& g) { return naive::mean_field(g, layers, 0, classes); });
  }
  const Model m = discrete_cases()[0].model;  // a grid is a chessboard
  CHECK(updates_of(m, UpdateOrder::coloured).size() == 2);
  CHECK(updates_of(m, UpdateOrder::flooding).size() == 1);
}

TEST_CASE("mean field over dense couplings can go in order, too") {
  const int n = 6;
  Random random(93);
  Model m("boltzmann");
  const auto x = m.discrete("x", {n}, 2);
  auto w = exact_floats(random, n * n, -1, 1);
  for (int i = 0; i < n; ++i)
    for (int j = 0; j <= i; ++j) w[at(i * n + j)] = i == j ? 0 : w[at(j * n + i)];
  m.factor("pairs", all_pairs(x), Dense{m.param("W", matrix(n, n), w)});
  m.factor("bias", each(x), Field{m.param("h", 0.2)});
  naive::FactorGraph g;
  g.add_variables(n, 2);
  for (int i = 0; i < n; ++i) g.add({i}, naive::field_table(0.2));
  for (int i = 0; i < n; ++i)
    for (int j = i + 1; j < n; ++j) g.add({i, j}, {0, 0, 0, w[at(i * n + j)]});
  const auto found = infer(m, MeanField{.order = UpdateOrder::sequential}, {}, 0,
                           {.iterations = 3, .tolerance = std::nullopt});
  CHECK(difference(found.marginals, naive::mean_field(g, 3, 0, one_by_one(n, false))[2]) < 1e-12);
}

TEST_CASE("all orders have the same fixed points, and inference says that it is there") {
  for (const DiscreteCase& c : discrete_cases()) {
    const auto settle = [&](const AlgorithmPointer& algorithm) {
      const InferenceResult r =
          infer(c.model, algorithm, c.data, 0, {.iterations = 5000, .tolerance = 1e-12});
      CHECK(r.converged);
      CHECK(r.largest_change <= 1e-12);
      CHECK(r.iterations < 5000);
      return r.marginals;
    };
    const auto bp = settle(SumProduct{.damping = 0.3});
    const auto trw = settle(TreeReweighted{.damping = 0.3});
    for (UpdateOrder order :
         {UpdateOrder::coloured, UpdateOrder::sequential, UpdateOrder::forward_backward}) {
      INFO(c.name << ", order " << static_cast<int>(order));
      CHECK(difference(settle(SumProduct{.order = order}), bp) < 1e-9);
      CHECK(difference(settle(SumProduct{.damping = 0.2, .order = order, .evidence_messages = true}), bp) <
            1e-9);
      CHECK(difference(settle(TreeReweighted{.damping = 0.2, .order = order}), trw) < 1e-9);
    }
  }
}

TEST_CASE("one iteration forth and back is exact on chains") {
  Random random(94);
  for (int states : {2, 4}) {
    const int n = 7;
    Model m("chain");
    const auto x = m.discrete("x", {n}, states);
    const Edges edges = chain(x);
    m.factor("f", each(x), Table{m.param("h", {states, n}, exact_floats(random, states * n, -2, 2))});
    m.factor(
        "t", edges,
        Table{m.param("T", table_per_edge(edges), exact_floats(random, states * states * (n - 1), -2, 2))});
    const ExactResult truth = exact(m, Dataset{}, 0);
    const AlgorithmPointer all[] = {SumProduct{.order = UpdateOrder::forward_backward},
                                    TreeReweighted{.order = UpdateOrder::forward_backward}};
    for (const AlgorithmPointer& algorithm : all)
      CHECK(difference(infer(m, algorithm, {}, 0, {.iterations = 1, .tolerance = std::nullopt}).marginals,
                       truth.marginals) < 1e-12);
  }
}

}  // namespace unfurl::test

TEST_SUITE_END();
