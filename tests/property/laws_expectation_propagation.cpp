// Expectation propagation is what plain loops make of it, smooths Gaussian chains exactly, and stays finite.
#include <doctest/doctest.h>

#include <cmath>
#include <numeric>

#include "property/laws.hpp"
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

std::vector<double> propagate(const Dataset& data, int sample, int iterations,
                              const ExpectationPropagation& options) {
  const auto [damping, least, averaged] = options;
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
    std::vector<double> own(n), w(n), z(n), variance(n), seen(n);
    const auto average = [&](std::vector<double>& v) {
      if (averaged) v.assign(n, std::accumulate(v.begin(), v.end(), 0.0) / static_cast<double>(n));
    };
    for (std::size_t i = 0; i < n; ++i) own[i] = covariance[i][i], seen[i] = total[i][i] - precision[i];
    average(own), average(seen);
    for (std::size_t i = 0; i < n; ++i) {
      double m = 0;
      for (std::size_t j = 0; j < n; ++j) m += covariance[i][j] * sums[j];
      w[i] = 1 / (1 / own[i] - precision[i]), z[i] = w[i] * (m / own[i] - potential[i]);
      double mass = 0, first = 0, second = 0;
      for (const double level : levels) {
        const double p = std::exp(-(z[i] - level) * (z[i] - level) / (2 * w[i]));
        mass += p, first += p * level, second += p * level * level;
      }
      mean[i] = first / mass;
      variance[i] = std::max(second / mass - mean[i] * mean[i], least);
    }
    average(variance);
    for (std::size_t i = 0; i < n; ++i)
      if (1 / variance[i] - 1 / w[i] > 1e-5 * seen[i]) {
        precision[i] = damping * precision[i] + (1 - damping) * (1 / variance[i] - 1 / w[i]);
        potential[i] = damping * potential[i] + (1 - damping) * (mean[i] / variance[i] - z[i] / w[i]);
      }
  }
  return mean;
}

}  // namespace

TEST_CASE("an untrained network of expectation propagation is that many plain iterations") {
  const Dataset data = transmissions();
  for (const auto& options :
       {ExpectationPropagation{}, {.damping = 0.25}, {.damping = 0.25, .averaged = true}}) {
    const Network network = unroll(detection(), options, 5).untie(all).compile();
    const Numbers results = run_double(network, data);
    for (int s = 0; s < samples; ++s)
      for (int k = 1; k <= 5; ++k) {
        const std::vector<double> expected = propagate(data, s, k, options);
        const std::vector<double>& found = results.at("x@" + std::to_string(k));
        for (std::size_t i = 0; i < expected.size(); ++i)
          CHECK(std::abs(found[i * samples + at(s)] - expected[i]) < 1e-10);
      }
  }
}

TEST_CASE(
    "expectation propagation stays finite in single precision where columns are nearly equal, whatever is "
    "learned of damping") {
  Random random(7);
  constexpr int count = 200;
  std::vector<float> y, H;
  for (int s = 0; s < count; ++s) {
    std::vector<double> common(2 * heard);
    for (double& v : common) v = random.normal();
    for (int i = 0; i < 2 * heard; ++i)
      for (int j = 0; j < sent; ++j) H.push_back(static_cast<float>(common[at(i)] + 1e-3 * random.normal()));
    for (int i = 0; i < 2 * heard; ++i) y.push_back(static_cast<float>(2 * common[at(i)]));
  }
  for (const float noise : {1e-1F, 1e-3F, 1e-5F}) {
    const Dataset data = Dataset()
                             .add("y", 1, 2 * heard, y)
                             .add("H", 2 * heard, sent, H)
                             .add("v", 1, 1, std::vector<float>(count, noise));
    for (const bool averaged : {false, true})
      for (const double damping : {-2.0, 0.0, 0.5, 2.0}) {  // training may take it anywhere
        Network network =
            unroll(detection(), ExpectationPropagation{.damping = 0.5, .averaged = averaged}, 10).compile();
        network.parameter("ep.damping").values = {damping};
        const Dataset results = network.run(data, {"x", "x.logit"});
        for (const char* name : {"x", "x.logit"})
          for (const float v : results[name].values) REQUIRE(std::isfinite(v));
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

TEST_CASE("gradients through expectation propagation are those of differences") {
  Random random(6);
  const Dataset symbols =
      transmissions().add("symbols", 1, 2 * sent, as_floats(exact_floats(random, samples * 2 * sent, -1, 1)));
  for (const bool averaged : {false, true}) {
    const Network network =
        unroll(detection(), ExpectationPropagation{.damping = 0.2, .averaged = averaged}, 3)
            .untie(all)
            .compile();
    for (const GradientCheck& c :
         check_gradients(network, loss::squared_error("x", "symbols").every_layer(), symbols))
      CHECK_MESSAGE(c.passed, c.parameter, " ", c.largest_error);
  }
}

}  // namespace unfurl::test

TEST_SUITE_END();
