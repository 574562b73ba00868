// Steps of multiplicative backpropagation, on halves given by hand.
#include <doctest/doctest.h>

#include <cmath>

#include "stepper.hpp"

using namespace unfurl;

namespace {

/// One non-negative parameter with the halves of its gradient.
struct Example {
  std::vector<double> value, plus, minus;
  explicit Example(int n, double difference = 0.5) {
    Random random(3);
    for (int i = 0; i < n; ++i) {
      value.push_back(0.1 + random.uniform());
      plus.push_back(0.5 + random.uniform());
      minus.push_back(plus.back() * (1 + difference * (random.uniform() - 0.5)));
    }
  }
  Stepper<double> stepper(const MultiplicativeBackprop& options, int threads = 1) const {
    const int n = static_cast<int>(value.size());
    Stepper<double> s(options, {parameter_in(nonneg, 1, n, value)}, threads);
    s.update().plus = plus.data();
    s.update().minus = minus.data();
    return s;
  }
};

/// Values after some steps with the same halves.
std::vector<double> after(const MultiplicativeBackprop& options, const Example& e, int steps = 1,
                          int threads = 1, double progress = 0) {
  Stepper<double> stepper = e.stepper(options, threads);
  for (int s = 0; s < steps; ++s) stepper.step(progress);
  return stepper.values();
}

double root_mean_square_change(const std::vector<double>& before, const std::vector<double>& after) {
  double sum = 0;
  for (std::size_t i = 0; i < before.size(); ++i) sum += std::pow(std::log(after[i] / before[i]), 2);
  return std::sqrt(sum / static_cast<double>(before.size()));
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("multiplicative backpropagation: as it stands, the paper's rule") {
    const Example e(3000);
    for (const double exponent : {1.0, 0.5}) {
      const auto values = after({.exponent = exponent}, e);
      for (std::size_t i = 0; i < values.size(); ++i)
        CHECK(values[i] == doctest::Approx(e.value[i] * std::pow(e.minus[i] / e.plus[i], exponent)));
    }
  }

  TEST_CASE("multiplicative backpropagation: the change is as wanted, however nearly the halves cancel") {
    for (const double difference : {1.0, 1e-2, 1e-4}) {
      const Example e(3000, difference);
      const auto values = after({.exponent = 1e6, .change = 0.05}, e);
      CHECK(root_mean_square_change(e.value, values) == doctest::Approx(0.05).epsilon(1e-6));
      for (std::size_t i = 0; i < values.size(); ++i)
        CHECK((values[i] > e.value[i]) == (e.minus[i] > e.plus[i]));
    }
    const Example e(3000, 1e-4);  // no more than the exponent allows
    const auto plain = after({.exponent = 1}, e),
               bounded = after({.exponent = 1, .change = 0.05, .smoothing = 0}, e);
    for (std::size_t i = 0; i < plain.size(); ++i) CHECK(bounded[i] == doctest::Approx(plain[i]));
    Example balanced(10, 0);
    CHECK(after({.exponent = 1e6, .change = 0.05}, balanced) == balanced.value);
  }

  TEST_CASE("multiplicative backpropagation: the wanted change falls over the training") {
    const Example e(2000);
    const auto values = after({.exponent = 1e6, .change = 0.08, .final_change = 0.5}, e, 1, 1, 1);
    CHECK(root_mean_square_change(e.value, values) == doctest::Approx(0.04));
  }

  TEST_CASE("multiplicative backpropagation: averages are of either half") {
    Example e(5);
    Stepper<double> stepper = e.stepper({.average = 0.75});
    stepper.step();
    const std::vector<double> first = stepper.values();
    const std::vector<double> plus_before = e.plus, minus_before = e.minus;
    for (double& p : e.plus) p = 2;
    for (double& m : e.minus) m = 3;
    stepper.step();
    for (std::size_t i = 0; i < first.size(); ++i) {
      CHECK(first[i] == doctest::Approx(e.value[i] * minus_before[i] / plus_before[i]));
      const double plus = 0.75 * plus_before[i] + 2, minus = 0.75 * minus_before[i] + 3;
      CHECK(stepper.values()[i] == doctest::Approx(first[i] * minus / plus));
    }
    CHECK(stepper.store().arrays().size() == 3);  // and the least value
  }

  TEST_CASE("multiplicative backpropagation: averages of a wanted change take the gradient's signs apart") {
    const MultiplicativeBackprop options{.exponent = 1e6, .change = 0.05, .average = 0.75, .smoothing = 0};
    CHECK(!Optimizer(options)->split());
    CHECK(Optimizer(MultiplicativeBackprop{.change = 0.05})->split());
    CHECK(Optimizer(MultiplicativeBackprop{.average = 0.75})->split());
    const Example e(4);
    const std::vector<double> gradient{0.3, -0.2, 0.5, -0.1}, next{-0.1, -0.4, 0.25, 0.2}, before = e.value;
    Stepper<double> stepper = e.stepper(options);
    stepper.update().plus = stepper.update().minus = nullptr;
    stepper.update().gradient = gradient.data();
    stepper.step();
    const std::vector<double> first = stepper.values();
    stepper.update().gradient = next.data();
    stepper.step();
    const std::vector<double> second = stepper.values();
    for (std::size_t i = 0; i < 4; ++i) {
      CHECK((first[i] < before[i]) == (gradient[i] > 0));
      const double plus = 0.75 * std::max(gradient[i], 0.0) + std::max(next[i], 0.0),
                   minus = 0.75 * std::max(-gradient[i], 0.0) + std::max(-next[i], 0.0);
      CHECK((second[i] < first[i]) == (plus > minus));
    }
    // Both entries that changed sign have both halves; the exponent is the same for all, so their logarithms' ratio stays.
    const auto step = [&](std::size_t i) { return std::log(second[i] / first[i]); };
    CHECK(step(0) / step(3) == doctest::Approx(std::log(0.1 / 0.225) / std::log(0.075 / 0.2)));
  }

  TEST_CASE("multiplicative backpropagation: what hardly matters hardly moves, and outliers are held") {
    Example e(1000);
    e.plus[7] = 1e-20, e.minus[7] = 1e-10;
    e.plus[8] = 1e-20, e.minus[8] = 2;
    const MultiplicativeBackprop smooth{.exponent = 1e6, .change = 0.05};
    MultiplicativeBackprop rough = smooth;
    rough.smoothing = 0;
    CHECK(std::abs(std::log(after(smooth, e)[7] / e.value[7])) < 1e-6);
    CHECK(std::log(after(rough, e)[7] / e.value[7]) > 0.1);
    CHECK(std::log(after(smooth, e)[8] / e.value[8]) < 0.21);
  }

  TEST_CASE("multiplicative backpropagation: the same bits for any number of threads") {
    const Example e(100000);
    const MultiplicativeBackprop options{.exponent = 1e6, .change = 0.05, .average = 0.9};
    CHECK(after(options, e, 3, 1) == after(options, e, 3, 3));
  }

  TEST_CASE("multiplicative backpropagation refuses options that mean nothing") {
    const auto refused = [](const MultiplicativeBackprop& o) {
      CHECK_THROWS_AS(static_cast<void>(static_cast<Optimizer>(o)), ScheduleError);
    };
    refused({.exponent = 0});
    refused({.change = -1});
    refused({.change = 0});
    refused({.average = 1});
    refused({.smoothing = std::nan("")});
  }
}
