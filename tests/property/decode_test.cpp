// Joint states made of beliefs, against maxima over all joint states.
#include <doctest/doctest.h>

#include "property/laws.hpp"
#include "unfurl/formats.hpp"
#include "unfurl/inference.hpp"

TEST_SUITE_BEGIN("property");

namespace unfurl::test {

namespace {

struct Best {
  double value = -INFINITY;
  int count = 0;  ///< joint states that have it
};

Best enumerate_best(const TableModel& m) {
  Best best;
  std::vector<int> joint(m.states.size(), 0);
  for (bool more = true; more;) {
    const double value = log_value(m, joint);
    if (value > best.value + 1e-9)
      best = {value, 1};
    else if (value > best.value - 1e-9)
      ++best.count;
    more = false;
    for (std::size_t v = joint.size(); v-- > 0 && !more;) {
      more = ++joint[v] < m.states[v];
      if (!more) joint[v] = 0;
    }
  }
  return best;
}

enum class Entries { any, ties, zeros_and_ties };

/// Scopes of a tree, some of its factors twice, or of anything.
TableModel random_tables(Random& random, bool tree, Entries entries) {
  TableModel m;
  const int n = 1 + random.below(7);
  for (int v = 0; v < n; ++v) m.states.push_back(2 + random.below(3));
  std::vector<std::vector<int>> scopes;
  for (int v = 1; v < n && tree; ++v) {
    scopes.push_back({v, random.below(v)});
    if (random.below(4) == 0) scopes.push_back({scopes.back()[1], v});
  }
  for (int f = random.below(2 * n); f > 0 && !tree; --f) {
    scopes.push_back(random.permutation(n));
    scopes.back().resize(at(1 + random.below(std::min(3, n))));
  }
  for (int v = 0; v < n; ++v)
    if (random.below(2) == 0) scopes.push_back({v});
  for (const auto& scope : scopes) {
    TableModel::Factor f{scope, {}};
    std::size_t size = 1;
    for (int v : scope) size *= at(m.states[at(v)]);
    while (f.values.size() < size)
      f.values.push_back(entries == Entries::any ? std::exp(6 * random.uniform() - 3)
                         : entries == Entries::zeros_and_ties && random.below(3) == 0 ? 0
                                                                                      : 1 + random.below(2));
    if (*std::max_element(f.values.begin(), f.values.end()) > 0) m.factors.push_back(f);
  }
  return m;
}

std::vector<int> likeliest(const std::vector<std::vector<double>>& beliefs) {
  std::vector<int> states;
  for (const auto& p : beliefs)
    states.push_back(static_cast<int>(std::max_element(p.begin(), p.end()) - p.begin()));
  return states;
}

std::vector<std::vector<double>> random_beliefs(Random& random, const ConditionedModel& c) {
  std::vector<std::vector<double>> beliefs;
  for (const auto& d : c.model.discretes())
    for (int i = 0; i < d.variable.size(); ++i) {
      auto& p = beliefs.emplace_back();
      for (int s = 0; s < d.variable.states; ++s) p.push_back(random.below(3) == 0 ? 0.5 : random.uniform());
    }
  return beliefs;
}

}  // namespace

TEST_CASE(
    "on trees every algorithm decodes a most probable state, with ties and zeros, and whatever the beliefs") {
  Random random(41);
  int tied = 0, impossible = 0;
  for (int trial = 0; trial < 200; ++trial) {
    const auto entries = static_cast<Entries>(trial % 3);
    const TableModel m = random_tables(random, true, entries);
    const Best best = enumerate_best(m);
    const ConditionedModel c = condition(m);
    tied += best.count > 1;
    CAPTURE(trial);
    const auto check = [&](const std::vector<int>& states, double log_value_found, bool optimal) {
      CHECK(optimal);
      if (std::isinf(best.value)) {
        CHECK(std::isinf(log_value_found));
      } else {
        CHECK(log_value(m, c.all_states(states)) == doctest::Approx(best.value).epsilon(1e-12));
        CHECK(log_value_found == doctest::Approx(best.value).epsilon(1e-12));
      }
    };
    const Decoded decoded = decode(c.model, random_beliefs(random, c));
    check(decoded.states, decoded.log_value.value(), decoded.optimal);
    impossible += std::isinf(best.value);
    if (std::isinf(best.value)) continue;
    std::vector<AlgorithmPointer> algorithms{SumProduct{}, MaxProduct{}, TreeReweighted{}};
    if (entries != Entries::zeros_and_ties) algorithms.push_back(MeanField{});
    for (const auto& algorithm : algorithms) {
      const InferenceResult r = infer(c.model, algorithm, {}, 0, {.iterations = 30});
      check(r.states, r.log_value.value(), r.optimal);
    }
  }
  CHECK(tied > 60);
  CHECK(impossible > 5);
}

TEST_CASE("with loops the decoded state is never worse than the largest beliefs, and its value is its own") {
  Random random(42);
  int best_found = 0, possible = 0;
  for (int trial = 0; trial < 200; ++trial) {
    const TableModel m = random_tables(random, false, static_cast<Entries>(trial % 3));
    const Best best = enumerate_best(m);
    if (std::isinf(best.value)) continue;
    ++possible;
    const ConditionedModel c = condition(m);
    CAPTURE(trial);
    const auto beliefs = random_beliefs(random, c);
    const Decoded decoded = decode(c.model, beliefs);
    const double value = log_value(m, c.all_states(decoded.states));
    CHECK(value >= log_value(m, c.all_states(likeliest(beliefs))) - 1e-12);
    CHECK((decoded.log_value.value() == value || std::abs(decoded.log_value.value() - value) < 1e-12));
    if (decoded.optimal) CHECK(value == doctest::Approx(best.value).epsilon(1e-12));
    best_found += value > best.value - 1e-9;
    // No variable by itself would improve it: it is among the trees.
    auto states = decoded.states;
    for (std::size_t v = 0; v < states.size() && std::isfinite(value); ++v) {
      const int kept = states[v];
      for (states[v] = 0; states[v] < static_cast<int>(beliefs[v].size()); ++states[v])
        CHECK(log_value(m, c.all_states(states)) <= value + 1e-9);
      states[v] = kept;
    }
  }
  CHECK(possible > 100);
  CHECK(best_found > possible * 9 / 10);
}

TEST_CASE("ties of a grid without evidence are broken jointly") {
  Model m("antiferromagnet");
  const auto x = m.discrete("x", {9, 11}, 2);
  m.factor("different", grid4(x), Ising{m.param("J", -1.0)});
  const InferenceResult r = infer(m, MaxProduct{}, {}, 0, {.iterations = 10});
  for (const auto& p : r.marginals) CHECK(p[0] == 0.5);
  CHECK(r.log_value.value() == doctest::Approx(grid4(x).count()));  // neighbours all differ
}

TEST_CASE("stars and chains of many variables are decoded, and models with factors too large for tables") {
  const int n = 50000;
  Model star("star"), line("chain");
  const auto x = star.discrete("x", {n}, 2), y = line.discrete("y", {n}, 2);
  std::vector<std::vector<int>> scopes;
  for (int i = 1; i < n; ++i) scopes.push_back({0, i});
  star.factor("leaves", tuples(x, scopes), Ising{star.param("J", -1.0)});
  line.factor("links", chain(y), Ising{line.param("J", -1.0)});
  for (const Model& m : {star, line}) {
    const Decoded d = decode(m, std::vector<std::vector<double>>(at(n), {0.5, 0.5}));
    CHECK(d.optimal);
    CHECK(d.log_value.value() == doctest::Approx(n - 1));
  }

  Model wide("wide");
  const auto z = wide.discrete("z", {30}, 2);
  std::vector<int> all(30);
  for (int i = 0; i < 30; ++i) all[at(i)] = i;
  wide.factor("even", tuples(z, {all}), Parity{});
  wide.factor("field", each(z), Field{wide.param("h", 0.5)});
  const InferenceResult r = infer(wide, MaxProduct{}, {}, 0, {.iterations = 3});
  CHECK_FALSE(r.log_value);
  CHECK_FALSE(r.optimal);
  CHECK(r.states == std::vector<int>(30, 1));
  CHECK(infer(wide, MaxProduct{}, {}, 0, {.iterations = 3, .decode = false}).states.empty());
  CHECK_THROWS_AS(decode(line, {{0.5, 0.5}}), DataError);
}

}  // namespace unfurl::test

TEST_SUITE_END();
