// Small factor graphs drawn at random, with zeros, constants, hubs and entries of all magnitudes, by every algorithm, against
// sums over all joint states.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string_view>

#include "unfurl/algorithms.hpp"
#include "unfurl/at.hpp"
#include "unfurl/data.hpp"
#include "unfurl/exact.hpp"
#include "unfurl/formats.hpp"
#include "unfurl/inference.hpp"

using namespace unfurl;

TEST_SUITE_BEGIN("property");

namespace {

struct Listed {
  std::vector<std::vector<double>> marginals;
  double log_partition = -INFINITY, best = -INFINITY;
};

Listed list(const TableModel& tables) {
  Listed found;
  std::vector<std::pair<double, std::vector<int>>> states;
  std::vector<int> x(tables.states.size(), 0);
  for (bool more = true; more;) {
    states.emplace_back(log_value(tables, x), x);
    found.best = std::max(found.best, states.back().first);
    more = false;
    for (std::size_t v = 0; v < x.size() && !more; ++v)
      if (++x[v] < tables.states[v])
        more = true;
      else
        x[v] = 0;
  }
  for (const int n : tables.states) found.marginals.emplace_back(at(n), 0.0);
  if (std::isinf(found.best)) return found;
  double sum = 0;
  for (const auto& [log_p, joint] : states) {
    const double p = std::exp(log_p - found.best);
    sum += p;
    for (std::size_t v = 0; v < joint.size(); ++v) found.marginals[v][at(joint[v])] += p;
  }
  for (auto& row : found.marginals)
    for (double& p : row) p /= sum;
  found.log_partition = found.best + std::log(sum);
  return found;
}

/// A tree (every third one a hub), or a graph with loops.
TableModel draw(Random& random, bool tree, bool hub, double zeros, double largest_exponent) {
  TableModel tables;
  const int n = 2 + random.below(4);
  for (int v = 0; v < n; ++v)
    tables.states.push_back(1 + random.below(8) % 4 + (random.below(8) == 0 ? 0 : 1));
  const auto add = [&](std::vector<int> scope) {
    std::size_t entries = 1;
    for (const int v : scope) entries *= at(tables.states[at(v)]);
    const double scale = std::pow(10.0, largest_exponent * (2 * random.uniform() - 1));
    std::vector<double> values(entries);
    for (double& v : values)
      v = random.uniform() < zeros ? 0 : scale * (random.below(3) == 0 ? 1 : std::exp(2 * random.normal()));
    tables.factors.push_back({std::move(scope), std::move(values)});
  };
  for (int v = 1; v < n; ++v) {
    const int other = hub ? 0 : random.below(v);
    add(random.below(2) == 0 ? std::vector{other, v} : std::vector{v, other});
  }
  for (int more = tree ? 0 : 3; more > 0; --more) {
    const int a = random.below(n), b = (a + 1 + random.below(n - 1)) % n;
    add({a, b});
  }
  for (int v = 0; v < n; ++v)
    if (random.below(2) == 0) add({v});
  add({});
  return tables;
}

}  // namespace

TEST_CASE("small graphs: algorithms are exact on trees, and give distributions everywhere") {
  const std::vector<std::pair<const char*, AlgorithmPointer>> algorithms = {
      {"bp", SumProduct{}},
      {"damped", SumProduct{.damping = 0.5}},
      {"sequential", SumProduct{.order = UpdateOrder::sequential}},
      {"fractional", FractionalBeliefPropagation{}},
      {"trw", TreeReweighted{}},
      {"mf", MeanField{}},
      {"max", MaxProduct{}}};
  Random random(11);
  int possible = 0, impossible = 0;
  for (int trial = 0; trial < 90; ++trial) {
    CAPTURE(trial);
    const bool tree = trial % 2 == 0;
    const TableModel tables =
        draw(random, tree, trial % 3 == 0, 0.25 * (trial % 3), trial % 5 == 0 ? 250 : 6);
    const Listed truth = list(tables);
    try {
      const ConditionedModel c = condition(tables);
      if (c.model.discretes().empty()) continue;
      const ExactResult found = exact(c.model, {}, 0);
      const auto marginals = c.all_marginals(found.marginals);
      CHECK(found.log_partition + c.log_constant == doctest::Approx(truth.log_partition).epsilon(1e-9));
      for (std::size_t v = 0; v < marginals.size(); ++v)
        for (std::size_t s = 0; s < marginals[v].size(); ++s)
          CHECK(marginals[v][s] == doctest::Approx(truth.marginals[v][s]).epsilon(1e-9));
      CHECK(most_probable(c.model, {}, 0).log_value + c.log_constant ==
            doctest::Approx(truth.best).epsilon(1e-9));
      ++possible;
    } catch (const Error&) {
      CHECK(std::isinf(truth.best));
      ++impossible;
    }
    for (const auto& named : algorithms) {
      const char* const name = named.first;
      CAPTURE(name);
      try {
        const ConditionedModel c = condition(tables);
        const InferenceResult found = infer(c.model, named.second, {}, 0, {.iterations = 300});
        const bool is_exact = tree && found.converged && named.first != std::string_view("fractional") &&
                              named.first != std::string_view("mf") && named.first != std::string_view("max");
        CHECK_FALSE((tree && std::isinf(truth.best)));  // where there are loops, zeros may go unseen
        const auto marginals = c.all_marginals(found.marginals);
        for (std::size_t v = 0; v < marginals.size(); ++v) {
          CHECK(std::accumulate(marginals[v].begin(), marginals[v].end(), 0.0) ==
                doctest::Approx(1).epsilon(1e-9));
          for (std::size_t s = 0; s < marginals[v].size() && is_exact; ++s)
            CHECK(marginals[v][s] == doctest::Approx(truth.marginals[v][s]).epsilon(1e-6));
        }
        if (is_exact)
          CHECK(found.log_partition.value() + c.log_constant ==
                doctest::Approx(truth.log_partition).epsilon(1e-6));
        if (tree && !std::isinf(truth.best))
          CHECK(found.log_value.value() + c.log_constant == doctest::Approx(truth.best).epsilon(1e-6));
      } catch (const Error&) {
        CHECK(std::isinf(truth.best));
      }
    }
  }
  CHECK(possible > 50);
  CHECK(impossible > 3);
}

TEST_CASE("beliefs that grow without bound are distributions") {
  // No joint state is possible, which no variable by itself can see.
  TableModel tables;
  tables.states = {4, 4, 2};
  tables.factors = {{{1}, {0, 1, 0, 0.8}},
                    {{0, 2}, {4, 0, 0, 1.4, 1, 10, 0.25, 0.2}},
                    {{2, 0, 1}, {0.02, 0, 0, 0, 1,   0.05, 0, 0.07, 0, 0, 0,   7, 0, 0, 0, 0.6,
                                 0.1,  0, 0, 1, 0.5, 0.1,  0, 0,    0, 0, 0.3, 0, 6, 0, 1, 1}},
                    {{2, 0, 1}, {0, 0, 0.5, 1, 0.2, 1.7, 0, 1.7, 0.2, 0.5, 0, 0, 1, 1, 0.7, 0,
                                 0, 1, 0,   1, 0,   0,   0, 0,   0,   1,   1, 0, 1, 0, 1.5, 0.9}},
                    {{1, 0}, {0, 0, 1, 0.7, 0.15, 0.85, 1, 1, 0, 0, 0, 0, 0.75, 0, 0, 0}}};
  REQUIRE(std::isinf(list(tables).best));
  const ConditionedModel c = condition(tables);
  for (const UpdateOrder order : {UpdateOrder::flooding, UpdateOrder::sequential}) {
    const InferenceResult found = infer(c.model, SumProduct{.order = order});
    CHECK_FALSE(found.converged);
    for (const auto& row : found.marginals)
      CHECK(std::accumulate(row.begin(), row.end(), 0.0) == doctest::Approx(1).epsilon(1e-9));
  }
}

TEST_SUITE_END();
