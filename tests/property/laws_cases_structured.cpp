// Models of factors of many variables, and of real variables, for the laws.
#include <bit>
#include <limits>

#include "property/laws.hpp"
#include "reference/naive_gaussian.hpp"

namespace unfurl::test {

namespace {

constexpr int samples = 3;
constexpr double impossible = -std::numeric_limits<double>::infinity();

std::vector<int> scope_of(const Edges& e, int factor) {
  std::vector<int> scope;
  for (const auto& slot : e.slots) scope.push_back(slot[at(factor)]);
  return scope;
}

/// Counts of four and of three variables: shared and learned, and from data.
DiscreteCase cardinalities() {
  const int n = 6;
  Random random(8);
  Model m("cardinalities");
  const auto x = m.discrete("x", {n}, 2);
  const auto y = m.observed("y", {n});
  const Edges four = tuples(x, {{0, 1, 2, 3}, {5, 2, 4, 1}}), three = tuples(x, {{0, 4, 5}, {3, 1, 5}});
  const auto shared = exact_floats(random, 5, -0.5, 0.5);
  const auto counts = m.features("counts", {three.count()}, 4);
  m.factor("data", each(x), Field{m.param("g", 0.7) * y});
  m.factor("four", four, Cardinality{m.param("T", {5, 1}, shared)});
  m.factor("three", three, Cardinality{m.param("w", 0.5) * counts});
  Dataset data;
  data.add("y", 1, n, as_floats(exact_floats(random, samples * n, -1, 1)));
  data.add("counts", 4, three.count(), as_floats(exact_floats(random, samples * 4 * three.count(), -1, 1)));
  return {"cardinalities", m, data, [=](int sample) {
            naive::FactorGraph g;
            g.add_variables(n, 2);
            const auto evidence = sample_of(data, "y", sample), given = sample_of(data, "counts", sample);
            for (int i = 0; i < n; ++i) g.add({i}, naive::field_table(0.7 * evidence[at(i)]));
            for (int f = 0; f < four.count(); ++f)
              g.add(scope_of(four, f), count_table(4, [&](int ones) { return shared[at(ones)]; }));
            for (int f = 0; f < three.count(); ++f)
              g.add(scope_of(three, f),
                    count_table(3, [&](int ones) { return 0.5 * given[at(ones * three.count() + f)]; }));
            return g;
          }};
}

/// Parity checks, hard and with a probability, and one-of constraints, with loops.
DiscreteCase constraints() {
  const int n = 7;
  Random random(9);
  Model m("constraints");
  const auto x = m.discrete("x", {n}, 2);
  const auto y = m.observed("y", {n});
  const Edges checks = tuples(x, {{0, 1, 2, 3, 4}, {2, 6, 5, 4, 0}}),
              noisy = tuples(x, {{1, 3, 6}, {0, 5, 6}});
  const Edges one = tuples(x, {{0, 3, 5}}), most = tuples(x, {{1, 4, 6, 2}, {5, 3, 1, 0}});
  const auto odd = m.observed("odd", {checks.count()}, nonneg),
             even = m.observed("even", {checks.count()}, nonneg);
  m.factor("data", each(x), Field{m.param("g", 0.9) * y});
  m.factor("syndrome", checks, Parity{odd / (odd + even)});
  m.factor("noisy", noisy, Parity{m.param("flip", {1, 2}, {0.2, 0.65}, nonneg)});
  m.factor("alike", tuples(x, {{2, 3}}), Parity{});
  m.factor("one", one, ExactlyOne{});
  m.factor("most", most, AtMostOne{});
  Dataset data;
  data.add("y", 1, n, as_floats(exact_floats(random, samples * n, -1, 1)));
  data.add("odd", 1, checks.count(), {0, 1, 1, 0, 0, 0});
  data.add("even", 1, checks.count(), {1, 0, 0, 1, 1, 1});
  return {"constraints", m, data, [=](int sample) {
            naive::FactorGraph g;
            g.add_variables(n, 2);
            const auto evidence = sample_of(data, "y", sample), syndrome = sample_of(data, "odd", sample);
            const auto parity = [](double p) {
              return [p](int ones) { return ones % 2 == 1 ? std::log(p) : std::log(1 - p); };
            };
            for (int i = 0; i < n; ++i) g.add({i}, naive::field_table(0.9 * evidence[at(i)]));
            for (int f = 0; f < checks.count(); ++f)
              g.add(scope_of(checks, f), count_table(5, parity(syndrome[at(f)])));
            for (int f = 0; f < 2; ++f)
              g.add(scope_of(noisy, f), count_table(3, parity(f == 0 ? 0.2 : 0.65)));
            g.add({2, 3}, count_table(2, parity(0)));
            g.add(scope_of(one, 0), count_table(3, [](int ones) { return ones == 1 ? 0 : impossible; }));
            for (int f = 0; f < most.count(); ++f)
              g.add(scope_of(most, f), count_table(4, [](int ones) { return ones <= 1 ? 0 : impossible; }));
            return g;
          }};
}

/// An image of real pixels: evidence whose precision is learned, smoothness per edge, and couplings to a second group.
LatentCase gaussian_grid(double damping) {
  const int height = 3, width = 4, n = height * width;
  Random random(10);
  Model m("gaussian_grid");
  const auto y = m.observed("y", {height, width});
  const auto x = m.continuous("x", {height, width});
  const auto z = m.continuous("z", {3});
  const Edges edges = grid4(x), across = pairs(x, z, {{0, 0}, {5, 1}, {11, 2}, {5, 2}});
  const auto weights = exact_floats(random, edges.count(), 0.1, 1);
  const auto couplings = exact_floats(random, across.count(), -0.3, 0.3);
  m.factor("data", each(x), Gaussian{m.param("trust", 0.8, nonneg), m.param("g", 1.25) * y});
  m.factor("prior", each(z), Gaussian{1.5, m.param("mu", {1, 3}, {0.5, -1, 0.25})});
  m.factor("smooth", edges, GaussianDifference{m.param("w", per_edge(edges), weights)});
  m.factor("across", across, GaussianCoupling{m.param("J", per_edge(across), couplings)});
  Dataset data;
  data.add("y", 1, n, as_floats(exact_floats(random, samples * n, -1, 1)));
  return {
      "gaussian grid, damping " + std::to_string(damping), m, GaussianBeliefPropagation{.damping = damping},
      data, [=](int sample, int iterations) {
        naive::GaussianGraph g;
        const auto pixels = sample_of(data, "y", sample);
        for (int i = 0; i < n; ++i) {
          g.precision.push_back(0.8);
          g.potential.push_back(0.8 * 1.25 * pixels[at(i)]);
        }
        for (const double mean : {0.5, -1.0, 0.25}) {
          g.precision.push_back(1.5);
          g.potential.push_back(1.5 * mean);
        }
        for (int e = 0; e < edges.count(); ++e)
          g.pairs.push_back({edges.slots[0][at(e)], edges.slots[1][at(e)], weights[at(e)], weights[at(e)],
                             -weights[at(e)]});
        for (int e = 0; e < across.count(); ++e)
          g.pairs.push_back({across.slots[0][at(e)], n + across.slots[1][at(e)], 0, 0, -couplings[at(e)]});
        naive::Iterates iterates;
        for (const auto& beliefs : naive::gaussian_belief_propagation(g, iterations, damping)) {
          std::vector<double> all(beliefs.mean.begin(), beliefs.mean.begin() + n);
          all.insert(all.end(), beliefs.variance.begin(), beliefs.variance.begin() + n);
          all.insert(all.end(), beliefs.mean.begin() + n, beliefs.mean.end());
          all.insert(all.end(), beliefs.variance.begin() + n, beliefs.variance.end());
          iterates.push_back(all);
        }
        return iterates;
      }};
}

}  // namespace

naive::Row count_table(int variables, const std::function<double(int)>& of_count) {
  naive::Row table;
  for (unsigned x = 0; x < 1U << variables; ++x) table.push_back(of_count(std::popcount(x)));
  return table;
}

std::vector<DiscreteCase> counted_cases() { return {cardinalities()}; }
std::vector<DiscreteCase> constrained_cases() { return {constraints()}; }
std::vector<LatentCase> gaussian_cases() { return {gaussian_grid(0), gaussian_grid(0.4)}; }

}  // namespace unfurl::test
