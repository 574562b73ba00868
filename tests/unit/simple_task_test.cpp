// Tasks where nothing is special.
#include "unfurl/simple_task.hpp"

#include <doctest/doctest.h>

#include "error/model_errors.hpp"
#include "unfurl/factors.hpp"

TEST_SUITE_BEGIN("unit");

namespace unfurl::test {

namespace {

SimpleTask codes() {
  return {.name = "codes",
          .summary = "codes of one number",
          .model =
              [] {
                Model m("codes");
                const auto x = m.latent("x", {1});
                m.factor("fit", SquaredError{m.observed("b", {2}), m.param("A", matrix(2, 1), {1, 2}) * x});
                m.factor("small", L1{m.param("weight", 1.0, nonneg), x});
                return m;
              },
          .loss = loss::squared_error("x", "code"),
          .data =
              [](std::uint64_t seed) {
                Random random(seed);
                std::vector<float> b, code;
                for (int s = 0; s < 40; ++s) {
                  code.push_back(static_cast<float>(random.normal()));
                  b.insert(b.end(), {code.back(), 2 * code.back()});
                }
                return Dataset().add("b", 1, 2, b).add("code", 1, 1, code);
              },
          .algorithm = "ista",
          .layers = 2,
          .batch = 8};
}

}  // namespace

TEST_CASE("a simple task divides its data, trains and measures its loss") {
  const std::shared_ptr<const Task> task = codes();
  const Settings settings = complete(*task, {});
  CHECK(settings.algorithm == "ista");
  CHECK(settings.tying == "untied");
  const auto problem = task->prepare(settings);
  CHECK(problem->validation().samples() == 8);
  CHECK(problem->training().load(0, 0)->samples() == 32);
  Network network = problem->network(settings);
  const double before = problem->evaluate(network)[0].value;
  Trainer{.loss = problem->loss(), .optimizer = problem->optimizer(), .epochs = 20, .batch = problem->batch()}
      .fit(network, problem->training());
  CHECK(problem->evaluate(network)[0].value < before);
  CHECK(task->sketch_network(settings).layers() == 2);
  SimpleTask other = codes();
  other.held_back = 30;
  CHECK(std::shared_ptr<const Task>(other)->prepare(settings)->validation().samples() == 30);
}

TEST_CASE("what is not asked for is as the task has it, and 0 is an answer") {
  class Stages final : public Task {
   public:
    std::string name() const override { return "stages"; }
    std::string summary() const override { return ""; }
    Settings defaults() const override {
      Settings s = std::shared_ptr<const Task>(codes())->defaults();
      s.curriculum = 2;
      s.average = 0.5;
      s.l2 = 1e-3;
      return s;
    }
    std::unique_ptr<Problem> prepare(const Settings&) const override { return nullptr; }
  };
  const Settings usual = complete(Stages(), {});
  CHECK(usual.layers == 2);
  CHECK(usual.curriculum == 2);
  CHECK(usual.average == 0.5);
  CHECK(usual.l2 == 1e-3);
  Request none;
  none.curriculum = 1;
  none.average = 0;
  none.l2 = 0;
  none.epochs = 0;
  const Settings plain = complete(Stages(), none);
  CHECK(plain.curriculum == 1);
  CHECK(plain.average == 0);
  CHECK(plain.l2 == 0);
  CHECK(plain.epochs == 0);
  CHECK(plain.layers == 2);
  CHECK(complete(Stages(), plain).average == 0);  // complete settings ask for all that they hold
  CHECK(complete(Stages(), Settings{}).algorithm == "ista");
  CHECK(complete(Stages(), Settings{}).layers == 2);
}

TEST_CASE("a simple task that lacks a part, or holds everything back, is refused") {
  SimpleTask t = codes();
  t.model = nullptr;
  expect_error<ModelError>([&] { (void)std::shared_ptr<const Task>(t); }, {"'codes'", "model"});
  for (const std::string name : {"my codes", "codes/short", "codes\n"}) {
    t = codes();
    t.name = name;
    expect_error<ModelError>([&] { (void)std::shared_ptr<const Task>(t); }, {"no name for a task"});
  }
  t = codes();
  t.held_back = 40;
  expect_error<DataError>([&] { std::shared_ptr<const Task>(t)->prepare({}); }, {"'codes'", "40 of 40"});
}

}  // namespace unfurl::test

TEST_SUITE_END();
