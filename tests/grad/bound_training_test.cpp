// Bounds of log Z that training tightens.
#include <doctest/doctest.h>

#include "property/random_graph.hpp"
#include "unfurl/inference.hpp"
#include "unfurl/train.hpp"

TEST_SUITE_BEGIN("grad");

namespace unfurl::test {

TEST_CASE("what inference learns from log_partition alone tightens the bound") {
  Random random(115);
  const RandomGraph r = random_graph(random, {.variables = 7, .largest_arity = 2, .strength = 1.5});
  const double truth = naive::enumerate(r.graph).log_partition;
  const Dataset data = Dataset().add("any", 1, 1, {0});
  const auto trained = [&](const AlgorithmPointer& algorithm, int layers, const Loss& loss, bool untie) {
    Schedule s = unroll(r.model, algorithm, layers);
    for (const auto& p : r.model.params()) s.freeze(p.name);
    if (untie) s.untie("mean_field.damping");
    Network network = s.compile();
    network.precision(Precision::f64);
    const double before = evaluate_loss(network, loss::log_partition(), data);
    Trainer{.loss = loss, .optimizer = Adam{.rate = 0.02}, .epochs = 60}.fit(network, fixed(data));
    return std::pair{before, evaluate_loss(network, loss::log_partition(), data)};
  };
  const auto [low, higher] = trained(MeanField{.damping = 0.6}, 3, loss::free_energy(), true);
  CHECK(higher > low + 1e-4);
  CHECK(higher <= truth);
  naive::Row equal;
  for (const auto& f : r.graph.factors)
    if (f.scope.size() > 1) equal.push_back(0.25);
  const auto [high, lower] =
      trained(TreeReweighted{.damping = 0.3, .edge_weights = equal}, 60, loss::log_partition(), false);
  CHECK(lower < high - 1e-3);
}

}  // namespace unfurl::test

TEST_SUITE_END();
