// HyperLISTA of complex numbers, with a ridge and thresholds by block, is what plain loops over std::complex make of it.
#include <doctest/doctest.h>

#include <cmath>

#include "error/model_errors.hpp"
#include "property/laws.hpp"
#include "reference/naive_complex.hpp"
#include "unfurl/complex.hpp"
#include "unfurl/operators.hpp"
#include "unfurl/train.hpp"

TEST_SUITE_BEGIN("property");

namespace unfurl::test {

namespace {

using naive::ComplexMatrix;
using naive::ComplexVector;
using naive::Number;

constexpr int measured = 4, unknown = 10, samples = 3, layers = 6;
constexpr double ridge = 0.3;
const HyperLista blocks_of_four{.threshold = 0.03,
                                .momentum = 0.02,
                                .selection = 0.4,
                                .step = 0.5,
                                .floor = 0.01,
                                .ridge = ridge,
                                .block = 4,
                                .local = 0.6};

ComplexVector random_numbers(int n, std::uint64_t seed) {
  Random random(seed);
  const std::vector<double> parts = exact_floats(random, 2 * n, -1, 1);
  ComplexVector values;
  for (int i = 0; i < n; ++i) values.emplace_back(parts[at(2 * i)], parts[at(2 * i + 1)]);
  return values;
}

const ComplexMatrix dictionary{measured, unknown, random_numbers(measured* unknown, 1)};
const ComplexVector observations = random_numbers(samples * measured, 2);

Dataset data() { return Dataset().add("g", 1, 2 * measured, as_pairs(observations, measured)); }

Model model_of() {
  Model m("complex");
  const ComplexLatent x = complex_latent(m, "x", {unknown});
  m.factor("fit",
           ComplexSquaredError{complex_observed(m, "g", {measured}),
                               complex_param(m, "A", matrix(measured, unknown), dictionary.entries) * x});
  m.factor("sparse", ComplexL1{1.0, x});
  return m;
}

/// (A A^H + ridge)^-1 b, by Gauss-Jordan elimination.
ComplexVector solve(ComplexVector b) {
  std::vector<ComplexVector> g(at(measured), ComplexVector(at(measured)));
  for (int i = 0; i < measured; ++i) {
    for (int j = 0; j < measured; ++j)
      for (int k = 0; k < unknown; ++k) g[at(i)][at(j)] += dictionary(i, k) * std::conj(dictionary(j, k));
    g[at(i)][at(i)] += ridge;
  }
  for (int p = 0; p < measured; ++p) {
    const Number pivot = g[at(p)][at(p)];
    for (Number& v : g[at(p)]) v /= pivot;
    b[at(p)] /= pivot;
    for (int i = 0; i < measured; ++i) {
      if (i == p) continue;
      const Number factor = g[at(i)][at(p)];
      for (int j = 0; j < measured; ++j) g[at(i)][at(j)] -= factor * g[at(p)][at(j)];
      b[at(i)] -= factor * b[at(p)];
    }
  }
  return b;
}

/// w_i = C^-1 a_i / (a_i^H C^-1 a_i), column after column.
ComplexMatrix weight() {
  ComplexMatrix w = dictionary;
  for (int j = 0; j < unknown; ++j) {
    ComplexVector a;
    for (int i = 0; i < measured; ++i) a.push_back(dictionary(i, j));
    const ComplexVector c = solve(a);
    Number along = 0;
    for (int i = 0; i < measured; ++i) along += std::conj(a[at(i)]) * c[at(i)];
    for (int i = 0; i < measured; ++i) w.entries[at(i * unknown + j)] = c[at(i)] / along;
  }
  return w;
}

std::vector<double> errors(const ComplexVector& r) {
  std::vector<double> sizes;
  for (const Number z : naive::multiply_adjoint(dictionary, solve(r))) sizes.push_back(std::abs(z));
  return sizes;
}
double total(const std::vector<double>& v) {
  double sum = 0;
  for (const double e : v) sum += e;
  return sum;
}

ComplexVector iterate(const HyperLista& rule, const ComplexVector& g, int iterations) {
  const ComplexMatrix w = weight();
  ComplexVector x(at(unknown)), before = x;
  double most = 0;
  for (const Number z : naive::multiply_adjoint(dictionary, g)) most = std::max(most, std::abs(z));
  for (int k = 0; k < iterations; ++k) {
    ComplexVector r = naive::multiply(dictionary, x);
    for (std::size_t i = 0; i < r.size(); ++i) r[i] -= g[i];
    const std::vector<double> e = errors(r);
    const auto used = unknown - std::count(x.begin(), x.end(), Number(0));
    const ComplexVector back = naive::multiply_adjoint(w, r);
    ComplexVector z = x;
    for (std::size_t j = 0; j < z.size(); ++j)
      z[j] += rule.momentum * static_cast<double>(used) * (x[j] - before[j]) - rule.step.value() * back[j];
    const double share = std::clamp(rule.selection * std::log(total(errors(g)) / total(e)), 0.0, 1.0);
    const double count = std::floor(share * unknown + 0.5);
    before = x;
    for (int j = 0; j < unknown; ++j) {
      double threshold = rule.threshold * total(e);
      if (rule.block) {
        const int size = *rule.block, first = j / size * size, end = std::min(first + size, unknown);
        double mean = 0;
        for (int i = first; i < end; ++i) mean += e[at(i)] / (end - first);
        threshold *= std::max(1 + rule.local * (mean * unknown / total(e) - 1), 0.0);
      }
      threshold = rule.step.value() * (threshold + rule.floor.value() * most);
      int larger = 0;
      for (const Number other : z) larger += std::abs(other) > std::abs(z[at(j)]) ? 1 : 0;
      const bool passes = larger < count && std::abs(z[at(j)]) > threshold;
      x[at(j)] = passes ? z[at(j)] : naive::shrink(z[at(j)], threshold);
    }
  }
  return x;
}

std::vector<double> pair_of(const ComplexVector& z) {
  std::vector<double> v;
  for (const auto& x : z) v.push_back(x.real());
  for (const auto& x : z) v.push_back(x.imag());
  return v;
}

}  // namespace

TEST_CASE("complex HyperLISTA with a ridge, with and without blocks, equals loops over std::complex") {
  HyperLista whole = blocks_of_four;
  whole.block.reset();
  for (const HyperLista& rule : {whole, blocks_of_four}) {
    const Network network = unroll(model_of(), rule, layers).compile();
    const Numbers results = run_double(network, data());
    for (int s = 0; s < samples; ++s)
      for (int n = 1; n <= layers; ++n)
        CHECK(difference(
                  latents(network, results, n, s, samples),
                  pair_of(iterate(
                      rule, {observations.begin() + s * measured, observations.begin() + (s + 1) * measured},
                      n))) < 1e-12);
  }
}

TEST_CASE(
    "what is local in HyperLISTA has the gradient of differences, and counts for nothing where it is 0") {
  Dataset with_code = data();
  with_code.add("code", 1, 2 * unknown, std::vector<float>(at(samples * 2 * unknown), 0.5F));
  HyperLista rule = blocks_of_four;
  rule.count = HyperLista::Count::fractional;
  bool seen = false;
  for (const GradientCheck& check : check_gradients(unroll(model_of(), rule, 4).untie(all).compile(),
                                                    loss::squared_error("x", "code"), with_code)) {
    INFO(check.parameter << ", " << check.largest_error);
    CHECK(check.passed);
    seen = seen || check.parameter.starts_with("hyperlista.local");
  }
  CHECK(seen);
  HyperLista none = blocks_of_four, zero = blocks_of_four;
  none.block.reset(), zero.local = 0;
  CHECK(unroll(model_of(), none, layers).compile().run(data())["x"].values ==
        unroll(model_of(), zero, layers).compile().run(data())["x"].values);
}

TEST_CASE("support selection counts complex numbers, not their parts") {
  const ProximalGradient rule{
      .weight = ProximalGradient::Weight::analytic, .selection = {1.0 / unknown, 1}, .ridge = ridge};
  const Network network = unroll(model_of(), rule, 1).compile();
  const double step = network.parameter("ista.step").values[0];
  const Numbers results = run_double(network, data());
  for (int s = 0; s < samples; ++s) {
    const ComplexVector g(observations.begin() + s * measured, observations.begin() + (s + 1) * measured);
    ComplexVector z = naive::multiply_adjoint(weight(), g);
    for (Number& v : z) v *= step;
    ComplexVector x;
    for (const Number v : z) {
      int larger = 0;
      for (const Number other : z) larger += std::abs(other) > std::abs(v) ? 1 : 0;
      x.push_back(larger == 0 && std::abs(v) > step ? v : naive::shrink(v, step));
    }
    CHECK(difference(latents(network, results, 1, s, samples), pair_of(x)) < 1e-12);
  }
}

TEST_CASE("blocks and ridges that cannot be are refused") {
  const auto refuse = [](const Model& m, const AlgorithmPointer& rule,
                         const std::vector<std::string>& words) {
    expect_error<ScheduleError>([&] { (void)unroll(m, rule, 2); }, words);
  };
  refuse(model_of(), HyperLista{.ridge = -1}, {"HyperLista", "-1"});
  refuse(model_of(), HyperLista{.block = -2}, {"HyperLista", "-2"});
  refuse(model_of(), HyperLista{.block = 0}, {"HyperLista", "blocks of 0", "leave"});
  refuse(model_of(), ProximalGradient{.ridge = -1}, {"ProximalGradient", "-1"});
  Model m("variation");
  const Latent x = m.latent("x", {3});
  m.factor("fit", SquaredError{m.observed("b", {2}), m.param("A", matrix(2, 3), {1, 0, 1, 0, 1, 1}) * x});
  m.factor("smooth", TotalVariation{1.0, x});
  refuse(m, HyperLista{.block = 2}, {"HyperLista", "'smooth'", "TotalVariation"});
  CHECK_THROWS_AS(analytic_weight({1, 1}, 1, 2, AnalyticWeight::automatic, -1), ModelError);
  const std::vector<double> w = analytic_weight({1, 1, 1, 1}, 2, 2, AnalyticWeight::closed_form, 0.5);
  CHECK(w[0] + w[2] == doctest::Approx(1));
  CHECK(difference(w, analytic_weight({1, 1, 1, 1}, 2, 2, AnalyticWeight::projected_gradient, 0.5)) < 1e-9);
}

}  // namespace unfurl::test

TEST_SUITE_END();
