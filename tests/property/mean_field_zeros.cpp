// Mean field where factors forbid joint states: the limit of tables whose zeros are ever smaller numbers.
#include <doctest/doctest.h>

#include <bit>
#include <cmath>
#include <limits>

#include "passes/passes.hpp"
#include "property/random_graph.hpp"
#include "unfurl/exact.hpp"
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

Model model_of(const std::vector<std::vector<double>>& own, const std::vector<double>& joint) {
  Model m("pair");
  const int states = static_cast<int>(own[0].size());
  const auto x = m.discrete("x", {2}, states);
  std::vector<double> tables;
  for (int s = 0; s < states; ++s)
    for (int v : {0, 1}) tables.push_back(own[at(v)][at(s)]);
  m.factor("own", each(x), Table{log(m.param("H", {states, 2}, tables, nonneg))});
  m.factor("joint", chain(x), Table{log(m.param("T", {states * states, 1}, joint, nonneg))});
  return m;
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
              infer(r.model, algorithm, {}, 0, {.iterations = iterations, .tolerance = 0});
          CHECK(difference(found.marginals, expected[at(iterations - 1)]) < 1e-9);
          const double expected_bound = bound(r.graph, found.marginals);
          CHECK((found.log_partition == expected_bound ||
                 found.log_partition == doctest::Approx(expected_bound).epsilon(1e-9)));
          CHECK(found.log_partition <= truth + 1e-9);
          bounded += std::isfinite(found.log_partition);
          apart += std::isinf(found.log_partition);
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

TEST_CASE("evidence decides where a table of three states holds zeros, as where it holds tiny numbers") {
  for (const double zero : {0.0, 1e-300})
    for (const double damping : {0.0, 0.5}) {
      std::vector<double> same{1, zero, zero, zero, 1, zero, zero, zero, 1};
      for (const auto& order : {UpdateOrder::flooding, UpdateOrder::sequential}) {
        const auto found = infer(model_of({{.8, .1, .1}, {.8, .1, .1}}, same),
                                 MeanField{.damping = damping, .order = order}, {}, 0, {.tolerance = 1e-12});
        CHECK(difference(found.marginals, {{1, 0, 0}, {1, 0, 0}}) < 1e-9);
        if (zero == 0) CHECK(found.log_partition == doctest::Approx(2 * std::log(0.8)));
      }
    }
  const auto two = infer(model_of({{.8, .2}, {.8, .2}}, {1, 0, 0, 1}), MeanField{});
  CHECK(two.marginals == naive::Rows{{1, 0}, {1, 0}});
}

TEST_CASE(
    "a state that is written twice, with half the weight, changes nothing: two states and four are the "
    "same") {
  Random random(123);
  int bounded = 0;
  for (int n = 0; n < 60; ++n) {
    CAPTURE(n);
    const auto draw = [&] { return random.uniform() < 0.3 ? 0 : 0.05 + random.uniform(); };
    const std::vector<std::vector<double>> own{{1, draw()}, {draw(), 1}};
    const std::vector<double> joint{draw(), draw(), draw(), 1};
    std::vector<std::vector<double>> halves(2);
    for (int v : {0, 1})
      for (int s : {0, 0, 1, 1}) halves[at(v)].push_back(own[at(v)][at(s)] / 2);
    std::vector<double> twice;
    for (int s = 0; s < 4; ++s)
      for (int t = 0; t < 4; ++t) twice.push_back(joint[at(2 * (s / 2) + t / 2)]);
    const MeanField algorithm{.damping = n % 2 == 0 ? 0 : 0.3,
                              .order = n % 3 == 0 ? UpdateOrder::flooding : UpdateOrder::sequential};
    const auto result = [&](const Model& m) -> InferenceResult {
      try {
        return infer(m, algorithm, {}, 0, {.iterations = 5, .tolerance = 0});
      } catch (const NoPossibleState&) {
        return {};
      }
    };
    const InferenceResult two = result(model_of(own, joint)), four = result(model_of(halves, twice));
    REQUIRE(two.marginals.size() == four.marginals.size());
    for (std::size_t v = 0; v < two.marginals.size(); ++v)
      for (int s : {0, 1})
        CHECK(std::abs(two.marginals[v][at(s)] - four.marginals[v][at(2 * s)] -
                       four.marginals[v][at(2 * s + 1)]) < 1e-12);
    CHECK((two.log_partition == four.log_partition ||
           two.log_partition == doctest::Approx(four.log_partition).epsilon(1e-12)));
    bounded += two.marginals.empty() || std::isinf(two.log_partition) ? 0 : 1;
  }
  CHECK(bounded > 10);
}

TEST_CASE("counts that are forbidden, with evidence, as a table says them") {
  for (const double damping : {0.0, 0.3}) {
    naive::Rows rows[2];
    double bounds[2];
    for (const bool as_table : {false, true}) {
      Model m("counted");
      const auto x = m.discrete("x", {4}, 2);
      m.factor("own", each(x), Field{m.param("h", vector(4), {1.5, 0.4, -0.2, -0.3})});
      const Edges all = tuples(x, {{0, 1, 2, 3}});
      const std::vector<double> of_count{0, 1, 0, 0, 0};  // exactly one
      if (as_table) {
        std::vector<double> table;
        for (int i = 0; i < 16; ++i) table.push_back(of_count[at(std::popcount(static_cast<unsigned>(i)))]);
        m.factor("one", all, Table{log(m.param("T", {16, 1}, table, nonneg))});
      } else {
        m.factor("one", all, Cardinality{log(m.param("T", {5, 1}, of_count, nonneg))});
      }
      const auto found = infer(m, MeanField{.damping = damping, .order = UpdateOrder::sequential});
      rows[as_table] = found.marginals;
      bounds[as_table] = found.log_partition;
    }
    CHECK(difference(rows[0], rows[1]) < 1e-12);
    // Seven of eight states of the others forbid a one, five a zero, and so on: the last one is left with the one.
    if (damping == 0) CHECK(difference(rows[0], {{1, 0}, {1, 0}, {1, 0}, {0, 1}}) == 0);
    if (damping == 0) CHECK(bounds[0] == doctest::Approx(-1.5 - 0.4 + 0.2 - 0.3));
    CHECK((bounds[0] == bounds[1] || bounds[0] == doctest::Approx(bounds[1])));
  }
}

TEST_CASE("rounding breaks no tie between states that are equally impossible") {
  // The parity of three: while the second believes one half, both states of the others are equally impossible.
  for (const double p : {0.1, 0.3, 1.0 / 3, 0.7}) {
    Model m("parity");
    const auto x = m.discrete("x", {3}, 2);
    const double odds = std::log(p / (1 - p)) / 2;
    m.factor("own", each(x), Field{m.param("h", vector(3), {odds, 0, 0.1})});
    std::vector<double> table;
    for (int i = 0; i < 8; ++i) table.push_back(std::popcount(static_cast<unsigned>(i)) % 2 == 0 ? 1 : 0);
    m.factor("even", tuples(x, {{0, 1, 2}}), Table{log(m.param("T", {8, 1}, table, nonneg))});
    const auto found = infer(m, MeanField{}, {}, 0, {.iterations = 2, .tolerance = 0});
    CHECK(found.marginals[0][1] == doctest::Approx(p).epsilon(1e-12));
    CHECK(found.marginals[2][1] == doctest::Approx(1 / (1 + std::exp(-0.2))).epsilon(1e-12));
  }
}

TEST_CASE(
    "contradictions that messages can see are refused by mean field, others give beliefs without a bound") {
  CHECK_THROWS_AS(infer(model_of({{1, 0}, {0, 1}}, {1, 0, 0, 1}), MeanField{}), NoPossibleState);
  CHECK_THROWS_AS(infer(model_of({{1, 0}, {0, 1}}, {1, 0, 0, 1}), MeanField{.damping = 0.5}),
                  NoPossibleState);
  CHECK_THROWS_AS(infer(model_of({{1, 0, 0}, {0, 1, 1}}, {1, 0, 0, 0, 1, 0, 0, 0, 1}), MeanField{}),
                  NoPossibleState);
  const int n = 9;
  Model far("far");
  const auto x = far.discrete("x", {n}, 3);
  std::vector<double> ends(at(3 * n), 1);
  ends[0] = 0;
  ends[at(n)] = 0;          // variable 0 is in state 2,
  ends[at(3 * n - 1)] = 0;  // the last one is not
  far.factor("own", each(x), Table{log(far.param("H", {3, n}, ends, nonneg))});
  far.factor("same", chain(x), Table{log(far.param("T", {9, 1}, {1, 0, 0, 0, 1, 0, 0, 0, 1}, nonneg))});
  CHECK_THROWS_AS(infer(far, MeanField{}), NoPossibleState);

  Model odd("odd");  // a triangle of neighbours that all differ
  const auto z = odd.discrete("z", {3}, 2);
  odd.factor("differ", pairs(z, {{0, 1}, {1, 2}, {2, 0}}),
             Table{log(odd.param("T", {4, 1}, {0, 1, 1, 0}, nonneg))});
  CHECK_THROWS_AS(exact(odd, {}, 0), NumericalError);
  CHECK(infer(odd, MeanField{}).log_partition == impossible);
}

}  // namespace unfurl::test

TEST_SUITE_END();
