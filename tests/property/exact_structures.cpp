// Exact inference on the structures that cost most: hubs, long chains, wheels, tables shared by threads. What it must give
// comes from sums over joint states, from closed forms, or from loops over the structure; sizes are such that time
// quadratic in a degree or in the number of variables would not end.
#include <doctest/doctest.h>

#include <numeric>

#include "inference/exact/junction_tree.hpp"
#include "property/laws.hpp"
#include "unfurl/exact.hpp"
#include "unfurl/formats.hpp"

TEST_SUITE_BEGIN("property");

namespace unfurl::test {

namespace {

std::vector<double> random_table(Random& random, std::size_t entries) {
  std::vector<double> table(entries);
  for (double& v : table) v = std::exp(4 * random.uniform() - 2);
  return table;
}

/// A hub with a factor of its own, joined to every leaf: naive Bayes.
TableModel star(Random& random, int leaves, int hub_states, int leaf_states, bool hub_first) {
  TableModel m;
  m.states.assign(at(leaves) + 1, leaf_states);
  const int hub = hub_first ? 0 : leaves;
  m.states[at(hub)] = hub_states;
  m.factors.push_back({{hub}, random_table(random, at(hub_states))});
  for (int i = 0; i < leaves; ++i)
    m.factors.push_back({{hub, hub_first ? i + 1 : i}, random_table(random, at(hub_states * leaf_states))});
  return m;
}

double log_sum(const std::vector<double>& logs) {
  const double top = *std::max_element(logs.begin(), logs.end());
  double sum = 0;
  for (double v : logs) sum += std::exp(v - top);
  return top + std::log(sum);
}

struct Star {
  std::vector<double> hub;                  ///< marginal
  std::vector<std::vector<double>> leaves;  ///< marginals
  double log_partition = 0, log_best = 0;
};
/// p(hub = h) ~ t(h) prod_i sum_x t_i(h, x).
Star solve_star(const TableModel& m, int hub_states, int leaf_states) {
  std::vector<double> logs(at(hub_states), 0), best(at(hub_states), 0);
  for (std::size_t h = 0; h < logs.size(); ++h) {
    logs[h] = best[h] = std::log(m.factors[0].values[h]);
    for (std::size_t f = 1; f < m.factors.size(); ++f) {
      const double* row = &m.factors[f].values[h * at(leaf_states)];
      logs[h] += std::log(std::accumulate(row, row + leaf_states, 0.0));
      best[h] += std::log(*std::max_element(row, row + leaf_states));
    }
  }
  Star s{{}, {}, log_sum(logs), *std::max_element(best.begin(), best.end())};
  for (double v : logs) s.hub.push_back(std::exp(v - s.log_partition));
  for (std::size_t f = 1; f < m.factors.size(); ++f) {
    auto& p = s.leaves.emplace_back(at(leaf_states), 0.0);
    for (std::size_t h = 0; h < logs.size(); ++h) {
      const double* row = &m.factors[f].values[h * at(leaf_states)];
      for (std::size_t x = 0; x < p.size(); ++x)
        p[x] += s.hub[h] * row[x] / std::accumulate(row, row + leaf_states, 0.0);
    }
  }
  return s;
}

void check_star(int leaves, int hub_states, int leaf_states, bool hub_first) {
  Random random(31);
  CAPTURE(leaves);
  CAPTURE(hub_states);
  CAPTURE(hub_first);
  const TableModel m = star(random, leaves, hub_states, leaf_states, hub_first);
  const Star expected = solve_star(m, hub_states, leaf_states);
  const ConditionedModel c = condition(m);
  const ExactResult found = exact(c.model, {}, 0);
  auto marginals = c.all_marginals(found.marginals);
  const std::size_t hub = hub_first ? 0 : at(leaves);
  CHECK(difference({marginals[hub]}, {expected.hub}) < 1e-9);
  marginals.erase(marginals.begin() + static_cast<std::ptrdiff_t>(hub));
  CHECK(difference(marginals, expected.leaves) < 1e-9);
  CHECK(found.log_partition == doctest::Approx(expected.log_partition).epsilon(1e-12));
  CHECK(found.treewidth == 1);
  const MostProbable best = most_probable(c.model, {}, 0);
  CHECK(best.log_value == doctest::Approx(expected.log_best).epsilon(1e-12));
  CHECK(log_value(m, c.all_states(best.states)) == doctest::Approx(expected.log_best).epsilon(1e-12));
}

}  // namespace

TEST_CASE(
    "exact inference on stars takes time linear in the leaves: hubs first or last, of any number of states") {
  for (bool hub_first : {true, false}) {
    check_star(30000, 2, 2, hub_first);
    check_star(2000, 40, 3, hub_first);
    check_star(300, 2, 100, hub_first);
    check_star(1, 3, 2, hub_first);
  }
}

TEST_CASE(
    "exact inference on a chain of 100 000 equals a loop forwards and one back, and so does its best state") {
  const int n = 100000;
  Random random(32);
  TableModel m;
  m.states.assign(at(n), 2);
  for (int i = 0; i < n; ++i) m.factors.push_back({{i}, random_table(random, 2)});
  for (int i = 0; i + 1 < n; ++i) m.factors.push_back({{i, i + 1}, random_table(random, 4)});
  const auto unary = [&](int i, int s) { return m.factors[at(i)].values[at(s)]; };
  const auto pair = [&](int i, int s, int t) { return m.factors[at(n + i)].values[at(2 * s + t)]; };
  std::vector<std::array<double, 2>> before(at(n), {1, 1}), after(at(n), {1, 1});
  std::array<double, 2> best{0, 0};  // log value of the best start that ends in a state, with its own factor
  long double log_partition = 0;
  for (int i = 0; i < n; ++i) {
    std::array<double, 2> own{before[at(i)][0] * unary(i, 0), before[at(i)][1] * unary(i, 1)};
    for (int s = 0; s < 2; ++s) best[at(s)] += std::log(unary(i, s));
    const double scale = own[0] + own[1];
    log_partition += std::log(scale);
    if (i + 1 == n) break;
    std::array<double, 2> next;
    for (int t = 0; t < 2; ++t) {
      before[at(i + 1)][at(t)] = (own[0] * pair(i, 0, t) + own[1] * pair(i, 1, t)) / scale;
      next[at(t)] = std::max(best[0] + std::log(pair(i, 0, t)), best[1] + std::log(pair(i, 1, t)));
    }
    best = next;
  }
  for (int i = n - 1; i > 0; --i) {
    double scale = 0;
    for (int s = 0; s < 2; ++s) {
      double& a = after[at(i - 1)][at(s)];
      a = 0;
      for (int t = 0; t < 2; ++t) a += pair(i - 1, s, t) * unary(i, t) * after[at(i)][at(t)];
      scale += a;
    }
    for (double& a : after[at(i - 1)]) a /= scale;
  }
  const ConditionedModel c = condition(m);
  const ExactResult found = exact(c.model, {}, 0);
  double largest = 0;
  for (int i = 0; i < n; ++i) {
    std::array<double, 2> p;
    for (int s = 0; s < 2; ++s) p[at(s)] = before[at(i)][at(s)] * unary(i, s) * after[at(i)][at(s)];
    largest = std::max(largest, std::abs(found.marginals[at(i)][1] - p[1] / (p[0] + p[1])));
  }
  CHECK(largest < 1e-12);
  CHECK(found.log_partition == doctest::Approx(static_cast<double>(log_partition)).epsilon(1e-13));
  const MostProbable decoded = most_probable(c.model, {}, 0);
  CHECK(log_value(m, decoded.states) == doctest::Approx(std::max(best[0], best[1])).epsilon(1e-12));
}

TEST_CASE("threads do not change a bit of exact inference") {
  // Tables large enough to be shared: all pairs of 18 variables, each with leaves.
  const int core = 18, leaves = 3 * core;
  Model m("core");
  const auto x = m.discrete("x", {core + leaves}, 2);
  std::vector<std::pair<int, int>> joined;
  for (int i = 0; i < core; ++i)
    for (int j = 0; j < i; ++j) joined.emplace_back(i, j);
  for (int i = 0; i < leaves; ++i) joined.emplace_back(i % core, core + i);
  const Edges edges = pairs(x, joined);
  Random random(34);
  m.factor("pairs", edges, Ising{m.param("J", per_edge(edges), exact_floats(random, edges.count(), -1, 1))});
  m.factor("field", each(x), Field{m.param("h", 0.1)});
  const ExactResult one = exact(m, {}, 0, {.threads = 1});
  const MostProbable best = most_probable(m, {}, 0, {.threads = 1});
  CHECK(one.treewidth == core - 1);
  for (int threads : {2, 3, 0}) {
    const ExactResult more = exact(m, {}, 0, {.threads = threads});
    CHECK(more.marginals == one.marginals);
    CHECK(more.log_partition == one.log_partition);
    const MostProbable again = most_probable(m, {}, 0, {.threads = threads});
    CHECK(again.states == best.states);
    CHECK(again.log_max_marginals == best.log_max_marginals);
  }
}

TEST_CASE(
    "exact inference: random models with hubs, zeros and ties against sums and maxima over joint states") {
  Random random(35);
  int possible = 0;
  for (int trial = 0; trial < 150; ++trial) {
    const int n = 1 + random.below(7);
    TableModel m;
    naive::FactorGraph g;
    for (int v = 0; v < n; ++v) g.add_variables(1, m.states.emplace_back(2 + random.below(3)));
    const int style = trial % 3;  // any numbers, ties, zeros and ties
    for (int f = 1 + random.below(2 * n); f > 0; --f) {
      auto scope = random.permutation(n);
      scope.resize(at(1 + random.below(std::min(3, n))));
      if (random.below(2) == 0 && std::find(scope.begin(), scope.end(), 0) == scope.end())
        scope[0] = 0;  // a hub
      std::size_t entries = 1;
      for (int v : scope) entries *= at(m.states[at(v)]);
      std::vector<double> table = random_table(random, entries), logs;
      for (double& v : table) {
        if (style > 0) v = 1 + random.below(2);
        if (style == 2 && random.below(4) == 0) v = 0;
        logs.push_back(std::log(v));
      }
      if (*std::max_element(table.begin(), table.end()) == 0) continue;
      m.factors.push_back({scope, table});
      g.add(scope, logs);
    }
    const naive::Exact expected = naive::enumerate(g);
    const ConditionedModel c = condition(m);
    CAPTURE(trial);
    if (!std::isfinite(expected.log_partition)) {
      CHECK_THROWS_AS(exact(c.model, {}, 0), NumericalError);
      CHECK_THROWS_AS(most_probable(c.model, {}, 0), NumericalError);
      continue;
    }
    ++possible;
    const ExactResult found = exact(c.model, {}, 0);
    CHECK(difference(c.all_marginals(found.marginals), expected.marginals) < 1e-12);
    CHECK(std::abs(found.log_partition - expected.log_partition) < 1e-10);
    double best = -INFINITY;
    std::vector<int> joint(at(n), 0);
    for (bool more = true; more;) {
      best = std::max(best, log_value(m, joint));
      more = false;
      for (std::size_t v = joint.size(); v-- > 0 && !more;) {
        more = ++joint[v] < m.states[v];
        if (!more) joint[v] = 0;
      }
    }
    const MostProbable map = most_probable(c.model, {}, 0);
    CHECK(map.log_value == doctest::Approx(best).epsilon(1e-12));
    CHECK(log_value(m, c.all_states(map.states)) == doctest::Approx(best).epsilon(1e-12));
  }
  CHECK(possible > 100);
}

}  // namespace unfurl::test

TEST_SUITE_END();
