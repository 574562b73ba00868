// Every space keeps what it says, and steps in it are first of all steps along its tangents.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "spaces.hpp"

using namespace unfurl;

namespace {

/// A rule that only steps along the negative gradient.
const Optimizer descent = Sgd{.rate = 0.05};

template <class T>
std::vector<T> random_vector(std::size_t n, Random& random, double size = 1) {
  std::vector<T> v(n);
  for (T& x : v) x = static_cast<T>(size * random.normal());
  return v;
}

/// How far values are from a space, beyond what rounding to single precision does.
double distance(const Space& space, int rows, int columns, const std::vector<float>& values) {
  std::vector<double> here(values.begin(), values.end());
  const std::vector<double> near = space.nearest(rows, columns, here);
  double most = 0;
  for (std::size_t i = 0; i < here.size(); ++i) most = std::max(most, std::abs(here[i] - near[i]));
  return most;
}

}  // namespace

TEST_SUITE("property") {
  TEST_CASE("spaces: ten thousand steps along random gradients stay in the space") {
    for (const SpaceCase& c : space_cases())
      for (const Optimizer& rule :
           {Optimizer(Sgd{.rate = 0.05, .momentum = 0.9}), Optimizer(Adam{.rate = 0.02})}) {
        CAPTURE(c.space.name());
        Random random(4);
        Stepper<float> stepper(rule, {c.parameter()});
        for (int step = 0; step < 10000; ++step) {
          // Now and then a gradient that is far too large.
          const std::vector<float> gradient =
              random_vector<float>(c.size(), random, step % 1000 == 999 ? 1e3 : 1);
          stepper.update().gradient = gradient.data();
          stepper.step();
          if (step % 500 == 0 || step > 9990)
            CHECK(distance(c.space, c.rows, c.columns, stepper.values()) < 1e-6);
        }
      }
  }

  TEST_CASE("spaces: simplex columns sum to one and stay at or above zero") {
    const SpaceCase c{space::simplex, 7, 3};
    Random random(5);
    for (const Optimizer& rule :
         {Optimizer(Adam{.rate = 0.1}), Optimizer(MultiplicativeBackprop{.exponent = 3})}) {
      Stepper<float> stepper(rule, {c.parameter()});
      for (int step = 0; step < 2000; ++step) {
        std::vector<float> gradient = random_vector<float>(c.size(), random), minus = gradient;
        stepper.update().gradient = rule->split() ? nullptr : gradient.data();
        for (std::size_t i = 0; i < minus.size(); ++i)
          minus[i] = std::max(-gradient[i], 0.0F),
          gradient[i] = std::max(gradient[i], rule->split() ? 0.0F : gradient[i]);
        if (rule->split()) stepper.update().plus = gradient.data(), stepper.update().minus = minus.data();
        stepper.step();
        for (int j = 0; j < c.columns; ++j) {
          double sum = 0;
          for (int i = 0; i < c.rows; ++i) {
            const double v =
                static_cast<double>(stepper.values()[static_cast<std::size_t>(i * c.columns + j)]);
            REQUIRE(v >= 0);
            sum += v;
          }
          REQUIRE(std::abs(sum - 1) < 1e-6);
        }
      }
    }
  }

  TEST_CASE("spaces: gradients become tangent, and tangents stay as they are") {
    for (const SpaceCase& c : space_cases()) {
      CAPTURE(c.space.name());
      Random random(6);
      Stepper<double> stepper(descent, {c.parameter()});
      const Update<double>& u = stepper.update();
      std::vector<double> once = random_vector<double>(c.size(), random);
      u.space->pullback(u.point, once.data());
      CHECK(off_tangent(c, stepper.values(), once) < 1e-12);
      if (u.space->has_coordinates()) continue;  // tangents are of coordinates
      std::vector<double> twice = once;
      u.space->pullback(u.point, twice.data());
      for (std::size_t i = 0; i < once.size(); ++i) CHECK(std::abs(once[i] - twice[i]) < 1e-12);
    }
  }

  TEST_CASE("spaces: what steps do to a smooth loss agrees with the pulled back gradient") {
    for (const SpaceCase& c : space_cases()) {
      CAPTURE(c.space.name());
      Random random(7);
      const std::vector<double> slope = random_vector<double>(c.size(), random);
      std::vector<double> direction = random_vector<double>(c.size(), random);
      const auto at = [&](double t) {
        Stepper<double> stepper(descent, {c.parameter()});
        const Update<double>& u = stepper.update();
        std::vector<double> step = tangent(c, u, direction);
        for (double& d : step) d *= t;
        u.space->retract(u.point, step.data());
        double loss = 0;
        for (std::size_t i = 0; i < slope.size(); ++i) loss += slope[i] * stepper.values()[i];
        return loss;
      };
      Stepper<double> stepper(descent, {c.parameter()});
      const Update<double>& u = stepper.update();
      std::vector<double> gradient = slope;
      u.space->pullback(u.point, gradient.data());
      const std::vector<double> along = tangent(c, u, direction);
      double expected = 0;
      for (std::size_t i = 0; i < gradient.size(); ++i) expected += gradient[i] * along[i];
      CHECK((at(1e-5) - at(-1e-5)) / 2e-5 == doctest::Approx(expected).epsilon(1e-6));
    }
  }

  TEST_CASE("spaces: on spheres and Stiefel manifolds steps agree with geodesics to second order") {
    for (const SpaceCase& c : {SpaceCase{space::unit_columns, 5, 3}, SpaceCase{space::stiefel, 6, 3},
                               SpaceCase{space::stiefel, 4, 4}, SpaceCase{space::stiefel, 5, 1}}) {
      CAPTURE(c.space.name());
      Random random(8);
      const std::vector<double> direction = random_vector<double>(c.size(), random, 0.5);
      const auto error = [&](double t) {
        Stepper<double> stepper(descent, {c.parameter()});
        const Update<double>& u = stepper.update();
        std::vector<double> step = tangent(c, u, direction);
        for (double& d : step) d *= t;
        const std::vector<double> end = geodesic(c, stepper.values(), step);
        u.space->retract(u.point, step.data());
        double most = 0;
        for (std::size_t i = 0; i < end.size(); ++i)
          most = std::max(most, std::abs(end[i] - stepper.values()[i]));
        return most;
      };
      for (const double t : {0.2, 0.1, 0.05}) {
        const double ratio = error(t) / error(t / 2);
        CAPTURE(t);
        CHECK(ratio > 7);
        CHECK(ratio < 9);
      }
    }
  }

  TEST_CASE("spaces: steps do not depend on threads, and single precision follows double") {
    for (const SpaceCase& small : space_cases()) {
      const SpaceCase c{small.space, 300, 150};
      CAPTURE(c.space.name());
      Random random(9);
      const std::vector<float> gradient = random_vector<float>(c.size(), random);
      const std::vector<double> exact(gradient.begin(), gradient.end());
      Stepper<float> one(descent, {c.parameter()}, 1), three(descent, {c.parameter()}, 3);
      Stepper<double> fine(descent, {c.parameter()});
      one.update().gradient = three.update().gradient = gradient.data();
      fine.update().gradient = exact.data();
      for (int step = 0; step < 2; ++step) one.step(), three.step(), fine.step();
      CHECK(one.values() == three.values());
      for (std::size_t i = 0; i < c.size(); ++i)
        CHECK(static_cast<double>(one.values()[i]) == doctest::Approx(fine.values()[i]).epsilon(1e-4));
    }
  }

  TEST_CASE("spaces: the nearest values are in the space and those of the space their own") {
    for (const SpaceCase& c : space_cases()) {
      CAPTURE(c.space.name());
      Random random(10);
      const std::vector<double> start = c.space.nearest(c.rows, c.columns,
                                                        random_vector<double>(c.size(), random)),
                                again = c.space.nearest(c.rows, c.columns, start);
      for (std::size_t i = 0; i < start.size(); ++i) CHECK(again[i] == doctest::Approx(start[i]));
      const std::vector<double> zeros = c.space.nearest(c.rows, c.columns, std::vector<double>(c.size()));
      CHECK(c.space.type().objection(zeros, c.rows, c.columns).empty());
    }
  }
}
