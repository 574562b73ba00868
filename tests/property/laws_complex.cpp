// Complex models are what plain loops over std::complex make of them, and have the gradients of the pairs of real models that
// one would write instead.
#include <doctest/doctest.h>

#include "operators/linear_map.hpp"
#include "property/laws.hpp"
#include "reference/naive_complex.hpp"
#include "unfurl/complex.hpp"
#include "unfurl/extend/algorithm.hpp"
#include "unfurl/formulas.hpp"

TEST_SUITE_BEGIN("property");

namespace unfurl::test {

namespace {

constexpr int measured = 4, unknown = 6, samples = 3, layers = 7;

naive::ComplexVector random_numbers(int n, std::uint64_t seed) {
  Random random(seed);
  const std::vector<double> parts = exact_floats(random, 2 * n, -1, 1);
  naive::ComplexVector values;
  for (int i = 0; i < n; ++i) values.emplace_back(parts[at(2 * i)], parts[at(2 * i + 1)]);
  return values;
}

const naive::ComplexMatrix dictionary{measured, unknown, random_numbers(measured* unknown, 1)};
const naive::ComplexVector observations = random_numbers(samples * measured, 2);

Dataset data() { return Dataset().add("g", 1, 2 * measured, as_pairs(observations, measured)); }

/// 1/2 |g - A x|^2 + sum weight |x|, the weight a share of the largest |A^H g| of each sample.
Model complex_model(double share) {
  Model m("complex");
  const Complex g = complex_observed(m, "g", {measured});
  const ComplexParam A = complex_param(m, "A", matrix(measured, unknown), dictionary.entries);
  const ComplexLatent x = complex_latent(m, "x", {unknown});
  const Param part = m.param("part", share, nonneg);
  m.factor("fit", ComplexSquaredError{g, A * x});
  m.factor("sparse", ComplexL1{part * max(abs(adjoint(dense(A), {unknown}) * g)), x});
  return m;
}

std::vector<double> half(const naive::ComplexVector& z, bool imaginary) {
  std::vector<double> v;
  for (const auto& x : z) v.push_back(imaginary ? x.imag() : x.real());
  return v;
}

/// The same by hand: real matrices, and groups of two.
Model real_model(double share) {
  Model m("pairs");
  const Observed g = m.observed("g", {2 * measured});
  const Param re = m.param("re", matrix(measured, unknown), half(dictionary.entries, false)),
              im = m.param("im", matrix(measured, unknown), half(dictionary.entries, true));
  const Latent x = m.latent("x", {2 * unknown});
  const Param part = m.param("part", share, nonneg);
  const Expr g_re = slice(g, 0, measured), g_im = slice(g, measured, measured);
  const Expr x_re = slice(x, 0, unknown), x_im = slice(x, unknown, unknown);
  m.factor("real part", SquaredError{g_re, re * x_re - im * x_im});
  m.factor("imaginary part", SquaredError{g_im, re * x_im + im * x_re});
  const Expr re_t = transpose(re), im_t = transpose(im);
  const Expr size = sqrt(pow(re_t * g_re + im_t * g_im, 2) + pow(re_t * g_im - im_t * g_re, 2));
  std::vector<int> group;
  for (int i = 0; i < 2 * unknown; ++i) group.push_back(i % unknown);
  m.factor("sparse", GroupLasso{part * max(size), x, group});
  return m;
}

double largest_product(int sample) {
  const naive::ComplexVector g(observations.begin() + sample * measured,
                               observations.begin() + (sample + 1) * measured);
  double most = 0;
  for (const auto& z : naive::multiply_adjoint(dictionary, g)) most = std::max(most, std::abs(z));
  return most;
}

}  // namespace

TEST_CASE("complex ISTA and FISTA equal loops over std::complex") {
  const double share = 0.125;
  for (const bool accelerated : {false, true}) {
    const Model m = complex_model(share);
    const Network network = unroll(m, ProximalGradient{.accelerated = accelerated}, layers).compile();
    const double step = network.parameter("ista.step").values[0];
    const Numbers results = run_double(network, data());
    for (int s = 0; s < samples; ++s) {
      const naive::ComplexVector g(observations.begin() + s * measured,
                                   observations.begin() + (s + 1) * measured);
      for (int n = 1; n <= layers; ++n) {
        const naive::ComplexVector expected =
            naive::ista(dictionary, g, share * largest_product(s), step, n, accelerated);
        std::vector<double> pair = half(expected, false), im = half(expected, true);
        pair.insert(pair.end(), im.begin(), im.end());
        CHECK(difference(latents(network, results, n, s, samples), pair) < 1e-12);
      }
    }
  }
}

TEST_CASE("the norm of a complex matrix is that of its pairs") {
  const Model m = complex_model(0.1);
  const operators::LinearMap map(m, m.factors()[0].spec.args[1], 0, "test", Where::here());
  naive::ComplexVector v(unknown, 1.0);
  double norm = 0;
  for (int i = 0; i < 2000; ++i) {
    v = naive::multiply_adjoint(dictionary, naive::multiply(dictionary, v));
    norm = 0;
    for (const auto& z : v) norm += std::norm(z);
    norm = std::sqrt(norm);
    for (auto& z : v) z /= norm;
  }
  CHECK(map.squared_norm() == doctest::Approx(norm).epsilon(1e-6));
}

TEST_CASE("ADMM and proximal gradient find one minimum of a complex objective") {
  const Model m = complex_model(0.25);
  const Network slow = unroll(m, ProximalGradient{.accelerated = true}, 1500).compile(),
                admm = unroll(m, Admm{}, 1500).compile();
  const Numbers a = run_double(slow, data()), b = run_double(admm, data());
  CHECK(difference(a.at("x@1500"), b.at("x@1500")) < 1e-6);
}

TEST_CASE("gradients of a complex program are those of the pairs of reals written by hand") {
  // Steps are given: that of two factors is chosen more carefully than that of one.
  const std::vector<AlgorithmPointer> algorithms = {ProximalGradient{.step = 0.1},
                                                    ProximalGradient{.accelerated = true, .step = 0.1},
                                                    Admm{.penalty = 2, .step = 0.1}};
  for (const AlgorithmPointer& algorithm : algorithms) {
    INFO(algorithm->name());
    const Numbers pairs = gradients(unroll(complex_model(0.125), algorithm, 4).compile(), data());
    Numbers by_hand = gradients(unroll(real_model(0.125), algorithm, 4).compile(), data());
    std::vector<double> parts = by_hand.at("re");
    parts.insert(parts.end(), by_hand.at("im").begin(), by_hand.at("im").end());
    CHECK(difference(pairs.at("A"), parts) < 1e-11);
    for (const auto& [name, slope] : pairs)
      if (name != "A") CHECK(difference(slope, by_hand.at(name)) < 1e-11);
  }
}

TEST_CASE("gradients of complex programs agree with differences, at magnitude zero too") {
  const Network network = unroll(complex_model(0.125), ProximalGradient{}, 4).compile();
  const Numbers slopes = gradients(network, data());
  ir::Graph graph = program_of(network);
  Numbers leaves = leaves_of(network, data());
  const auto loss = [&] {
    double sum = 0, weight = 1;  // as gradients() has it
    const Numbers results = evaluate<double>(graph, leaves, samples);
    for (const auto& [name, v] : graph.outputs) {
      for (const double x : results.at(name)) sum += weight * x * x;
      weight = weight > 2 ? 0.7 : weight + 0.13;
    }
    return sum;
  };
  for (const char* name : {"A", "part", "ista.step"})
    for (std::size_t i = 0; i < leaves.at(name).size(); ++i) {
      double& x = leaves.at(name)[i];
      const double middle = x, h = 1e-5;
      x = middle + h;
      const double above = loss();
      x = middle - h;
      const double below = loss();
      x = middle;
      CHECK(slopes.at(name)[i] == doctest::Approx((above - below) / (2 * h)).epsilon(1e-6));
    }

  Model m("zero");
  const ComplexParam z = complex_param(m, "z", vector(2), {0.0, {3, 4}});
  const ComplexLatent x = complex_latent(m, "x", {2});
  m.factor("fit", ComplexSquaredError{complex_observed(m, "g", {2}), x});
  m.readout("sizes", abs(z));
  const Numbers at_zero =
      gradients(unroll(m, ProximalGradient{}, 1).compile(), Dataset().add("g", 1, 4, {0, 0, 0, 0}));
  CHECK(at_zero.at("z")[0] == 0);
  CHECK(at_zero.at("z")[2] == 0);
  CHECK(at_zero.at("z")[1] != 0);
}

}  // namespace unfurl::test

TEST_SUITE_END();
