// Gaussian belief propagation against the solution of the linear system, differences, and training.
#include <doctest/doctest.h>

#include <Eigen/Cholesky>
#include <Eigen/LU>

#include "property/laws.hpp"
#include "unfurl/train.hpp"

TEST_SUITE_BEGIN("property");

namespace unfurl::test {

namespace {

/// Variables with evidence, and pairs with a smoothness or a coupling.
struct System {
  Model model{"system"};
  Eigen::MatrixXd precision;
  Eigen::VectorXd potential;
};

System system_of(Random& random, int n, const std::vector<std::pair<int, int>>& edges, double coupling) {
  System s;
  s.precision = Eigen::MatrixXd::Zero(n, n);
  s.potential = Eigen::VectorXd::Zero(n);
  const auto trust = exact_floats(random, n, 0.5, 2), mean = exact_floats(random, n, -2, 2);
  const auto x = s.model.continuous("x", {n});
  s.model.factor("data", each(x),
                 Gaussian{s.model.param("trust", vector(n), trust), s.model.param("mean", vector(n), mean)});
  for (int i = 0; i < n; ++i) {
    s.precision(i, i) += trust[at(i)];
    s.potential(i) += trust[at(i)] * mean[at(i)];
  }
  std::vector<std::pair<int, int>> smooth, joined;
  for (const auto& e : edges) (random.below(2) == 0 ? smooth : joined).push_back(e);
  if (!smooth.empty()) {
    const auto w = exact_floats(random, static_cast<int>(smooth.size()), 0.1, 2);
    const Edges list = pairs(x, smooth);
    s.model.factor("smooth", list, GaussianDifference{s.model.param("w", per_edge(list), w)});
    for (std::size_t e = 0; e < smooth.size(); ++e) {
      const auto [i, j] = smooth[e];
      s.precision(i, i) += w[e], s.precision(j, j) += w[e];
      s.precision(i, j) -= w[e], s.precision(j, i) -= w[e];
    }
  }
  if (!joined.empty()) {
    const auto c = exact_floats(random, static_cast<int>(joined.size()), -coupling, coupling);
    const Edges list = pairs(x, joined);
    s.model.factor("joined", list, GaussianCoupling{s.model.param("J", per_edge(list), c)});
    for (std::size_t e = 0; e < joined.size(); ++e) {
      const auto [i, j] = joined[e];
      s.precision(i, j) -= c[e], s.precision(j, i) -= c[e];
    }
  }
  return s;
}

Numbers run(const Model& m, const AlgorithmPointer& algorithm, int layers) {
  Dataset data;
  data.add("unused", 1, 1, {0});
  return run_double(unroll(m, algorithm, layers).compile(), data);
}

}  // namespace

TEST_CASE("Gaussian belief propagation is exact on trees: means and variances") {
  Random random(41);
  for (int trial = 0; trial < 30; ++trial) {
    const int n = 2 + random.below(8);
    std::vector<std::pair<int, int>> edges;
    for (int i = 1; i < n; ++i) edges.emplace_back(random.below(i), i);
    const System s = system_of(random, n, edges, 0.15);
    const Eigen::MatrixXd inverse = s.precision.inverse();
    const Eigen::VectorXd mean = inverse * s.potential;
    const Numbers results = run(s.model, GaussianBeliefPropagation{}, n);
    for (int i = 0; i < n; ++i) {
      CHECK(results.at("x@" + std::to_string(n))[at(i)] == doctest::Approx(mean(i)).epsilon(1e-12));
      CHECK(results.at("x.variance@" + std::to_string(n))[at(i)] ==
            doctest::Approx(inverse(i, i)).epsilon(1e-12));
    }
  }
}

TEST_CASE(
    "on graphs with loops the means are those of the linear system once they stand still; variances are "
    "not") {
  Random random(42);
  double worst_variance = 0;
  for (int trial = 0; trial < 10; ++trial) {
    const int n = 8;
    std::vector<std::pair<int, int>> edges;
    for (int i = 0; i < n; ++i) edges.emplace_back(i, (i + 1) % n);
    for (int more = 0; more < 6; ++more) {
      const auto two = random.permutation(n);
      edges.emplace_back(two[0], two[1]);
    }
    const System s = system_of(random, n, edges, 0.05);  // diagonally dominant, so walk-summable
    const Eigen::VectorXd mean = s.precision.ldlt().solve(s.potential);
    const Eigen::MatrixXd inverse = s.precision.inverse();
    for (const double damping : {0.0, 0.3}) {
      const Numbers results = run(s.model, GaussianBeliefPropagation{.damping = damping}, 400);
      for (int i = 0; i < n; ++i) {
        CHECK(std::abs(results.at("x@400")[at(i)] - mean(i)) < 1e-10);
        worst_variance =
            std::max(worst_variance, std::abs(results.at("x.variance@400")[at(i)] - inverse(i, i)));
      }
    }
  }
  CHECK(worst_variance > 1e-3);
}

TEST_CASE("gradients of Gaussian messages equal central differences, damping and layers included") {
  for (const LatentCase& c : gaussian_cases()) {
    Network network = unroll(c.model, c.algorithm, 3).untie(all).compile();
    const Numbers slopes = gradients(network, c.data);
    const auto loss = [&] {  // as in gradients()
      double sum = 0, weight = 1;
      const Numbers results = run_double(network, c.data);
      for (const auto& [name, v] : network.unrolled().graph.outputs) {
        for (double x : results.at(name)) sum += weight * x * x;
        weight = weight > 2 ? 0.7 : weight + 0.13;
      }
      return sum;
    };
    std::size_t compared = 0;
    for (Parameter& p : network.parameters())
      for (std::size_t i = 0; i < p.values.size(); i += 4) {
        if (slopes.count(p.name) == 0) continue;
        constexpr double h = 1e-4;
        const double x = p.values[i];
        const auto moved = [&](double to) {
          p.values[i] = to;
          const double result = loss();
          p.values[i] = x;
          return result;
        };
        const double slope =
            (8 * (moved(x + h) - moved(x - h)) - (moved(x + 2 * h) - moved(x - 2 * h))) / (12 * h);
        INFO(c.name << ", " << p.name);
        CHECK(slopes.at(p.name)[i] == doctest::Approx(slope).epsilon(1e-7));
        ++compared;
      }
    CHECK(compared > 20);
  }
}

TEST_CASE("precision and smoothness of a denoiser of real pixels are learned") {
  const int h = 6, w = 6, n = h * w, samples = 60;
  Random random(43);
  std::vector<float> clean, noisy;
  for (int s = 0; s < samples; ++s) {
    const double left = random.normal(), right = random.normal();
    for (int i = 0; i < n; ++i) {
      clean.push_back(static_cast<float>(i % w < w / 2 ? left : right));
      noisy.push_back(clean.back() + static_cast<float>(0.5 * random.normal()));
    }
  }
  Dataset data;
  data.add("clean", 1, n, clean).add("y", 1, n, noisy);
  Model m("pixels");
  const auto y = m.observed("y", {h, w});
  const auto x = m.continuous("x", {h, w});
  m.factor("data", each(x), Gaussian{1.0, y});
  m.factor("smooth", grid4(x), GaussianDifference{exp(m.param("w", -2.0))});
  Network network = unroll(m, GaussianBeliefPropagation{.damping = 0.1}, 4).untie(all).compile();
  const auto error = [&](const Network& of) {
    const Samples result = of.run(data, {"x"})["x"];
    double sum = 0;
    for (std::size_t i = 0; i < clean.size(); ++i)
      sum +=
          (result.values[i] - clean[i]) * (result.values[i] - clean[i]) / static_cast<double>(clean.size());
    return sum;
  };
  const double before = error(network);
  Trainer{
      .loss = loss::squared_error("x", "clean"), .optimizer = Adam{.rate = 0.05}, .epochs = 30, .batch = 20}
      .fit(network, fixed(data));
  CHECK(error(network) < 0.8 * before);
  CHECK(error(network) < 0.13);  // of noise 0.25
}

}  // namespace unfurl::test

TEST_SUITE_END();
