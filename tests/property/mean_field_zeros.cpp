// Mean field where factors forbid joint states: the limit of tables whose zeros are ever smaller numbers.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "passes/passes.hpp"
#include "property/random_graph.hpp"
#include "unfurl/extend/builder.hpp"
#include "unfurl/inference.hpp"

TEST_SUITE_BEGIN("property");

namespace unfurl::test {

namespace {

constexpr double impossible = -std::numeric_limits<double>::infinity();
using Wide = long double;

/// Mean field by plain loops in long double. A state that evidence forbids has no probability. Of the others those do that
/// the other factors forbid with the least expected weight; among these finite log-potentials decide.
naive::History limit_of_mean_field(const naive::FactorGraph& g, int iterations, double damping,
                                   bool in_order) {
  std::vector<std::vector<Wide>> q;
  for (int n : g.states) q.emplace_back(at(n), Wide(1) / n);
  naive::History history;
  for (int iteration = 0; iteration < iterations; ++iteration) {
    auto old = q;
    for (int v = 0; v < g.variables(); ++v) {
      std::vector<Wide> finite(q[at(v)].size(), 0), weight(q[at(v)].size(), 0);
      std::vector<bool> out(q[at(v)].size(), false);
      for (const auto& f : g.factors)
        for (std::size_t entry = 0; entry < f.log_potential.size(); ++entry) {
          std::size_t rest = entry, own = 0;
          Wide p = 1;
          bool here = false;
          for (std::size_t k = f.scope.size(); k-- > 0;) {
            const auto states = at(g.states[at(f.scope[k])]);
            if (f.scope[k] == v)
              own = rest % states, here = true;
            else
              p *= (in_order ? q : old)[at(f.scope[k])][rest % states];
            rest /= states;
          }
          if (!here) continue;
          const bool zero = f.log_potential[entry] == impossible;
          if (!zero) finite[own] += p * f.log_potential[entry];
          if (zero && f.scope.size() == 1) out[own] = true;
          if (zero && f.scope.size() > 1) weight[own] += p;
        }
      Wide least = std::numeric_limits<Wide>::infinity(), top = impossible, sum = 0;
      for (std::size_t s = 0; s < finite.size(); ++s)
        if (!out[s]) least = std::min(least, weight[s]);
      std::vector<Wide> fresh(finite.size(), 0);
      const auto allowed = [&](std::size_t s) { return !out[s] && weight[s] <= least * (1 + Wide(1e-12)); };
      for (std::size_t s = 0; s < finite.size(); ++s)
        if (allowed(s)) top = std::max(top, finite[s]);
      for (std::size_t s = 0; s < finite.size(); ++s)
        if (allowed(s)) sum += fresh[s] = std::exp(finite[s] - top);
      Wide total = 0;
      for (std::size_t s = 0; s < finite.size(); ++s) {
        fresh[s] = allowed(s) ? damping * old[at(v)][s] + (1 - damping) * fresh[s] / sum : 0;
        total += fresh[s];
      }
      for (std::size_t s = 0; s < finite.size(); ++s) q[at(v)][s] = fresh[s] / total;
    }
    naive::Rows rows;
    for (const auto& p : q) rows.emplace_back(p.begin(), p.end());
    history.push_back(rows);
  }
  return history;
}

/// E_q[theta] + H(q) of independent variables, -inf where q gives probability to what is impossible.
double bound(const naive::FactorGraph& g, const naive::Rows& q) {
  Wide sum = 0;
  for (const auto& f : g.factors)
    for (std::size_t entry = 0; entry < f.log_potential.size(); ++entry) {
      std::size_t rest = entry;
      Wide p = 1;
      for (std::size_t k = f.scope.size(); k-- > 0; rest /= at(g.states[at(f.scope[k])]))
        p *= q[at(f.scope[k])][rest % at(g.states[at(f.scope[k])])];
      if (p > 0) sum += p * f.log_potential[entry];
    }
  for (const auto& p : q)
    for (double x : p) sum -= x > 0 ? x * std::log(Wide(x)) : 0;
  return static_cast<double>(sum);
}

const Dataset none = Dataset().add("none", 1, 1, {0});

/// Slopes of weighted probabilities after the last layer, in those entries of tables that are no zeros.
void check_slopes(const Network& network, const RandomGraph& r, Random& random) {
  ir::Graph graph = network.unrolled().graph;
  ir::Builder b(graph);
  ir::Value loss = b.constant(0);
  for (const auto& d : r.model.discretes())
    loss = b.add(loss,
                 b.scale(b.sum_all(b.square(graph.output(d.variable.name + "@4"))), 0.5 + random.uniform()));
  std::vector<ir::Value> wrt;
  std::vector<std::string> names;
  for (int i = 0; i < loss.id; ++i)
    if (graph[ir::Value{i}].is_parameter() && graph[ir::Value{i}].name().starts_with("T")) {
      wrt.push_back(ir::Value{i});
      names.push_back(graph[ir::Value{i}].name());
    }
  const auto slopes = ir::gradient(b, loss, b.constant(1), wrt);
  graph.outputs = {{"loss", loss}};
  for (std::size_t i = 0; i < wrt.size(); ++i)
    if (slopes[i]) graph.outputs.emplace_back(names[i], slopes[i]);
  Evaluation<double> evaluation(ir::optimize(graph), leaves_of(network, none), 1);
  const Numbers found = evaluation.run();
  for (const std::string& name : names) {
    std::vector<double>& entries = evaluation.leaves.at(name);
    for (std::size_t i = 0; i < entries.size(); ++i) {
      const double kept = entries[i], h = 1e-4 * kept;
      const auto moved = [&](double by) {
        entries[i] = kept + by;
        const double value = evaluation.run().at("loss")[0];
        entries[i] = kept;
        return value;
      };
      const double slope = found.count(name) == 0 ? 0 : found.at(name)[i];
      CHECK(std::isfinite(slope));
      if (kept == 0) continue;
      const double expected = (8 * (moved(h) - moved(-h)) - (moved(2 * h) - moved(-2 * h))) / (12 * h);
      CHECK_MESSAGE(std::abs(slope - expected) < 1e-6 * std::max(1.0, std::abs(expected)), name, " ", i);
    }
  }
}

}  // namespace

TEST_CASE("mean field with zeros equals naive loops after every iteration, in any order, damped or not") {
  Random random(121);
  int apart = 0, bounded = 0;
  for (int n = 0; n < 120; ++n) {
    const RandomGraph r = random_graph(random, {.variables = 3 + n % 5,
                                                .largest_arity = 2 + n % 2,
                                                .impossible = 0.1 + 0.1 * (n % 4),
                                                .strength = 0.3 + 0.3 * (n % 5)});
    const double truth = naive::enumerate(r.graph).log_partition;
    for (const bool in_order : {false, true})
      for (const double damping : {0.0, 0.4}) {
        INFO("graph " << n << (in_order ? ", in order" : "") << ", damping " << damping);
        const auto expected = limit_of_mean_field(r.graph, 6, damping, in_order);
        const MeanField algorithm{.damping = damping,
                                  .order = in_order ? UpdateOrder::sequential : UpdateOrder::flooding};
        for (int iterations : {1, 2, 3, 6}) {
          const InferenceResult found =
              infer(r.model, algorithm, {}, 0, {.iterations = iterations, .tolerance = std::nullopt});
          CHECK(difference(found.marginals, expected[at(iterations - 1)]) < 1e-9);
          const double expected_bound = bound(r.graph, found.marginals);
          CHECK((found.log_partition.value() == expected_bound ||
                 found.log_partition.value() == doctest::Approx(expected_bound).epsilon(1e-9)));
          CHECK(found.log_partition.value() <= truth + 1e-9);
          bounded += std::isfinite(found.log_partition.value());
          apart += std::isinf(found.log_partition.value());
        }
      }
  }
  CHECK(apart > 100);
  CHECK(bounded > 100);
}

TEST_CASE("mean field with zeros in networks: single precision and gradients") {
  Random random(122);
  for (int n = 0; n < 20; ++n) {
    CAPTURE(n);
    const RandomGraph r = random_graph(random, {.variables = 5, .impossible = 0.3});
    for (const double damping : {0.0, 0.4}) {
      Network network =
          unroll(r.model, MeanField{.damping = damping, .order = UpdateOrder::sequential}, 4).compile();
      const auto expected = limit_of_mean_field(r.graph, 4, damping, true)[3];
      const Dataset found = network.run(none, {"a", "b", "c"});
      int number = 0;
      for (const auto& d : r.model.discretes())
        for (int i = 0; i < d.variable.size(); ++i, ++number)
          for (int s = 1; s < d.variable.states; ++s) {
            const std::size_t entry = at(d.variable.states == 2 ? i : s * d.variable.size() + i);
            CHECK(std::abs(found[d.variable.name].values[entry] - expected[at(number)][at(s)]) < 2e-5);
          }
      check_slopes(network, r, random);
    }
  }
}

}  // namespace unfurl::test

TEST_SUITE_END();
