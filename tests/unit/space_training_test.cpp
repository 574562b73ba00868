// Parameters of every space in whole trainings: declared in models, resumed to the same bits, averaged, refused.
#include <doctest/doctest.h>

#include <cmath>
#include <filesystem>

#include "error/model_errors.hpp"
#include "spaces.hpp"
#include "unfurl/checkpoint.hpp"
#include "unfurl/factors.hpp"
#include "unfurl/schedule.hpp"

using namespace unfurl;
using unfurl::test::expect_error;

namespace {

constexpr int features = 6, outputs = 3;

/// x is the data; the read-out is W x.
Network linear(const Space& space, const char* tying = "tied") {
  const SpaceCase c{space, features, outputs};
  Model m("linear");
  const auto y = m.observed("y", {outputs});
  const auto x = m.latent("x", {outputs});
  const auto one = m.param("one", matrix(outputs, outputs), {1, 0, 0, 0, 1, 0, 0, 0, 1});
  m.factor("fit", SquaredError{y, one * x});
  m.readout("z", m.param("W", matrix(features, outputs), c.parameter().values, space) * x);
  return unroll(m, ProximalGradient{}, 2).tying(tying).freeze("one").freeze("ista.step").compile();
}

Dataset data() {
  Random random(3);
  std::vector<float> y, target;
  for (int i = 0; i < 40 * outputs; ++i) y.push_back(static_cast<float>(random.normal()));
  for (int i = 0; i < 40 * features; ++i) target.push_back(static_cast<float>(random.normal()));
  return Dataset().add("y", 1, outputs, y).add("t", 1, features, target);
}

const Loss objective = loss::squared_error("z", "t");

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("spaces: trainings resume to the same bits, end in the space, and lower the loss") {
    for (const Space& space : {space::free, Space(nonneg), space::positive, space::clipped,
                               space::unit_columns, space::simplex, space::stiefel})
      for (const Optimizer& rule :
           {Optimizer(Adam{.rate = 0.02}), Optimizer(Sgd{.rate = 0.02, .momentum = 0.5})})
        for (const double average : {0.0, 0.7}) {
          CAPTURE(space.name());
          Trainer trainer{.loss = objective, .optimizer = rule, .epochs = 6, .batch = 16, .average = average};
          Network whole = linear(space), parts = linear(space), again = linear(space);
          const double before = evaluate_loss(whole, objective, data());
          trainer.fit(whole, fixed(data()));
          CHECK(evaluate_loss(whole, objective, data()) < before);
          const auto& values = whole.parameter("W").values;
          CHECK(space.type().objection(values, features, outputs).empty());
          const std::vector<double> near = space.nearest(features, outputs, values);
          for (std::size_t i = 0; i < near.size(); ++i) CHECK(std::abs(near[i] - values[i]) < 1e-6);
          trainer.checkpoint = std::filesystem::temp_directory_path() / "unfurl_space_test";
          trainer.on_epoch = [](const EpochRecord& r) { return r.epoch < 4; };
          trainer.fit(parts, fixed(data()));
          trainer.on_epoch = {};
          trainer.resume = true;
          trainer.fit(again, fixed(data()));
          CHECK(again.parameter("W").values == values);
          for (const Parameter& p : load(*trainer.checkpoint).parameters)
            if (p.name == "W") CHECK(p.in() == space);
          std::filesystem::remove(*trainer.checkpoint);
        }
  }

  TEST_CASE("spaces: multiplicative steps train those whose entries scale, and no others") {
    const Optimizer rule = MultiplicativeBackprop{.exponent = 1e6, .change = 0.05, .average = 0.5};
    for (const Space& space : {Space(nonneg), space::positive, space::clipped, space::simplex}) {
      CAPTURE(space.name());
      Network network = linear(space);
      const double before = evaluate_loss(network, objective, data());
      Trainer{.loss = objective, .optimizer = rule, .epochs = 5, .batch = 16}.fit(network, fixed(data()));
      CHECK(evaluate_loss(network, objective, data()) < before);
      CHECK(space.type().objection(network.parameter("W").values, features, outputs).empty());
    }
    for (const Space& space : {space::unit_columns, space::stiefel}) {
      Network network = linear(space);
      expect_error<ScheduleError>(
          [&] { Trainer{.loss = objective, .optimizer = rule, .epochs = 5}.fit(network, fixed(data())); },
          {"MultiplicativeBackprop", "'W'", space.name()});
    }
  }

  TEST_CASE("spaces: what is frozen keeps digits that single precision has not") {
    Network network = linear(space::free);
    network.set("one", std::vector<double>(outputs * outputs, 1 / 3.0));
    Trainer{.loss = objective, .epochs = 1}.fit(network, fixed(data()));
    CHECK(network.parameter("one").values == std::vector<double>(outputs * outputs, 1 / 3.0));
  }

  TEST_CASE("spaces: values outside of them are refused, wherever they come from") {
    const auto param = [](const Space& space, Extent extent, const std::vector<double>& values) {
      return [=] { Model("m").param("W", extent, values, space); };
    };
    expect_error<ModelError>(param(space::stiefel, matrix(2, 2), {1, 0.5, 0, 1}),
                             {"'W'", "columns 0 and 1", "0.5"});
    expect_error<ModelError>(param(space::stiefel, matrix(2, 3), {1, 0, 0, 0, 1, 0}),
                             {"'W'", "more columns"});
    expect_error<ModelError>(param(space::unit_columns, matrix(2, 1), {1, 1}), {"'W'", "norm 1.41"});
    expect_error<ModelError>(param(space::unit_columns, vector(2), {1, 1}), {"'W'", "matrix(2, 1)"});
    expect_error<ModelError>(param(space::simplex, matrix(2, 1), {0.5, 0.4}), {"'W'", "sum 0.9"});
    expect_error<ModelError>(param(space::simplex, matrix(2, 1), {-0.5, 1.5}), {"'W'", "-0.5"});
    expect_error<ModelError>(param(space::positive, vector(2), {1, -2}), {"'W'", "non-negative", "-2"});
    expect_error<ModelError>([] { (void)space::named("stifel"); }, {"stifel", "'stiefel'"});
    expect_error<ModelError>([] { (void)space::stiefel.nearest(2, 3, std::vector<double>(6)); },
                             {"more columns"});
    for (const double v : {HUGE_VAL, std::nan("")})
      expect_error<ModelError>(
          [v] {
            (void)space::unit_columns.nearest(2, 1, {v, 1});
          },
          {"unit_columns", "nearest"});
    CHECK(space::stiefel.nearest(0, 0, {}).empty());
    Network network = linear(space::stiefel);
    expect_error<DataError>([&] { network.set("W", std::vector<double>(features * outputs, 1)); },
                            {"'W'", "norm"});
    network.parameter("W").values[0] += 1;
    expect_error<DataError>([&] { (void)network.run(data()); }, {"'W'", "norm"});
    expect_error<DataError>(
        [&] {
          save("/tmp/unfurl_never_written", {"", network.parameters(), {}});
        },
        {"'W'", "norm"});
    const Checkpoint free{"", linear(space::free).parameters(), {}};
    Network another = linear(space::unit_columns);
    expect_error<DataError>([&] { assign(free, another); }, {"'W'", "'free'", "'unit_columns'"});
  }
}
