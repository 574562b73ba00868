// Penalties and losses over latents: proximal maps against brute force, energies against formulas, and what is refused.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "error/model_errors.hpp"
#include "grad/evaluate.hpp"
#include "model/expr.hpp"
#include "reference/naive_matrix.hpp"
#include "unfurl/extend/algorithm.hpp"
#include "unfurl/formulas.hpp"
#include "unfurl/joint_sparsity.hpp"
#include "unfurl/schedule.hpp"

TEST_SUITE_BEGIN("unit");

namespace unfurl::test {

namespace {

using Row = std::vector<double>;
using Penalty = std::function<double(const Row&)>;  ///< of one sample; infinite beyond bounds

constexpr int entries = 4;

struct Case {
  std::function<FactorSpec(const Latent&)> factor;
  Penalty penalty;
  std::vector<int> dims = {entries};
  bool real_only = false;
  double tolerance = 1e-12;  ///< of the minimum
};

using naive::sum_of_magnitudes, naive::sum_of_squares;

double nonzeros(const Row& x) {
  return static_cast<double>(x.size()) - static_cast<double>(std::count(x.begin(), x.end(), 0.0));
}

std::vector<Case> cases() {
  return {{[](const Latent& x) {
             return L1{0.4, x};
           },
           [](const Row& x) { return 0.4 * sum_of_magnitudes(x); }},
          {[](const Latent& x) {
             return GroupLasso{0.4, x, {0, 1, 0, 1}};
           },
           [](const Row& x) { return 0.4 * (std::hypot(x[0], x[2]) + std::hypot(x[1], x[3])); }},
          {[](const Latent& x) {
             return GroupLasso{concatenate({0.4, 0.1}), x, {5, 9, 5, 9}};
           },
           [](const Row& x) { return 0.4 * std::hypot(x[0], x[2]) + 0.1 * std::hypot(x[1], x[3]); }},
          {[](const Latent& x) {
             return ElasticNet{0.4, 0.9, x};
           },
           [](const Row& x) { return 0.4 * sum_of_magnitudes(x) + 0.45 * sum_of_squares(x); }},
          {[](const Latent& x) {
             return Box{-0.5, 0.75, x};
           },
           [](const Row& x) {
             for (const double v : x)
               if (v < -0.5 || v > 0.75) return std::numeric_limits<double>::infinity();
             return 0.0;
           }},
          {[](const Latent& x) {
             return L0{0.3, x};
           },
           [](const Row& x) { return 0.3 * nonzeros(x); }},
          {[](const Latent& x) {
             return TopK{2.0, x};
           },
           [](const Row& x) { return nonzeros(x) > 2 ? std::numeric_limits<double>::infinity() : 0.0; }},
          {[](const Latent& x) {
             return JointTopK{1.0, 2.0, x};
           },
           [](const Row& x) {
             const bool both = nonzeros({x[0], x[1]}) > 0 && nonzeros({x[2], x[3]}) > 0;
             return both ? std::numeric_limits<double>::infinity() : 0.0;
           },
           {2, 2}},
          {[](const Latent& x) {
             return JointTopK{2.0, 1.0, x};
           },
           [](const Row& x) {
             const bool more = nonzeros({x[0], x[1]}) > 1 || nonzeros({x[2], x[3]}) > 1;
             return more ? std::numeric_limits<double>::infinity() : 0.0;
           },
           {2, 2}},
          {[](const Latent& x) {
             return TotalVariation{0.4, x};
           },
           [](const Row& x) {
             return 0.4 * (std::abs(x[1] - x[0]) + std::abs(x[2] - x[1]) + std::abs(x[3] - x[2]));
           }},
          {[](const Latent& x) {
             return TotalVariation{0.3, x, 2000, true};
           },
           [](const Row& x) {
             return 0.3 *
                    (std::hypot(x[1] - x[0], x[2] - x[0]) + std::abs(x[3] - x[1]) + std::abs(x[3] - x[2]));
           },
           {2, 2},
           false,
           2e-6},  // an error that falls with the square of the number of iterations
          {[](const Latent& x) {
             return NuclearNorm{0.3, x};
           },
           [](const Row& x) {  // (s1 + s2)^2 = |X|^2 + 2 |det X|
             return 0.3 * std::sqrt(sum_of_squares(x) + 2 * std::abs(x[0] * x[3] - x[1] * x[2]));
           },
           {2, 2},
           true}};
}

/// A factor over one latent "x", and what it makes of numbers in its place.
class Alone {
 public:
  Alone(const Case& c, Domain domain) : domain_(domain) {
    m_.factor("alone", c.factor(m_.latent("x", c.dims, domain)));
  }
  const FactorType& type() const { return *m_.factors()[0].spec.type; }

  Row energy(const Row& x) const {
    return run(x, [&](ir::Builder& b, const FactorGroup& g) { return type().energy(b, g); });
  }
  Row proximal(const Row& z, double step) const {
    return run(z, [&](ir::Builder& b, const FactorGroup& g) {
      return type().proximal(b, g, b.input("z", {1, entries, true}), b.constant(step), domain_);
    });
  }

 private:
  template <class F>
  Row run(const Row& x, F f) const {
    ir::Graph graph;
    ir::Builder b(graph);
    FactorGroup g;
    g.declaration = m_.factors().data();
    for (const Expr& e : g.declaration->spec.args)
      g.args.push_back(lower(b, e, [&](const Expr::Node&) {
        return b.input("x", {1, entries, true, domain_});
      }));
    graph.outputs = {{"result", f(b, g)}};
    return evaluate(graph, {{"x", x}, {"z", x}}, 1).at("result");
  }

  Model m_{"penalty"};
  Domain domain_;
};

}  // namespace

TEST_CASE("proximal maps minimise what they say") {
  std::mt19937 random(1);
  for (const Case& c : cases())
    for (const Domain domain : {Domain::real, Domain::nonneg})
      for (const double step : {0.1, 0.7, 3.0}) {
        if (c.real_only && domain == Domain::nonneg) continue;
        const Alone factor(c, domain);
        if (!has(factor.type().serves(), Serves::proximal)) continue;
        INFO(factor.type().name() << ", step " << step);
        for (int trial = 0; trial < 20; ++trial) {
          const Row z = uniform(random, entries, -2, 2), x = factor.proximal(z, step);
          const auto objective = [&](const Row& at) {
            double sum = step * c.penalty(at);
            for (std::size_t i = 0; i < entries; ++i) {
              sum += (at[i] - z[i]) * (at[i] - z[i]) / 2;
              if (domain == Domain::nonneg && at[i] < 0) return std::numeric_limits<double>::infinity();
            }
            return sum;
          };
          const double least = objective(x);
          REQUIRE(std::isfinite(least));
          for (const double reach : {1e-4, 1e-2, 0.3, 2.0})
            for (int other = 0; other < 100; ++other) {
              Row at = x;
              const Row by = uniform(random, entries, -reach, reach);
              for (std::size_t i = 0; i < entries; ++i)
                if (other % 2 == 0 || i == static_cast<std::size_t>(other / 2 % entries)) at[i] += by[i];
              CHECK(objective(at) > least - c.tolerance);
            }
        }
      }
}

TEST_CASE("energies are their formulas, and no curvature exceeds what is said of it") {
  std::mt19937 random(2);
  for (const Case& c : cases())
    for (const Domain domain : {Domain::real, Domain::nonneg}) {
      if (c.real_only && domain == Domain::nonneg) continue;
      const Alone factor(c, domain);
      if (!has(factor.type().serves(), Serves::energy)) continue;
      INFO(factor.type().name());
      for (int trial = 0; trial < 20; ++trial) {
        const Row x = uniform(random, entries, domain == Domain::nonneg ? 0 : -3, 3);
        CHECK(factor.energy(x)[0] == doctest::Approx(c.penalty(x)).epsilon(1e-12));
      }
    }
}

TEST_CASE("groups are shrunk alike in every unit, the smallest and the largest") {
  const Case c{[](const Latent& x) { return GroupLasso{0.4, x, {0, 1, 0, 1}}; }, {}};
  for (const double unit : {1.0, 1e-24, 1e-38, 1e-150, 1e-290, 1e150, 1e300}) {
    INFO(unit);
    Row z = {3 * unit, 0, -4 * unit, 0.0};         // a norm of 5 units, and of none
    for (const double share : {0.25, 0.5, 2.0}) {  // of the norm that the step takes
      const Row x = Alone(c, Domain::real).proximal(z, share * 5 * unit / 0.4);
      const double left = std::max(0.0, 1 - share);
      for (std::size_t i = 0; i < entries; ++i) CHECK(x[i] == doctest::Approx(left * z[i]).epsilon(1e-12));
    }
    CHECK(Alone(c, Domain::real).energy(z)[0] == doctest::Approx(2 * unit));
  }
  Model m("floats");
  const auto x = m.latent("x", {4});
  m.factor("fit", SquaredError{m.observed("y", {4}), x});
  m.factor("groups", GroupLasso{2e-24, x, {0, 1, 0, 1}});
  const Dataset run = unroll(m, ProximalGradient{.step = 1}, 1)
                          .compile()
                          .run(Dataset().add("y", 1, 4, {3e-24F, 1e-24F, -4e-24F, 0}));
  CHECK(run["x"].values[0] == doctest::Approx(1.8e-24));
  CHECK(run["x"].values[1] == 0);
  CHECK(run["x"].values[2] == doctest::Approx(-2.4e-24));
}

TEST_CASE("numbers of groups that are nobody's cost nothing") {
  const auto result = [](const std::vector<int>& group) {
    Model m("groups");
    const auto x = m.latent("x", {3});
    m.factor("fit", SquaredError{m.observed("y", {3}), x});
    m.factor("groups", GroupLasso{0.5, x, group});
    return unroll(m, ProximalGradient{}, 5)
        .compile()
        .run(Dataset().add("y", 1, 3, {1, -2, 0.25F}))["x"]
        .values;
  };
  CHECK(result({0, 2147483647, 0}) == result({0, 1, 0}));
}

TEST_CASE("groups need a number for every entry") {
  Model m("groups");
  const auto x = m.latent("x", {3});
  expect_error_here<ModelError>(
      [&] {
        m.factor("f", GroupLasso{1.0, x, {0, 1}});
      },
      {"'f'", "2 groups", "'x'"});
  expect_error_here<ModelError>([&] { m.factor("f", GroupLasso{1.0, x, {0, -1, 1}}); }, {"'f'", "groups"});
  expect_error_here<ModelError>(
      [&] {
        m.factor("f", GroupLasso{m.param("w", vector(3), 1.0), x, {0, 0, 1}});
      },
      {"'f'", "'w'", "group"});
  expect_error_here<ModelError>([&] { m.factor("f", GroupLasso{-1.0, x, {0, 0, 1}}); }, {"'f'", "negative"});
}

TEST_CASE("bounds keep what is within them to the last bit") {
  Model m("box");
  const auto x = m.latent("x", {3});
  expect_error_here<ModelError>([&] { m.factor("f", Box{1.0, -1.0, x}); }, {"'f'", "1", "-1"});
  expect_error_here<ModelError>(
      [&] {
        m.factor("f", Box{m.param("low", vector(2), 0.0), 1.0, x});
      },
      {"'low'", "'f'"});
  const Case c = cases()[4];
  const Row z = {0.1, -0.3, 0.7, 0.75};
  CHECK(Alone(c, Domain::real).proximal(z, 1) == z);
}

}  // namespace unfurl::test

TEST_SUITE_END();
