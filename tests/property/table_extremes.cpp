// Tables of the smallest numbers, and damping that hides how far there is to go: what is right follows by hand.
#include <doctest/doctest.h>

#include <cmath>

#include "unfurl/algorithms.hpp"
#include "unfurl/exact.hpp"
#include "unfurl/formats.hpp"
#include "unfurl/inference.hpp"

using namespace unfurl;

TEST_SUITE_BEGIN("property");

TEST_CASE("entries of tables count down to the denormal ones") {
  TableModel tables;
  tables.states = {2};
  tables.factors = {{{0}, {1e-310, 2e-310}}};
  const ConditionedModel alone = condition(tables);
  CHECK(exact(alone.model, {}, 0).marginals[0][0] == doctest::Approx(1 / 3.0).epsilon(1e-12));
  CHECK(exact(alone.model, {}, 0).log_partition == doctest::Approx(std::log(3.0) - 310 * std::log(10.0)));
  CHECK(most_probable(alone.model, {}, 0).states == std::vector<int>{1});

  tables.factors = {{{0}, {1e-310, 1}}, {{0}, {1e300, 1e-300}}};  // 1e-10 to 1e-300
  const ConditionedModel c = condition(tables);
  CHECK(exact(c.model, {}, 0).marginals[0][1] == doctest::Approx(1e-290).epsilon(1e-12));
  for (const AlgorithmPointer& algorithm :
       {AlgorithmPointer(SumProduct{}), AlgorithmPointer(MeanField{}), AlgorithmPointer(MaxProduct{})})
    CHECK(infer(c.model, algorithm).marginals[0][1] == doctest::Approx(1e-290).epsilon(1e-12));
}

TEST_CASE("damped messages have converged when undamped ones would stand still") {
  TableModel chain;
  chain.states = {2, 2, 2, 2, 2};
  chain.factors.push_back({{0}, {1, 9}});
  for (int i = 0; i < 4; ++i) chain.factors.push_back({{i, i + 1}, {9, 1, 1, 9}});
  const ConditionedModel c = condition(chain);
  const auto truth = exact(c.model, {}, 0).marginals;
  for (const double damping : {0.5, 0.99, 0.999}) {
    const InferenceResult found =
        infer(c.model, SumProduct{.damping = damping}, {}, 0, {.iterations = 100000, .tolerance = 1e-4});
    CAPTURE(damping);
    CHECK(found.converged);
    for (std::size_t v = 0; v < truth.size(); ++v)
      CHECK(found.marginals[v][0] == doctest::Approx(truth[v][0]).epsilon(0.01));
  }
  CHECK_FALSE(infer(c.model, SumProduct{.damping = 1 - 1e-10}, {}, 0, {.iterations = 50}).converged);
}

TEST_SUITE_END();
