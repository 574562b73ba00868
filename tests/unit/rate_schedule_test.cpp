// Learning rates over the training, and trainings that end before their time.
#include <doctest/doctest.h>

#include <cmath>
#include <numbers>

#include "error/error_of.hpp"
#include "unfurl/factors.hpp"
#include "unfurl/schedule.hpp"
#include "unfurl/train.hpp"

using namespace unfurl;

namespace {

Network line() {
  Model m("line");
  const auto y = m.observed("y", {2});
  const auto x = m.discrete("x", {2}, 2);
  m.factor("data", each(x), Field{m.param("g", 0.1) * y});
  return unroll(m, MeanField{}, 1).compile();
}

Dataset data() {
  std::vector<float> y, bits;
  for (int i = 0; i < 32; ++i) {
    y.push_back(i % 2 == 0 ? 1.F : -1.F);
    bits.push_back(i % 2 == 0 ? 1.F : 0.F);
  }
  return Dataset().add("y", 1, 2, std::move(y)).add("bits", 1, 2, std::move(bits));
}

Trainer trainer() {
  return {.loss = loss::cross_entropy("x", "bits"), .optimizer = Sgd{.rate = 0.1}, .epochs = 10, .batch = 16};
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("rate schedules: shares of the rate, and texts") {
    const auto share = [](const std::string& text, double progress) {
      return RateSchedule::named(text).share(progress);
    };
    for (const double p : {0.0, 0.3, 1.0}) {
      CHECK(share("constant", p) == 1);
      CHECK(share("linear:0.2", p) == doctest::Approx(1 - 0.8 * p));
      CHECK(share("cosine:0.2", p) == doctest::Approx(0.2 + 0.4 * (1 + std::cos(std::numbers::pi * p))));
    }
    CHECK(share("cosine", 1) == doctest::Approx(0.1));
    CHECK(share("step:0.01:2", 0.33) == 1);
    CHECK(share("step:0.01:2", 0.34) == doctest::Approx(0.1));
    CHECK(share("step:0.01:2", 0.67) == doctest::Approx(0.01));
    CHECK(share("step:0.01:2", 1) == doctest::Approx(0.01));
    for (const std::string text : {"constant", "linear:0.1", "cosine:0.5", "step:0.01:4"})
      CHECK(RateSchedule::named(text).text() == text);
    CHECK(RateSchedule::named("step").text() == "step:0.1:3");
    for (const std::string text : {"", "cos", "constant:1", "linear:2", "linear:-0.1", "linear:x",
                                   "cosine:0.1:3", "step:0", "step:0.1:0", "step:0.1:1.5", "linear:"})
      CHECK_THROWS_AS((void)RateSchedule::named(text), ScheduleError);
  }

  TEST_CASE("rate schedules: the trainer's rates are the schedule's, whatever the optimizer does by itself") {
    Network network = line();
    Trainer t = trainer();
    t.optimizer = Adam{.rate = 0.5, .final_rate = 0};
    t.rate_schedule = RateSchedule::named("linear:0.5");
    const History history = t.fit(network, fixed(data()));
    for (const EpochRecord& r :
         history.epochs)  // the last step of an epoch of two begins a twentieth before its end
      CHECK(*r.rate == doctest::Approx(0.5 * (1 - 0.5 * (r.epoch / 10.0))).epsilon(0.06));
    CHECK(*history.epochs.front().rate > *history.epochs.back().rate);
    // Sgd with half the rate is Sgd at half of its rate.
    Network half = line(), scheduled = line();
    t.optimizer = Sgd{.rate = 0.05};
    t.rate_schedule.reset();
    t.fit(half, fixed(data()));
    t.optimizer = Sgd{.rate = 0.1};
    t.rate_schedule = RateSchedule::named("step:0.5:1000");
    t.rate_schedule->falls = 1;
    t.epochs = 1;
    Network one = line();
    t.fit(one, fixed(data()));
    CHECK(one.parameter("g").values[0] != half.parameter("g").values[0]);
  }

  TEST_CASE("gradient norms: of a single parameter the size of its slope") {
    Network network = line();
    Trainer t = trainer();
    t.epochs = 1;
    t.batch = 1000;
    t.gradient_norms = true;
    t.optimizer = Sgd{.rate = 1e-3};
    const double before = network.parameter("g").values[0];
    const History history = t.fit(network, fixed(data()));
    const double slope = (before - network.parameter("g").values[0]) / 1e-3;
    CHECK(*history.epochs[0].gradient_norm == doctest::Approx(std::abs(slope)).epsilon(1e-3));
    CHECK(*history.epochs[0].rate == 1e-3);
    t.gradient_norms = false;
    CHECK_FALSE(t.fit(network, fixed(data())).epochs[0].gradient_norm);
  }

  TEST_CASE("patience: the training ends after epochs that were not better, resumed or not") {
    Dataset wrong = data();
    std::vector<float> bits = wrong["bits"].values;
    for (float& b : bits) b = 1 - b;
    const Dataset worse = Dataset().add("y", 1, 2, wrong["y"].values).add("bits", 1, 2, std::move(bits));
    Network network = line();
    Trainer t = trainer();
    t.validation = worse;  // gets worse with every step
    t.patience = 3;
    CHECK(t.fit(network, fixed(data())).epochs.size() == 4);
    t.patience = 0;
    Network all = line();
    CHECK(t.fit(all, fixed(data())).epochs.size() == 10);
    t.validation = data();
    t.patience = 3;
    Network better = line();
    CHECK(t.fit(better, fixed(data())).epochs.size() == 10);
    t.validation.reset();
    CHECK_THROWS_AS((void)t.fit(better, fixed(data())), ScheduleError);

    t.validation = worse;
    t.checkpoint = std::filesystem::temp_directory_path() / "unfurl_patience_test";
    t.checkpoint_every = 100;
    std::filesystem::remove(*t.checkpoint);
    t.resume = true;
    t.epochs = 2;
    Network first = line(), second = line();
    t.fit(first, fixed(data()));
    t.epochs = 10;
    CHECK(t.fit(second, fixed(data())).epochs.size() == 2);
    CHECK(t.fit(second, fixed(data())).epochs.empty());
    CHECK(second.parameter("g").values == network.parameter("g").values);
    std::filesystem::remove(*t.checkpoint);
  }
}
