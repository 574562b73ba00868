// Trainings that would change nothing are refused, and say what to do.
#include "error/model_errors.hpp"
#include "unfurl/factors.hpp"
#include "unfurl/schedule.hpp"
#include "unfurl/train.hpp"

TEST_SUITE_BEGIN("error");

namespace unfurl::test {

namespace {

Model field() {
  Model m("field");
  const auto y = m.observed("y", {2});
  const auto x = m.discrete("x", {2}, 2);
  m.factor("data", each(x), Field{m.param("gain", 1.0, nonneg) * y + m.param("bias", 0.0)});
  m.factor("pair", chain(x), Ising{m.param("J", 0.5)});
  return m;
}

Dataset images(float weight) {
  return Dataset()
      .add("y", 1, 2, {0.5F, -1, 2, 1})
      .add("label", 1, 2, {0, 1, 1, 0})
      .add("weight", 1, 2, std::vector<float>(4, weight));
}

}  // namespace

TEST_CASE("multiplicative backpropagation names the parameters that it cannot train") {
  const Trainer trainer{
      .loss = loss::cross_entropy("x", "label"), .optimizer = MultiplicativeBackprop{}, .epochs = 1};
  Network all_real = unroll(field(), SumProduct{}, 2).untie(all).freeze("gain").compile();
  expect_error<ScheduleError>([&] { trainer.fit(all_real, fixed(images(1))); },
                              {"MultiplicativeBackprop", "'J'", "'bias'", "Adam"});
  Network some_real = unroll(field(), SumProduct{}, 2).compile();  // as documented, these stay
  const double before = some_real.parameter("gain").values[0];
  trainer.fit(some_real, fixed(images(1)));
  CHECK(some_real.parameter("gain").values[0] != before);
  CHECK(some_real.parameter("J").values[0] == 0.5);
}

TEST_CASE("losses without weight, labels without weight, and networks without free parameters") {
  Network network = unroll(field(), SumProduct{}, 2).compile();
  const Loss entropy = loss::cross_entropy("x", "label"),
             likelihood = loss::negative_log_likelihood("x", "label");
  const auto fit = [&](const Loss& loss, float weight = 1) {
    Trainer{.loss = loss, .epochs = 1}.fit(network, fixed(images(weight)));
  };
  expect_error<ScheduleError>([&] { fit(0 * entropy); }, {"nothing to train", "'gain'", "weight"});
  expect_error<ScheduleError>([&] { fit(0 * entropy + 0 * likelihood); }, {"nothing to train"});
  expect_error<ScheduleError>([&] { fit(loss::cross_entropy("x", "label", "weight"), 0); },
                              {"epoch 1 trained nothing", "weight 0"});
  fit(0 * entropy + likelihood);
  Network frozen = unroll(field(), SumProduct{}, 2).freeze(all).compile();
  expect_error<ScheduleError>([&] { (Trainer{.loss = entropy, .epochs = 1}.fit(frozen, fixed(images(1)))); },
                              {"nothing to train", "no free parameters", "unfreeze"});
  for (const double rate : {0.0, -1.0})
    expect_error<ScheduleError>([&] { (void)Optimizer(Adam{.rate = rate}); }, {"Adam", "rate"});
}

TEST_CASE("operations that pass no gradient on are named") {
  Network network = unroll(field(), SumProduct{}, 2).compile();
  const auto of = [](ir::Value (*rough)(ir::Builder&, ir::Value)) {
    return Loss{[=](LossContext& c) {
      c.builder.origin = "the loss of a test";
      return c.builder.sum_to(rough(c.builder, c.result("x")), {1, 1, true});
    }};
  };
  const Loss sign = of([](ir::Builder&b, ir::Value v) { return b.sign(v); }),
             both =
                 of([](ir::Builder&b, ir::Value v) { return b.greater(b.square(b.stop_gradient(v)), 0.3); });
  const auto fit = [&](const Loss& loss) {
    Trainer{.loss = loss, .epochs = 1}.fit(network, fixed(images(1)));
  };
  expect_error<ScheduleError>([&] { fit(sign); }, {"nothing to train", "'J'", "'gain'",
                                                   "operation 'sign' (the loss of a test)", "vjp"});
  expect_error<ScheduleError>([&] { fit(both); }, {"operation 'greater'", "operation 'stop_gradient'"});
  fit(sign + loss::cross_entropy("x", "label"));
}

TEST_CASE("options that would do nothing") {
  Network network = unroll(field(), SumProduct{}, 2).compile();
  const Loss entropy = loss::cross_entropy("x", "label");
  expect_error<ScheduleError>(
      [&] { (Trainer{.loss = entropy, .keep_best = true}.fit(network, fixed(images(1)))); },
      {"best epoch", "validation"});
  expect_error<ScheduleError>(
      [&] { (Trainer{.loss = entropy, .resume = true}.fit(network, fixed(images(1)))); },
      {"resumed", "checkpoint"});
  expect_error<DataError>(
      [&] { (Trainer{.loss = entropy, .validation = images(1).slice(0, 0)}.fit(network, fixed(images(1)))); },
      {"validation", "no samples"});
}

}  // namespace unfurl::test

TEST_SUITE_END();
