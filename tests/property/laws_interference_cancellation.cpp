// Interference cancellation is what plain loops make of it; gradients are those of differences.
#include <doctest/doctest.h>

#include <array>
#include <cmath>

#include "property/laws.hpp"
#include "reference/naive_complex.hpp"
#include "unfurl/complex.hpp"
#include "unfurl/formulas.hpp"
#include "unfurl/linear_gaussian.hpp"
#include "unfurl/train.hpp"

TEST_SUITE_BEGIN("property");

namespace unfurl::test {

namespace {

constexpr int samples = 3;

/// y = a Q h + c d + noise: Q of 8 rows and 4 columns of ones and minus ones.
constexpr int antennas = 4, entries = 8;
constexpr double a = 0.4, c = 0.9, noise = 0.2, unit = 0.70710678118654752;

double spread(int row, int column) {
  return __builtin_popcount(static_cast<unsigned>(row & (column + 1))) % 2 ? -1 : 1;
}

Model superimposed() {
  std::vector<double> q;
  for (int i = 0; i < entries; ++i)
    for (int j = 0; j < antennas; ++j) q.push_back(spread(i, j));
  Model m("superimposed");
  const Complex y = complex_observed(m, "y", {entries});
  const Param Q = m.param("Q", matrix(entries, antennas), q);
  const ComplexLatent h = complex_latent(m, "h", {antennas}), d = complex_latent(m, "d", {entries});
  const Complex sum = m.param("a", a) * (dense(Q) * h) + c * d;
  m.factor("observation", LinearGaussian{m.param("noise", noise / 2, space::positive), y.pair(), sum.pair()});
  m.factor("channel", GaussianPrior{0.5, h.latent()});
  m.factor("symbols", OneOf{{-unit, unit}, d.latent()});
  return m;
}

Dataset received() {
  Random random(3);
  return Dataset().add("y", 1, 2 * entries,
                       as_floats(exact_floats(random, samples * 2 * entries, -1.5, 1.5)));
}

/// Channel and symbols after so many updates of one of them.
std::array<naive::ComplexVector, 2> cancel(const naive::ComplexVector& y, int updates, bool remaining,
                                           bool hard, double damping) {
  naive::ComplexVector h(antennas), d(entries);
  double of_h = 1, of_d = 1;  // variances of complex entries, on average
  for (int k = 0; k < updates; ++k) {
    naive::ComplexVector r = y;
    for (int i = 0; i < entries; ++i)
      for (int j = 0; j < antennas; ++j) r[at(i)] -= a * spread(i, j) * h[at(j)];
    if (k % 2 == 0) {
      const double v = noise + (remaining ? c * c * of_d : 0);
      for (int i = 0; i < entries; ++i) r[at(i)] = y[at(i)] - c * d[at(i)];
      for (int j = 0; j < antennas; ++j) {
        naive::Number sum = 0;
        for (int i = 0; i < entries; ++i) sum += a * spread(i, j) * r[at(i)];
        h[at(j)] = damping * h[at(j)] + (1 - damping) * sum / (a * a * entries + v);
      }
      of_h = damping * of_h + (1 - damping) * v / (a * a * entries + v);
    } else {
      const double v = (noise + (remaining ? a * a * antennas * of_h : 0)) / (c * c);
      double power = 0;
      for (int i = 0; i < entries; ++i) {
        const naive::Number z = r[at(i)] / c;
        const auto decide = [&](double part) {
          return unit * (hard ? (part > 0 ? 1 : -1) : std::tanh(2 * unit * part / v));
        };
        const naive::Number decided(decide(z.real()), decide(z.imag()));
        power += std::norm(decided) / entries;
        d[at(i)] = damping * d[at(i)] + (1 - damping) * decided;
      }
      of_d = damping * of_d + (1 - damping) * (hard ? 0 : 1 - power);
    }
  }
  return {h, d};
}

}  // namespace

TEST_CASE("an untrained network of interference cancellation is that many plain updates") {
  const Dataset data = received();
  for (const auto& options :
       {InterferenceCancellation{}, {.remaining_variance = false}, {.hard = true}, {.damping = 0.25}}) {
    const Network network = unroll(superimposed(), options, 6).untie(all).compile();
    const Numbers results = run_double(network, data);
    for (int s = 0; s < samples; ++s) {
      const std::vector<double> parts = sample_of(data, "y", s);
      naive::ComplexVector y;
      for (int i = 0; i < entries; ++i) y.emplace_back(parts[at(i)], parts[at(entries + i)]);
      for (int k = 1; k <= 6; ++k) {
        const auto expected = cancel(y, k, options.remaining_variance, options.hard, options.damping);
        const auto check = [&](const std::string& name, const naive::ComplexVector& values) {
          const std::vector<double>& found = results.at(name + "@" + std::to_string(k));
          for (std::size_t i = 0; i < values.size(); ++i) {
            CHECK(std::abs(found[i * samples + at(s)] - values[i].real()) < 1e-12);
            CHECK(std::abs(found[(values.size() + i) * samples + at(s)] - values[i].imag()) < 1e-12);
          }
        };
        check("h", expected[0]);
        check("d", expected[1]);
      }
    }
  }
}

TEST_CASE("gradients through interference cancellation are those of differences") {
  Random random(6);
  const auto check = [](const Network& network, const Loss& loss, const Dataset& data) {
    for (const GradientCheck& c : check_gradients(network, loss.every_layer(), data))
      CHECK_MESSAGE(c.passed, c.parameter, " ", c.largest_error);
  };
  const Dataset channel =
      received()
          .add("truth", 1, 2 * antennas, as_floats(exact_floats(random, samples * 2 * antennas, -1, 1)))
          .add("symbols", 1, 2 * entries, as_floats(exact_floats(random, samples * 2 * entries, -1, 1)));
  check(unroll(superimposed(), InterferenceCancellation{.damping = 0.2}, 5).untie(all).compile(),
        loss::squared_error("h", "truth") + loss::squared_error("d", "symbols"), channel);
}

}  // namespace unfurl::test

TEST_SUITE_END();
