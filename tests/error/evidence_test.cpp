// Evidence of states, sample by sample: what cannot be known so is refused, with array, sample and entry.
#include <cmath>

#include "error/model_errors.hpp"
#include "unfurl/exact.hpp"
#include "unfurl/factor_graph.hpp"
#include "unfurl/factors.hpp"
#include "unfurl/inference.hpp"
#include "unfurl/schedule.hpp"
#include "unfurl/train.hpp"

TEST_SUITE_BEGIN("error");

namespace unfurl::test {

namespace {

Model three() {
  Model m("three");
  const auto y = m.observed("y", {3});
  const auto x = m.discrete("x", {3}, 2);
  m.factor("data", each(x), Field{m.param("g", 1.0) * y});
  m.factor("pair", chain(x), Ising{m.param("J", 0.5)});
  m.evidence("seen", x);
  return m;
}

Dataset samples(std::vector<float> seen, std::vector<float> y = {0.5F, -1, 2, 0, 1, 0.25F}) {
  return Dataset()
      .add("y", 1, 3, std::move(y))
      .add("seen", 1, 3, std::move(seen))
      .add("label", 1, 3, {0, 1, 1, 0, 1, 1});
}

}  // namespace

TEST_CASE("states that a variable does not have are no evidence, wherever it is read") {
  const Model m = three();
  const Network network = unroll(m, SumProduct{}, 2).compile();
  const Loss loss = loss::cross_entropy("x", "label");
  for (const float bad : {2.0F, -1.0F, 0.5F, INFINITY}) {
    const Dataset data = samples({missing, 1, 0, missing, bad, missing});
    const std::vector<std::string> parts = {"'seen'", "sample 1", "entry 1", "0 .. 1"};
    expect_error<DataError>([&] { (void)network.run(data, {"x"}); }, parts);
    expect_error<DataError>([&] { (void)evaluate_loss(network, loss, data); }, parts);
    expect_error<DataError>([&] { (void)infer(m, SumProduct{}, data, 1); }, parts);
    expect_error<DataError>([&] { (void)exact(m, data, 1); }, parts);
  }
  expect_error<DataError>([&] { (void)network.run(Dataset().add("y", 1, 3, {1, 1, 1}), {"x"}); }, {"'seen'"});
}

TEST_CASE("nothing else that is observed may be missing") {
  const Network network = unroll(three(), SumProduct{}, 2).compile();
  expect_error<DataError>(
      [&] {
        (void)network.run(samples({0, 1, 0, 0, 1, 0}, {1, 2, 3, 4, missing, 5}), {"x"});
      },
      {"'y'", "nan", "sample 1", "entry 1"});
}

TEST_CASE("evidence is declared once, of the model's own variables") {
  Model m = three(), other("other");
  const Discrete x = m.discretes()[0].variable, z = other.discrete("z", {3}, 2);
  expect_error_here<ModelError>([&] { m.evidence("seen", x); }, {"'seen'", "twice"});
  expect_error_here<ModelError>([&] { m.evidence("more", z); }, {"'z'", "another model"});
  CHECK(m.observed().size() == 2);
  CHECK(m.factors().size() == 3);
}

TEST_CASE("evidence that contradicts a constraint leaves no state") {
  Model m("exactly");
  const auto x = m.discrete("x", {3}, 2);
  m.factor("one", tuples(x, {{0, 1, 2}}), ExactlyOne{});
  m.evidence("seen", x);
  const Dataset data = Dataset().add("seen", 1, 3, {1, missing, 1, missing, 1, missing});
  CHECK_THROWS_AS((void)infer(m, SumProduct{}, data, 0), NoPossibleState);
  expect_error<NumericalError>([&] { (void)exact(m, data, 0); }, {"no possible joint state"});
  CHECK(infer(m, SumProduct{}, data, 1).states == std::vector<int>{0, 1, 0});
}

TEST_CASE("the factor graph tells what evidence is given") {
  const FactorGraph graph(three());
  CHECK(graph.factors() == 3 + 2 + 3);
  CHECK(graph.factor_name(7) == "seen.known[2]");
  CHECK(graph.given(7) == std::vector<std::string>{"seen"});
}

}  // namespace unfurl::test

TEST_SUITE_END();
