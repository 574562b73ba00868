// Interference cancellation and expectation propagation are what plain loops make of them; Gaussian chains are smoothed
// exactly; gradients are those of differences.
#include <doctest/doctest.h>

#include <array>

#include "property/laws.hpp"
#include "reference/naive_complex.hpp"
#include "unfurl/complex.hpp"
#include "unfurl/formulas.hpp"
#include "unfurl/linear_gaussian.hpp"
#include "unfurl/train.hpp"

TEST_SUITE_BEGIN("property");

namespace unfurl::test {

namespace {

using Real = std::vector<std::vector<double>>;

constexpr int samples = 3;

Real inverse_of(Real a) {
  const std::size_t n = a.size();
  Real inverse(n, std::vector<double>(n, 0));
  for (std::size_t i = 0; i < n; ++i) inverse[i][i] = 1;
  for (std::size_t k = 0; k < n; ++k) {
    const double pivot = a[k][k];
    for (std::size_t j = 0; j < n; ++j) a[k][j] /= pivot, inverse[k][j] /= pivot;
    for (std::size_t i = 0; i < n; ++i) {
      if (i == k) continue;
      const double factor = a[i][k];
      for (std::size_t j = 0; j < n; ++j)
        a[i][j] -= factor * a[k][j], inverse[i][j] -= factor * inverse[k][j];
    }
  }
  return inverse;
}

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

/// y = H x + noise, H of every sample its own.
constexpr int sent = 3, heard = 4;
const std::vector<double> levels = {-1.5, -0.5, 0.5, 1.5};

Model detection() {
  Model m("detection");
  const Complex y = complex_observed(m, "y", {heard}), H = complex_observed_matrix(m, "H", heard, sent);
  const Observed v = m.observed("v", {}, nonneg);
  const ComplexLatent x = complex_latent(m, "x", {sent});
  m.factor("observation", LinearGaussian{v, y.pair(), (H * x).pair()});
  m.factor("symbols", OneOf{levels, x.latent()});
  return m;
}

Dataset transmissions() {
  Random random(4);
  return Dataset()
      .add("y", 1, 2 * heard, as_floats(exact_floats(random, samples * 2 * heard, -2, 2)))
      .add("H", 2 * heard, sent, as_floats(exact_floats(random, samples * 2 * heard * sent, -1, 1)))
      .add("v", 1, 1, {0.25F, 0.125F, 0.0625F});
}

std::vector<double> propagate(const Dataset& data, int sample, int iterations, double damping, double least) {
  const std::vector<double> y = sample_of(data, "y", sample), parts = sample_of(data, "H", sample);
  const double v = sample_of(data, "v", sample)[0];
  const std::size_t n = 2 * sent, rows = 2 * heard;
  Real matrix(rows, std::vector<double>(n));
  for (int i = 0; i < heard; ++i)
    for (int j = 0; j < sent; ++j) {
      const double re = parts[at(i * sent + j)], im = parts[at((heard + i) * sent + j)];
      matrix[at(i)][at(j)] = matrix[at(heard + i)][at(sent + j)] = re;
      matrix[at(i)][at(sent + j)] = -im, matrix[at(heard + i)][at(j)] = im;
    }
  std::vector<double> precision(n, 1 / 1.25), potential(n, 0), mean(n, 0);
  for (int k = 0; k < iterations; ++k) {
    Real total(n, std::vector<double>(n, 0));
    std::vector<double> sums = potential;
    for (std::size_t i = 0; i < n; ++i) {
      total[i][i] = precision[i];
      for (std::size_t r = 0; r < rows; ++r) {
        sums[i] += matrix[r][i] * y[r] / v;
        for (std::size_t j = 0; j < n; ++j) total[i][j] += matrix[r][i] * matrix[r][j] / v;
      }
    }
    const Real covariance = inverse_of(total);
    for (std::size_t i = 0; i < n; ++i) {
      double m = 0;
      for (std::size_t j = 0; j < n; ++j) m += covariance[i][j] * sums[j];
      const double s = covariance[i][i], w = 1 / (1 / s - precision[i]), z = w * (m / s - potential[i]);
      double mass = 0, first = 0, second = 0;
      for (const double level : levels) {
        const double p = std::exp(-(z - level) * (z - level) / (2 * w));
        mass += p, first += p * level, second += p * level * level;
      }
      mean[i] = first / mass;
      const double variance = std::max(second / mass - mean[i] * mean[i], least);
      if (1 / variance - 1 / w > 0) {
        precision[i] = damping * precision[i] + (1 - damping) * (1 / variance - 1 / w);
        potential[i] = damping * potential[i] + (1 - damping) * (mean[i] / variance - z / w);
      }
    }
  }
  return mean;
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

TEST_CASE("an untrained network of expectation propagation is that many plain iterations") {
  const Dataset data = transmissions();
  for (const double damping : {0.0, 0.25}) {
    const ExpectationPropagation options{.damping = damping, .least_variance = 1e-4};
    const Network network = unroll(detection(), options, 5).untie(all).compile();
    const Numbers results = run_double(network, data);
    for (int s = 0; s < samples; ++s)
      for (int k = 1; k <= 5; ++k) {
        const std::vector<double> expected = propagate(data, s, k, damping, options.least_variance);
        const std::vector<double>& found = results.at("x@" + std::to_string(k));
        for (std::size_t i = 0; i < expected.size(); ++i)
          CHECK(std::abs(found[i * samples + at(s)] - expected[i]) < 1e-10);
      }
  }
}

TEST_CASE("expectation propagation of a linear-Gaussian chain is the Kalman smoother") {
  // x_0 ~ N(0, 2), x_t = 0.8 x_{t-1} + N(0, 0.3), y_t = x_t + N(0, 0.5).
  constexpr int n = 6;
  constexpr double decay = 0.8, start = 2, drift = 0.3, error = 0.5;
  Model m("chain");
  const Observed y = m.observed("y", {n});
  const Latent first = m.latent("first", {1}), others = m.latent("others", {n - 1});
  const Expr x = concatenate({first, others});
  m.factor("data", LinearGaussian{error, y, x});
  m.factor("walk", LinearGaussian{drift, m.param("zero", vector(n - 1), 0.0),
                                  slice(x, 1, n - 1) - decay * slice(x, 0, n - 1)});
  m.factor("start", GaussianPrior{start, first});
  m.factor("anywhere", GaussianPrior{1e9, others});
  Random random(5);
  const Dataset data = Dataset().add("y", 1, n, as_floats(exact_floats(random, samples * n, -2, 2)));
  const Numbers results = run_double(unroll(m, ExpectationPropagation{}, 1).compile(), data);
  for (int s = 0; s < samples; ++s) {
    const std::vector<double> seen = sample_of(data, "y", s);
    std::vector<double> mean(n), variance(n), ahead(n), before(n);
    for (std::size_t t = 0; t < n; ++t) {
      ahead[t] = t == 0 ? 0 : decay * mean[t - 1];
      before[t] = t == 0 ? start : decay * decay * variance[t - 1] + drift;
      const double gain = before[t] / (before[t] + error);
      mean[t] = ahead[t] + gain * (seen[t] - ahead[t]), variance[t] = (1 - gain) * before[t];
    }
    for (std::size_t t = n - 1; t-- > 0;) {
      const double gain = variance[t] * decay / before[t + 1];
      mean[t] += gain * (mean[t + 1] - ahead[t + 1]);
      variance[t] += gain * gain * (variance[t + 1] - before[t + 1]);
    }
    for (std::size_t t = 0; t < n; ++t) {
      const std::string name = t == 0 ? "first" : "others";
      const std::size_t i = (t == 0 ? 0 : t - 1) * samples + at(s);
      CHECK(std::abs(results.at(name + "@1")[i] - mean[t]) < 1e-7);
      CHECK(std::abs(results.at(name + ".variance@1")[i] - variance[t]) < 1e-7);
    }
  }
}

TEST_CASE(
    "gradients through interference cancellation and expectation propagation are those of differences") {
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
  const Dataset symbols =
      transmissions().add("symbols", 1, 2 * sent, as_floats(exact_floats(random, samples * 2 * sent, -1, 1)));
  check(unroll(detection(), ExpectationPropagation{.damping = 0.2}, 3).untie(all).compile(),
        loss::squared_error("x", "symbols"), symbols);
}

}  // namespace unfurl::test

TEST_SUITE_END();
