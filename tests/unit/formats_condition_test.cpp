// Table models given evidence, against sums over the joint states of the tables as they stand in the file.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "unfurl/at.hpp"
#include "unfurl/exact.hpp"
#include "unfurl/formats.hpp"

TEST_SUITE_BEGIN("unit");

namespace unfurl::test {

namespace {

struct Sums {
  std::vector<std::vector<double>> marginals, log_max;
  double log_partition = 0, log_best = -INFINITY;
};

/// Every joint state that agrees with the evidence.
Sums enumerate(const TableModel& m, const Evidence& evidence) {
  Sums sums;
  for (int n : m.states) {
    sums.marginals.emplace_back(at(n), 0.0);
    sums.log_max.emplace_back(at(n), -INFINITY);
  }
  double total = 0;
  std::vector<int> joint(m.states.size(), 0);
  for (bool more = true; more;) {
    bool agrees = true;
    for (const auto& [v, state] : evidence) agrees = agrees && joint[at(v)] == state;
    if (agrees) {
      const double value = log_value(m, joint), p = std::exp(value);
      total += p;
      sums.log_best = std::max(sums.log_best, value);
      for (std::size_t v = 0; v < joint.size(); ++v) {
        sums.marginals[v][at(joint[v])] += p;
        double& best = sums.log_max[v][at(joint[v])];
        best = std::max(best, value);
      }
    }
    more = false;
    for (std::size_t v = joint.size(); v-- > 0 && !more;) {
      more = ++joint[v] < m.states[v];
      if (!more) joint[v] = 0;
    }
  }
  for (auto& row : sums.marginals)
    for (double& p : row) p /= total;
  sums.log_partition = std::log(total);
  return sums;
}

TableModel random_tables(Random& random, int variables, int factors, double zeros) {
  TableModel m;
  for (int v = 0; v < variables; ++v) m.states.push_back(1 + random.below(4));
  for (int a = 0; a < factors; ++a) {
    std::vector<int> scope = random.permutation(variables);
    scope.resize(at(random.below(std::min(5, variables + 1))));
    std::size_t size = 1;
    for (int v : scope) size *= at(m.states[at(v)]);
    m.factors.push_back({scope, {}});
    for (std::size_t i = 0; i < size; ++i)
      m.factors.back().values.push_back(random.uniform() < zeros && size > 1 ? 0 : std::exp(random.normal()));
  }
  return m;
}

void check_rows(const std::vector<std::vector<double>>& found,
                const std::vector<std::vector<double>>& expected) {
  REQUIRE(found.size() == expected.size());
  for (std::size_t v = 0; v < found.size(); ++v) {
    REQUIRE(found[v].size() == expected[v].size());
    for (std::size_t s = 0; s < found[v].size(); ++s) {
      CAPTURE(v);
      if (std::isinf(expected[v][s]))
        CHECK(found[v][s] == expected[v][s]);
      else
        CHECK(std::abs(found[v][s] - expected[v][s]) < 1e-12 * std::max(1.0, std::abs(expected[v][s])));
    }
  }
}

}  // namespace

TEST_CASE("conditioned models have the marginals, log Z and best states of their tables") {
  Random random(31);
  int possible = 0, impossible = 0;
  for (int trial = 0; trial < 80; ++trial) {
    const int variables = random.below(9);
    const TableModel m = random_tables(random, variables, random.below(8), trial % 2 == 0 ? 0 : 0.2);
    Evidence evidence;
    for (int v = 0; v < variables; ++v)
      if (random.uniform() < 0.25) evidence[v] = random.below(m.states[at(v)]);
    const Sums expected = enumerate(m, evidence);
    INFO("trial " << trial);
    if (!std::isfinite(expected.log_partition)) {
      CHECK_THROWS_AS(exact(condition(m, evidence).model, {}, 0), Error);
      ++impossible;
      continue;
    }
    const ConditionedModel c = condition(m, evidence);
    const ExactResult sums = exact(c.model, {}, 0);
    check_rows(c.all_marginals(sums.marginals), expected.marginals);
    CHECK(sums.log_partition + c.log_constant == doctest::Approx(expected.log_partition).epsilon(1e-12));
    const MostProbable best = most_probable(c.model, {}, 0);
    CHECK(best.log_value + c.log_constant == doctest::Approx(expected.log_best).epsilon(1e-12));
    CHECK(log_value(m, c.all_states(best.states)) == doctest::Approx(expected.log_best).epsilon(1e-12));
    for (const auto& [v, state] : evidence) CHECK(c.all_states(best.states)[at(v)] == state);
    for (int v = 0; v < variables; ++v)
      if (c.place[at(v)])
        for (int s = 0; s < m.states[at(v)]; ++s) {
          const double found = best.log_max_marginals[at(*c.place[at(v)])][at(s)] + c.log_constant;
          const double wanted = expected.log_max[at(v)][at(s)];
          if (std::isinf(wanted))
            CHECK(found == wanted);
          else
            CHECK(std::abs(found - wanted) < 1e-11);
        }
    ++possible;
  }
  CHECK(possible > 40);
  CHECK(impossible > 3);
}

TEST_CASE("the sequence of a conditioned model is the order of its tables") {
  const TableModel m{TableModel::Kind::markov, {3, 2, 1, 2, 3, 2}, {}};
  const ConditionedModel c = condition(m, {{3, 1}});
  CHECK(c.place == std::vector<std::optional<int>>{2, 0, {}, {}, 3, 1});
  CHECK(c.known == std::vector<std::optional<int>>{{}, {}, 0, 1, {}, {}});
  CHECK(c.sequence() == std::vector<int>{2, 0, 3, 1});
}

TEST_CASE("joint distributions of scopes are consistent with the tables") {
  Random random(33);
  const TableModel m = random_tables(random, 8, 8, 0.1);
  const ConditionedModel c = condition(m);
  std::vector<int> states;
  for (const auto& d : c.model.discretes())
    states.insert(states.end(), at(d.variable.size()), d.variable.states);
  const int n = static_cast<int>(states.size());
  REQUIRE(n >= 3);
  const std::vector<std::vector<int>> scopes{{n - 1, 0}, {1}, {}, {2, n - 1, 1}};
  const ExactResult result = exact(c.model, {}, 0, {.scopes = scopes});
  REQUIRE(result.joints.size() == scopes.size());
  check_rows({result.joints[1]}, {result.marginals[1]});
  CHECK(result.joints[2] == std::vector<double>{1});
  for (std::size_t k = 0; k < scopes.size(); ++k) {  // a clamped model's share of Z is the joint probability
    for (std::size_t entry = 0; entry < result.joints[k].size(); ++entry) {
      Evidence clamp;
      std::size_t rest = entry;
      for (std::size_t slot = scopes[k].size(); slot-- > 0;) {
        const int v =
            static_cast<int>(std::find(c.place.begin(), c.place.end(), scopes[k][slot]) - c.place.begin());
        clamp[v] = static_cast<int>(rest % at(m.states[at(v)]));
        rest /= at(m.states[at(v)]);
      }
      const double share = std::exp(enumerate(m, clamp).log_partition - enumerate(m, {}).log_partition);
      CHECK(std::abs(result.joints[k][entry] - share) < 1e-12);
    }
  }
}

TEST_CASE("tables from 1e-300 to 1e300, one-state and isolated variables, a factor of twelve") {
  TableModel m;
  m.states = {2, 1, 3, 2};
  m.factors = {{{0}, {1e-300, 3e-300}},
               {{0, 1, 3}, {1e300, 1e300, 1e300, 1e300}},
               {{1}, {1e-300}},
               {{3}, {1e-300, 1e300}}};
  const ConditionedModel c = condition(m);
  const ExactResult r = exact(c.model, {}, 0);
  check_rows(c.all_marginals(r.marginals), {{0.25, 0.75}, {1}, {1. / 3, 1. / 3, 1. / 3}, {0, 1}});
  CHECK(r.log_partition + c.log_constant == doctest::Approx(std::log(4.0) + std::log(3.0)).epsilon(1e-12));

  const ConditionedModel all = condition(m, {{0, 1}, {2, 2}, {3, 0}});  // nothing is left to infer
  const ExactResult none = exact(all.model, {}, 0);
  CHECK(none.marginals.empty());
  check_rows(all.all_marginals(none.marginals), {{0, 1}, {1}, {0, 0, 1}, {1, 0}});
  CHECK(none.log_partition + all.log_constant == doctest::Approx(std::log(3.0) - 600 * std::log(10.0)));
}

}  // namespace unfurl::test

TEST_SUITE_END();
