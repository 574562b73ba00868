// What the classical algorithms promise: objectives that never rise.
#include <doctest/doctest.h>

#include "property/laws.hpp"

TEST_SUITE_BEGIN("property");

namespace unfurl::test {

TEST_CASE("multiplicative updates never raise the divergence for beta in [1, 2]") {
  const int bins = 12, atoms = 5, iterations = 100;
  for (double beta : {1.0, 1.5, 2.0})
    for (double lambda : {0.0, 0.5}) {
      Random random(41);
      const naive::Matrix w{bins, atoms, exact_floats(random, bins * atoms, 0, 1)};
      Model m("nmf");
      const auto v = m.observed("V", {bins}, nonneg);
      const auto h = m.latent("H", {atoms}, nonneg);
      m.factor("fit", BetaDivergence{beta, v, m.param("W", matrix(bins, atoms), w.entries, nonneg) * h});
      m.factor("sparse", L1{lambda, h});
      Dataset data;
      data.add("V", 1, bins, as_floats(exact_floats(random, 4 * bins, 0.01, 3)));
      const Network network = unroll(m, MultiplicativeUpdate{}, iterations).compile();
      const Numbers results = run_double(network, data);
      for (int sample = 0; sample < data.samples(); ++sample) {
        const auto target = sample_of(data, "V", sample);
        double before = naive::divergence(w, target, std::vector<double>(atoms, 1.0), beta, lambda);
        const double start = before;
        for (int n = 1; n <= iterations; ++n) {
          const double now = naive::divergence(
              w, target, latents(network, results, n, sample, data.samples()), beta, lambda);
          INFO("beta " << beta << ", weight " << lambda << ", layer " << n);
          CHECK(now <= before + 1e-12 * std::abs(before));
          before = now;
        }
        CHECK(before < 0.9 * start);
      }
    }
}

TEST_CASE("ISTA never raises its objective, and FISTA ends lower") {
  const int rows = 10, columns = 25, iterations = 100;
  const double lambda = 0.1;
  Random random(42);
  std::vector<double> entries;
  for (int i = 0; i < rows * columns; ++i) entries.push_back(random.normal());
  const naive::Matrix a{rows, columns, entries};
  Model m("sparse_coding");
  const auto b = m.observed("b", {rows});
  const auto x = m.latent("x", {columns});
  m.factor("fit", SquaredError{b, m.param("A", matrix(rows, columns), entries) * x});
  m.factor("sparse", L1{lambda, x});
  Dataset data;
  data.add("b", 1, rows, as_floats(exact_floats(random, 5 * rows, -2, 2)));
  const Network ista = unroll(m, ProximalGradient{}, iterations).compile();
  const Network fista = unroll(m, ProximalGradient{.accelerated = true}, iterations).compile();
  const Numbers slow = run_double(ista, data), fast = run_double(fista, data);
  for (int sample = 0; sample < data.samples(); ++sample) {
    const auto signal = sample_of(data, "b", sample);
    const auto objective = [&](const Network& network, const Numbers& results, int n) {
      return naive::sparse_objective(a, signal, latents(network, results, n, sample, data.samples()), lambda);
    };
    double before = naive::sparse_objective(a, signal, std::vector<double>(columns, 0.0), lambda);
    for (int n = 1; n <= iterations; ++n) {
      const double now = objective(ista, slow, n);
      CHECK(now <= before + 1e-12 * before);
      before = now;
    }
    CHECK(objective(fista, fast, iterations) < before);
  }
}

}  // namespace unfurl::test

TEST_SUITE_END();
