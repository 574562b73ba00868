// What the algorithms for sparse codes promise: gradients, minima, scale, state evolution, and what they refuse.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "error/model_errors.hpp"
#include "property/laws.hpp"
#include "unfurl/operators.hpp"
#include "unfurl/train.hpp"

TEST_SUITE_BEGIN("property");

namespace unfurl::test {

namespace {

using Weight = ProximalGradient::Weight;

std::vector<double> gaussian(int rows, int columns, std::uint64_t seed) {
  Random random(seed);
  std::vector<double> a;
  for (int i = 0; i < rows * columns; ++i)
    a.push_back(random.normal() / std::sqrt(static_cast<double>(rows)));
  return a;
}

Model sparse_model(int rows, int columns, const std::function<FactorSpec(const Latent&)>& factor) {
  Model m("sparse");
  const auto x = m.latent("x", {columns});
  m.factor("fit", SquaredError{m.observed("b", {rows}),
                               m.param("A", matrix(rows, columns), gaussian(rows, columns, 1)) * x});
  m.factor("sparse", factor(x));
  return m;
}
FactorSpec lasso(const Latent& x) { return L1{1.0, x}; }

/// The number below which a normal one is with this probability.
double normal_quantile(double p) {
  double low = -10, high = 10;
  for (int i = 0; i < 60; ++i)
    ((std::erfc(-(low + high) / 2 / std::numbers::sqrt2) / 2 < p) ? low : high) = (low + high) / 2;
  return low;
}

/// Codes of which exactly this share is not zero, and that normal, whatever the sample; what is measured of them has noise of
/// variance `noise`.
Dataset sparse_codes(int rows, int columns, double density, double noise, int count) {
  const std::vector<double> a = gaussian(rows, columns, 1);
  Random random(2);
  std::vector<float> codes, measured;
  const int used = static_cast<int>(density * columns);
  for (int s = 0; s < count; ++s) {
    std::vector<double> b(at(rows), 0.0), code(at(columns), 0.0);
    const std::vector<int> places = random.permutation(columns);
    for (int k = 0; k < used; ++k) {
      const int j = places[at(k)];
      code[at(j)] = normal_quantile((k + 0.5) / used);
      for (int i = 0; i < rows; ++i) b[at(i)] += a[at(i * columns + j)] * code[at(j)];
    }
    for (const double v : code) codes.push_back(static_cast<float>(v));
    for (const double v : b) measured.push_back(static_cast<float>(v + std::sqrt(noise) * random.normal()));
  }
  return Dataset().add("b", 1, rows, measured).add("code", 1, columns, codes);
}

/// Mean squared error per entry after every layer.
std::vector<double> errors(const Network& network, const Dataset& data) {
  std::vector<double> all;
  const std::vector<float>& codes = data["code"].values;
  for (int k = 1; k <= network.layers(); ++k) {
    const Dataset result = network.run(data, {"x"}, k);
    const std::vector<float>& x = result["x"].values;
    double sum = 0;
    for (std::size_t i = 0; i < x.size(); ++i) sum += (x[i] - codes[i]) * (x[i] - codes[i]);
    all.push_back(sum / static_cast<double>(x.size()));
  }
  return all;
}

/// Expected squared error of an estimate of a Bernoulli-Gaussian number from itself with noise tau, by a midpoint rule.
double expected_error(double density, double tau, const std::function<double(double z)>& estimate) {
  const auto normal = [](double v) { return std::exp(-v * v / 2) / std::sqrt(2 * std::numbers::pi); };
  constexpr int n = 200;
  constexpr double reach = 6, h = 2 * reach / n;
  double zero = 0, other = 0;
  for (int i = 0; i < n; ++i) {
    const double u = -reach + (i + 0.5) * h, e = estimate(tau * u);
    zero += e * e * normal(u) * h;
    for (int j = 0; j < n; ++j) {
      const double x = -reach + (j + 0.5) * h, d = estimate(x + tau * u) - x;
      other += d * d * normal(u) * normal(x) * h * h;
    }
  }
  return (1 - density) * zero + density * other;
}

double posterior(double z, double tau2, double density) {
  const double wide = density / std::sqrt(1 + tau2) * std::exp(-z * z / (2 * (1 + tau2)));
  const double narrow = (1 - density) / std::sqrt(tau2) * std::exp(-z * z / (2 * tau2));
  return wide / (wide + narrow) / (1 + tau2) * z;
}

}  // namespace

TEST_CASE("what algorithms for sparse codes learn has the gradients of differences") {
  for (const LatentCase& c : sparse_cases()) {
    Dataset data = c.data;
    data.add("code", 1, 10, std::vector<float>(static_cast<std::size_t>(c.data.samples()) * 10, 0.5F));
    for (const GradientCheck& check : check_gradients(unroll(c.model, c.algorithm, 3).untie(all).compile(),
                                                      loss::squared_error("x", "code"), data)) {
      INFO(c.name << ", " << check.parameter << ", " << check.largest_error);
      CHECK(check.passed);
    }
  }
}

TEST_CASE(
    "a fraction of an entry is selected, so that its number has a gradient; whole ones are as rounded") {
  const HyperLista rule{.threshold = 0.03,
                        .momentum = 0.02,
                        .selection = 0.3,
                        .step = 0.5,
                        .count = HyperLista::Count::fractional};
  const LatentCase c = sparse_cases()[3];
  REQUIRE(c.name == "hyperlista");
  Dataset data = c.data;
  data.add("code", 1, 10, std::vector<float>(30, 0.5F));
  bool moved = false;
  const Network network = unroll(c.model, rule, 4).compile();
  for (const GradientCheck& check : check_gradients(network, loss::squared_error("x", "code"), data)) {
    INFO(check.parameter << ", " << check.largest_error);
    CHECK(check.passed);
    moved = moved || check.parameter == "hyperlista.selection";
  }
  CHECK(moved);
  CHECK(gradients(network, c.data).at("hyperlista.selection")[0] != 0);
}

TEST_CASE("computed matrices are neither untied nor trained") {
  const LatentCase c = sparse_cases()[1];
  const Network network = unroll(c.model, c.algorithm, 4).untie(all).compile();
  CHECK(!network.parameter("ista.weight").trained);
  CHECK(network.parameter("ista.step@3").trained);
  Network learned = unroll(c.model, ProximalGradient{.weight = Weight::coupled}, 4).untie(all).compile();
  CHECK(learned.parameter("ista.weight@3").trained);
}

TEST_CASE("a coupled weight is ISTA before it is trained") {
  const LatentCase c = sparse_cases()[0];
  const Numbers plain = run_double(unroll(c.model, ProximalGradient{}, 5).compile(), c.data),
                own = run_double(unroll(c.model, ProximalGradient{.weight = Weight::coupled}, 5).compile(),
                                 c.data);
  for (const auto& [name, values] : plain) CHECK(difference(own.at(name), values) < 1e-14);
}

TEST_CASE("Chambolle-Pock goes where ADMM and ISTA go") {
  const auto total_variation = [](const Latent& x) { return TotalVariation{0.1, x}; };
  for (const std::function<FactorSpec(const Latent&)>& factor :
       {std::function<FactorSpec(const Latent&)>(lasso),
        std::function<FactorSpec(const Latent&)>(total_variation)}) {
    Model m = sparse_model(8, 5, factor);
    const Dataset data = sparse_codes(8, 5, 0.5, 0.1, 3);
    const auto end = [&](const AlgorithmPointer& rule) {
      return run_double(unroll(m, rule, 600).compile(), data).at("x@600");
    };
    const std::vector<double> x = end(ChambollePock{});
    CHECK(difference(x, end(ProximalGradient{})) < 1e-5);
    CHECK(difference(x, end(Admm{})) < 1e-4);
    Model split("split");  // a penalty of a formula, and a smooth factor that is no square
    const auto v = split.latent("x", {5});
    const auto A = split.param("A", matrix(8, 5), gaussian(8, 5, 1));
    split.factor("fit", Huber{split.observed("b", {8}), A * v, 0.7});
    split.factor("flat", L1{0.1, differences() * v});
    split.factor("sparse", L1{0.05, v});
    const auto of = [&](const AlgorithmPointer& rule) {
      return run_double(unroll(split, rule, 600).compile(), data).at("x@600");
    };
    CHECK(difference(of(ChambollePock{}), of(Admm{})) < 1e-4);
  }
}

TEST_CASE("HyperLISTA does not see the scale of the data, and nothing comes of nothing") {
  const LatentCase c = sparse_cases()[3];
  const Network network = unroll(c.model, c.algorithm, 6).compile();
  const Dataset result = network.run(c.data);
  std::vector<float> b = c.data["b"].values;
  for (float& v : b) v *= 1024;
  const Dataset large = network.run(Dataset().add("b", 1, 6, b));
  for (std::size_t i = 0; i < result["x"].values.size(); ++i)
    CHECK(large["x"].values[i] == doctest::Approx(1024 * result["x"].values[i]).epsilon(1e-3));
  const Dataset zeros = Dataset().add("b", 1, 6, std::vector<float>(6, 0.0F));
  for (const LatentCase& other : sparse_cases())
    if (other.name != "turns")
      for (const float v : unroll(other.model, other.algorithm, 6).compile().run(zeros)["x"].values)
        CHECK(v == 0);
}

TEST_CASE("errors of AMP and of orthogonal AMP follow their state evolution") {
  constexpr int rows = 500, columns = 1000, layers = 8;
  constexpr double density = 0.1, noise = 1e-3, ratio = static_cast<double>(rows) / columns;
  const Dataset data = sparse_codes(rows, columns, density, noise, 12);
  const auto prior = [](const Latent& x) { return BernoulliGaussian{density, 1.0, x}; };
  const auto follow = [&](const Model& m, const AlgorithmPointer& rule, double first,
                          const std::function<double(double error)>& tau2_of,
                          const std::function<double(double z, double tau2)>& estimate,
                          double (*kept)(double, double)) {
    const std::vector<double> measured = errors(unroll(m, rule, layers).compile(), data);
    double error = first;
    for (int k = 0; k < layers; ++k) {
      const double tau2 = tau2_of(error);
      const double expected =
          expected_error(density, std::sqrt(tau2), [&](double z) { return estimate(z, tau2); });
      INFO("layer " << k + 1 << ", " << measured[at(k)] << " for " << expected);
      CHECK(std::abs(10 * std::log10(measured[at(k)] / expected)) < 1.0);
      error = kept(expected, tau2);
    }
  };
  const auto same = [](double error, double) { return error; };
  const auto soft = [](double z, double tau2) { return naive::soft_threshold(z, 1.14 * std::sqrt(tau2)); };
  const auto mean = [](double z, double tau2) { return posterior(z, tau2, density); };
  const auto with_noise = [&](double error) { return noise + error / ratio; };
  follow(sparse_model(rows, columns, lasso), Amp{}, density, with_noise, soft, same);
  follow(sparse_model(rows, columns, prior), Amp{}, density, with_noise, mean, same);
  // The trace of (A A^T)^-1 of such matrices is rows / (1 / ratio - 1); an error that is kept apart from the estimate's
  // is larger: 1 / kept = 1 / expected - 1 / tau2.
  const auto orthogonal = [&](double error) {
    return (1 / ratio - 1) * error + noise * (1 / ratio) / (1 / ratio - 1);
  };
  follow(sparse_model(rows, columns, prior), Oamp{.noise = noise}, density, orthogonal, mean,
         [](double error, double tau2) { return error * tau2 / (tau2 - error); });
}

TEST_CASE("algorithms for sparse codes say what they do not take") {
  const auto refuse = [](const Model& m, const AlgorithmPointer& rule,
                         const std::vector<std::string>& words) {
    expect_error<ScheduleError>([&] { (void)unroll(m, rule, 2); }, words);
  };
  const auto tv = [](const Latent& x) { return TotalVariation{0.1, x}; };
  refuse(sparse_model(4, 6, tv), Amp{}, {"Amp", "'sparse'", "TotalVariation"});
  refuse(sparse_model(4, 6, lasso), Oamp{}, {"Oamp", "'sparse'", "L1", "BernoulliGaussian"});
  refuse(sparse_model(6, 4,
                      [](const Latent& x) {
                        return BernoulliGaussian{0.1, 1.0, x};
                      }),
         Oamp{}, {"Oamp", "6", "4"});
  refuse(sparse_model(4, 6,
                      [](const Latent& x) {
                        return BernoulliGaussian{0.1, 1.0, x};
                      }),
         ProximalGradient{}, {"ProximalGradient", "'sparse'"});
  refuse(sparse_model(4, 6, lasso), ProximalGradient{.turns = {"fit", "fir"}}, {"'fir'", "fit"});
  refuse(sparse_model(4, 6, lasso), HyperLista{.threshold = -1}, {"HyperLista", "-1"});
  Model huber("huber");
  const auto x = huber.latent("x", {6});
  huber.factor("fit", Huber{huber.observed("b", {4}), huber.param("A", matrix(4, 6), 0.5) * x});
  huber.factor("sparse", L1{1.0, x});
  refuse(huber, HyperLista{}, {"HyperLista", "'fit'", "Huber"});
  refuse(huber, ProximalGradient{.weight = Weight::analytic}, {"analytic", "'fit'", "Huber"});
  CHECK_THROWS_AS(analytic_weight({0, 1, 0, 1}, 2, 2), ModelError);
  CHECK_THROWS_AS(analytic_weight({1, 1, 1, 1}, 2, 2, AnalyticWeight::closed_form), ModelError);
}

TEST_CASE("of dependent rows the analytic weight is that of projected gradients") {
  const std::vector<double> a = {1, 0.5, -0.25, 2, 1, -0.5, 0.5, 1, 1};  // the second row is twice the first
  const std::vector<double> w = analytic_weight(a, 3, 3);
  for (int j = 0; j < 3; ++j) {
    double inner = 0;
    for (int i = 0; i < 3; ++i) inner += a[at(3 * i + j)] * w[at(3 * i + j)];
    CHECK(inner == doctest::Approx(1));
  }
}

}  // namespace unfurl::test

TEST_SUITE_END();
