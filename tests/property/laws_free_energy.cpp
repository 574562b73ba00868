// Estimates of log Z and marginals of factors: bounds, exactness on trees, consistency, and what is refused.
#include <doctest/doctest.h>

#include <cmath>

#include "property/random_graph.hpp"
#include "unfurl/exact.hpp"
#include "unfurl/extend/algorithm.hpp"
#include "unfurl/inference.hpp"
#include "unfurl/train.hpp"

TEST_SUITE_BEGIN("property");

namespace unfurl::test {

namespace {

constexpr InferenceOptions to_the_end{.iterations = 20000, .tolerance = 1e-12, .factor_marginals = true};

/// Beliefs in impossible states may be as much as the smallest number.
double times_log(double p, double log_value) { return p > 1e-300 ? p * log_value : 0; }

/// sum_a E_{b_a}[theta_a] + sum_a c_a H(b_a) + sum_i (1 - sum_a c_a) H(b_i), from the marginals that inference gave. Factors
/// of one variable count once.
double entropy_sum(const naive::FactorGraph& g, const InferenceResult& r, const naive::Row& count) {
  double sum = 0;
  std::vector<double> left(at(g.variables()), 1);
  for (std::size_t f = 0; f < g.factors.size(); ++f) {
    const auto& factor = g.factors[f];
    const double c = factor.scope.size() > 1 && !count.empty() ? count[f] : 1;
    for (std::size_t i = 0; i < factor.log_potential.size(); ++i) {
      const double p = r.factor_marginals[f][i];
      sum += times_log(p, factor.log_potential[i]) - c * times_log(p, std::log(p));
    }
    for (int v : factor.scope) left[at(v)] -= c;
  }
  for (std::size_t v = 0; v < left.size(); ++v)
    for (double p : r.marginals[v]) sum -= left[v] * times_log(p, std::log(p));
  return sum;
}

/// The largest difference of a marginal of a factor, summed over all but one of its variables, and that variable's.
double inconsistency(const naive::FactorGraph& g, const InferenceResult& r) {
  double most = 0;
  for (std::size_t f = 0; f < g.factors.size(); ++f) {
    const auto& scope = g.factors[f].scope;
    REQUIRE(r.factor_marginals[f].size() == g.factors[f].log_potential.size());
    int inner = static_cast<int>(g.factors[f].log_potential.size());
    for (int v : scope) {
      const int states = g.states[at(v)];
      inner /= states;
      naive::Row sum(at(states), 0.0);
      for (std::size_t i = 0; i < r.factor_marginals[f].size(); ++i)
        sum[i / at(inner) % at(states)] += r.factor_marginals[f][i];
      most = std::max(most, difference(sum, r.marginals[at(v)]));
    }
  }
  return most;
}

RandomGraphOptions options_of(int n, bool tree) {
  return {.variables = 3 + n % 5,
          .tree = tree,
          .largest_arity = 2 + n % 2,
          .impossible = n % 3 == 0 ? 0.2 : 0,
          .strength = 0.3 + 0.2 * (n % 7)};
}

}  // namespace

TEST_CASE("log_partition and factor marginals are exact on trees, hard zeros or not") {
  Random random(101);
  for (int n = 0; n < 100; ++n) {
    CAPTURE(n);
    const RandomGraph r = random_graph(random, options_of(n, true));
    const naive::Exact truth = naive::enumerate(r.graph);
    const AlgorithmPointer algorithms[] = {SumProduct{}, SumProduct{.damping = 0.3},
                                           SumProduct{.damping = 0.2, .evidence_messages = true},
                                           TreeReweighted{}, FractionalBeliefPropagation{}};
    for (const AlgorithmPointer& algorithm : algorithms) {
      CAPTURE(algorithm->name());
      const InferenceResult found = infer(r.model, algorithm, {}, 0, to_the_end);
      CHECK(found.log_partition.value() == doctest::Approx(truth.log_partition).epsilon(1e-9));
      CHECK(difference(found.factor_marginals, truth.joints) < 1e-9);
      CHECK(difference(found.marginals, truth.marginals) < 1e-9);
    }
  }
}

TEST_CASE("tree-reweighted messages bound log Z from above, mean field from below, on random graphs") {
  Random random(102);
  int converged = 0;
  for (int n = 0; n < 100; ++n) {
    CAPTURE(n);
    const RandomGraph r = random_graph(random, options_of(n, false));
    const double truth = naive::enumerate(r.graph).log_partition;
    const double least = 1e-8 * std::max(1.0, std::abs(truth));
    const InferenceResult above =
        infer(r.model, TreeReweighted{.damping = 0.5, .spanning_trees = 20}, {}, 0, to_the_end);
    if (above.converged) {
      ++converged;
      CHECK(above.log_partition.value() >= truth - least);
      CHECK(inconsistency(r.graph, above) < 1e-7);
    }
    for (const MeanField& algorithm :
         {MeanField{}, MeanField{.damping = 0.5}, MeanField{.order = UpdateOrder::sequential}})
      for (int iterations : {1, 3, 200}) {
        const InferenceResult below =
            infer(r.model, algorithm, {}, 0,
                  {.iterations = iterations, .tolerance = std::nullopt, .factor_marginals = true});
        CHECK_FALSE(std::isnan(below.log_partition.value()));
        CHECK(below.log_partition.value() <= truth + least);
        CHECK(inconsistency(r.graph, below) < 1e-12);
        if (n % 3 != 0)  // E_q[theta] + H(q); entropies of products are sums
          CHECK(below.log_partition.value() ==
                doctest::Approx(entropy_sum(r.graph, below, {})).epsilon(1e-9));
      }
  }
  CHECK(converged >= 90);
}

TEST_CASE("at fixed points marginals agree, and log_partition is the sum of energies and counted entropies") {
  Random random(103);
  int converged = 0;
  for (int n = 0; n < 100; ++n) {
    CAPTURE(n);
    const RandomGraph r = random_graph(random, options_of(n, false));
    naive::Row weights, joint;
    for (const auto& f : r.graph.factors) {
      weights.push_back(0.4 + 0.5 * random.uniform());
      if (f.scope.size() > 1) joint.push_back(weights.back());
    }
    naive::Row powers = joint;
    for (double& p : powers) p = 1 / p;
    const std::pair<AlgorithmPointer, naive::Row> algorithms[] = {
        {SumProduct{.damping = 0.5}, {}},
        {SumProduct{.damping = 0.2, .order = UpdateOrder::coloured, .evidence_messages = true}, {}},
        {TreeReweighted{.damping = 0.5, .edge_weights = joint}, weights},
        {FractionalBeliefPropagation{.damping = 0.5, .powers = powers}, weights}};
    for (const auto& [algorithm, count] : algorithms) {
      CAPTURE(algorithm->name());
      InferenceOptions options = to_the_end;
      options.iterations = 3000;  // messages that grow without end look like certainties after more
      const InferenceResult found = infer(r.model, algorithm, {}, 0, options);
      CHECK_FALSE(std::isnan(found.log_partition.value()));
      if (!found.converged) continue;
      ++converged;
      CHECK(inconsistency(r.graph, found) < 1e-7);
      CHECK(found.log_partition.value() == doctest::Approx(entropy_sum(r.graph, found, count)).epsilon(1e-7));
    }
  }
  CHECK(converged >= 350);
}

TEST_CASE("absent factors and factors over many variables count in log_partition as they should") {
  Random random(105);
  for (int states : {2, 3}) {
    Model m("chain");
    const auto x = m.discrete("x", {4}, states);
    const auto there = m.observed("there", {3}, nonneg);
    const int n = states * states;
    m.factor("next", chain(x), Table{m.param("T", table(chain(x)), exact_floats(random, n, -2, 2)), there});
    m.factor("own", each(x), Table{m.param("h", {states, 4}, exact_floats(random, 4 * states, -2, 2))});
    const Dataset data = Dataset().add("there", 1, 3, {1, 0, 1});
    const AlgorithmPointer algorithms[] = {SumProduct{}, TreeReweighted{.damping = 0.5}};
    for (const AlgorithmPointer& algorithm : algorithms)
      CHECK(infer(m, algorithm, data, 0).log_partition.value() ==
            doctest::Approx(exact(m, data, 0).log_partition).epsilon(1e-9));
  }
  Model m("twelve");
  const auto x = m.discrete("x", {13}, 2);  // the last variable is in no factor at all
  std::vector<int> members;
  for (int i = 0; i < 12; ++i) members.push_back(i);
  const Edges edges = tuples(std::vector<Discrete>(12, x), {members});
  m.factor("all", edges, Table{m.param("T", table(edges), exact_floats(random, edges.table_size(), -2, 2))});
  const ExactResult truth = exact(m, {}, 0, {.scopes = {members}});
  const InferenceResult found = infer(m, SumProduct{}, {}, 0, to_the_end);
  CHECK(found.log_partition.value() == doctest::Approx(truth.log_partition).epsilon(1e-12));
  CHECK(difference(found.factor_marginals[0], truth.joints[0]) < 1e-12);
  const InferenceResult below = infer(m, MeanField{}, {}, 0, to_the_end);
  CHECK(below.log_partition.value() < truth.log_partition);
  CHECK(inconsistency(
            [&] {
              naive::FactorGraph g;
              g.add_variables(13, 2);
              g.add(members, naive::Row(at(edges.table_size()), 0.0));
              return g;
            }(),
            below) < 1e-12);
}

}  // namespace unfurl::test

TEST_SUITE_END();
