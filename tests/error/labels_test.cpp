// Labels and other states that data hold: what is no state is refused, with array, sample and entry, wherever it is read.
#include <cmath>

#include "error/model_errors.hpp"
#include "unfurl/exact.hpp"
#include "unfurl/factors.hpp"
#include "unfurl/schedule.hpp"
#include "unfurl/train.hpp"

TEST_SUITE_BEGIN("error");

namespace unfurl::test {

namespace {

/// Two variables of so many states, with evidence from data.
Model labelled(int states) {
  Model m("labelled");
  const auto f = m.features("f", {2}, states);
  const auto x = m.discrete("x", {2}, states);
  m.factor("evidence", each(x), Field{m.param("g", 1.0) * f});
  m.factor("pair", chain(x), Potts{m.param("J", 0.5)});
  return m;
}

/// Three samples with one label of sample 2, entry 1.
Dataset with_label(int states, float label) {
  Dataset data;
  std::vector<float> f;
  for (int i = 0; i < states * 6; ++i) f.push_back(0.25F * static_cast<float>(i % 7 - 3));
  data.add("f", states, 2, f);
  data.add("label", 1, 2, {0, 1, 1, 0, 0, label}).add("weight", 1, 2, {1, 1, 1, 1, 1, 1});
  return data;
}

}  // namespace

TEST_CASE("a label that is no state is refused by every loss, in training and in evaluation") {
  const std::vector<Loss> losses = {
      loss::cross_entropy("x", "label"), loss::cross_entropy("x", "label", "weight"),
      loss::negative_log_likelihood("x", "label"), (0.5 * loss::cross_entropy("x", "label")).every_layer()};
  for (const int states : {2, 3})
    for (const float label : {2.0F, 3.0F, 7.0F, 100.0F, -1.0F, 0.5F, -0.25F, 1e30F, NAN, INFINITY}) {
      if (label == 2 && states == 3) continue;
      const Dataset bad = with_label(states, label), good = with_label(states, 1);
      const std::vector<std::string> parts = {"'label'", detail::cat("holds ", label), "sample 2", "entry 1",
                                              detail::cat("0 .. ", states - 1)};
      for (const Loss& loss : losses) {
        Network network = unroll(labelled(states), SumProduct{}, 2).compile();
        expect_error<DataError>([&] { (void)evaluate_loss(network, loss, bad); }, parts);
        expect_error<DataError>([&] { (void)check_gradients(network, loss, bad); }, parts);
        const auto fit = [&](const Dataset& training, const Dataset& validation) {
          Trainer{.loss = loss, .epochs = 1, .validation = validation}.fit(network, fixed(training));
        };
        const double before = network.parameter("J").values[0];
        expect_error<DataError>([&] { fit(bad, good); }, parts);
        expect_error<DataError>([&] { fit(good, bad); }, parts);
        CHECK(network.parameter("J").values[0] == before);  // refused before anything is trained
        fit(good, good);
      }
    }
}

TEST_CASE("cross-entropy of the labels that are states is never negative") {
  for (const int states : {2, 3, 5}) {
    const Network network = unroll(labelled(states), SumProduct{}, 2).compile();
    for (int label = 0; label < states; ++label)
      CHECK(evaluate_loss(network, loss::cross_entropy("x", "label"),
                          with_label(states, static_cast<float>(label))) > 0);
  }
}

TEST_CASE("an array that is read as two things has to be both") {
  const Network network = unroll(labelled(2), SumProduct{}, 2).compile();
  const Loss real = loss::squared_error("x", "label"), labels = loss::cross_entropy("x", "label");
  for (const Loss& both : {real + labels, labels + real})
    expect_error<DataError>([&] { (void)evaluate_loss(network, both, with_label(2, 0.5F)); },
                            {"'label'", "0.5", "sample 2"});
  // As many numbers as observed, but of another shape than the loss's: not read beyond its end.
  const Loss misshapen = loss::cross_entropy("x", "f");
  expect_error<DataError>([&] { (void)evaluate_loss(network, misshapen, with_label(2, 1)); },
                          {"'f'", "2 x 2", "1 x 2"});
}

TEST_CASE("a loss of one's own says how many states its labels have, and gives one number a sample") {
  const Network network = unroll(labelled(3), SumProduct{}, 2).compile();
  const Loss unsaid{[](LossContext& c) {
    return c.builder.sum_to(c.target("label", {1, 2, true, Domain::index}), {1, 1, true});
  }};
  expect_error<ScheduleError>([&] { (void)evaluate_loss(network, unsaid, with_label(3, 1)); },
                              {"'label'", "states"});
  const Loss array{[](LossContext& c) { return c.result("x"); }};
  expect_error<ScheduleError>([&] { (void)evaluate_loss(network, array, with_label(3, 1)); },
                              {"[3, 2, lanes]", "one number"});
  const Loss nothing{[](LossContext&) { return ir::Value{}; }};
  expect_error<ScheduleError>([&] { (void)evaluate_loss(network, nothing, with_label(3, 1)); }, {"no value"});
}

TEST_CASE("observed whole numbers are whole, and errors name the sample that was asked for") {
  Model m("whole");
  const auto n = m.observed("n", {2}, Domain::index);
  const auto x = m.discrete("x", {2}, 2);
  m.factor("evidence", each(x), Field{0.5 * n - 1.0});
  const Network network = unroll(m, SumProduct{}, 1).compile();
  const auto data = [](float value) { return Dataset().add("n", 1, 2, {0, 1, 2, 5, 1, value}); };
  for (const float value : {0.5F, -1.0F}) {
    expect_error_here<DataError>([&] { (void)network.run(data(value)); },
                                 {"'n'", "sample 2", "entry 1", "whole"});
    expect_error_here<DataError>([&] { (void)exact(m, data(value), 2); }, {"'n'", "sample 2", "entry 1"});
    CHECK(exact(m, data(value), 1).marginals[1][1] == doctest::Approx(1 / (1 + std::exp(-3.0))));
  }
}

}  // namespace unfurl::test

TEST_SUITE_END();
