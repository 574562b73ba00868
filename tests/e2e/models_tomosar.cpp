// Scatterers in radar pixels: the draws are what is written, every system of the comparison runs, and training pays.
#include <doctest/doctest.h>

#include <cmath>

#include "models/models.hpp"
#include "models/tomosar/scene.hpp"
#include "unfurl/complex.hpp"

using namespace unfurl;
using namespace unfurl::tomosar_model;

TEST_SUITE("e2e") {
  TEST_CASE("tomosar: scenes are seen through the steering vectors, with noise of the SNR") {
    const std::vector<std::complex<double>> a = steering();
    double noise = 0;
    constexpr int count = 400;
    const std::vector<Scene> scenes(count, Scene{60, 72, 6});
    const Dataset data = measured(scenes, 3);
    const auto g = from_pairs(data["g"].values, baselines);
    for (int s = 0; s < count; ++s) {
      std::complex<double> mean =
          0;  // what is left of g where both scatterers are taken out, by least squares
      std::complex<double> along[2] = {0, 0}, across = 0;
      for (int i = 0; i < baselines; ++i) {
        const auto v = g[static_cast<std::size_t>(s * baselines + i)];
        const auto p = a[static_cast<std::size_t>(i * grid + 60)],
                   q = a[static_cast<std::size_t>(i * grid + 72)];
        along[0] += std::conj(p) * v, along[1] += std::conj(q) * v, across += std::conj(p) * q;
        mean += std::norm(v);
      }
      const double rest = 1 - std::norm(across);
      const auto x = (along[0] - across * along[1]) / rest,
                 y = (along[1] - std::conj(across) * along[0]) / rest;
      noise += (mean - std::conj(along[0]) * x - std::conj(along[1]) * y).real() / (baselines - 2) / count;
    }
    CHECK(noise == doctest::Approx(std::pow(10, -0.6)).epsilon(0.05));
    double mass = 0;
    for (int l = 0; l < grid; ++l) mass += data["profile"].values[static_cast<std::size_t>(l)];
    CHECK(mass == doctest::Approx(10).epsilon(1e-5));
  }

  TEST_CASE("tomosar: peaks, hits and their interval") {
    std::vector<double> profile(grid, 0.0);
    profile[50] = 2, profile[62] = 1, profile[80] = 0.5;
    CHECK(peaks(profile) == std::vector<int>{50, 62});
    CHECK(detects({52, 64, 0}, profile));
    CHECK(detects({56, 68, 0}, profile));
    CHECK(!detects({57, 69, 0}, profile));
    CHECK(detects({50, 50, 0}, profile));
    profile[62] = 0.59;
    CHECK(peaks(profile) == std::vector<int>{50});
    CHECK(!detects({50, 50, 0}, profile));
    profile[51] = 2;  // a plateau is one peak
    CHECK(peaks(profile).size() == 1);
    const auto [low, high] = binomial_interval(45, 50);
    CHECK(low == doctest::Approx(0.7864).epsilon(1e-3));
    CHECK(high == doctest::Approx(0.9565).epsilon(1e-3));
  }

  TEST_CASE("tomosar: training lowers the error below that of FISTA of as many layers") {
    const auto task = tomosar({.training = 512, .validation = 16, .pairs = 12, .singles = 12, .many = 40});
    Request asked;
    asked.layers = 8;
    asked.epochs = 6;
    Settings settings = complete(*task, asked);
    const auto problem = task->prepare(settings);
    std::map<std::string, double> error;
    for (const Contender& c : problem->contenders(settings)) {
      Network network = *c.network;
      Trainer trainer{.loss = problem->loss(),
                      .optimizer = problem->optimizer(),
                      .epochs = settings.epochs,
                      .batch = problem->batch()};
      if (c.trained) trainer.fit(network, problem->training());
      error[c.name] = evaluate_loss(network, problem->loss(), problem->validation());
      const std::vector<Metric> metrics = problem->evaluate(network);
      REQUIRE(metrics.size() == 2);
      CHECK(metrics[0].per_item.size() == 240);
    }
    CHECK(error.at("untied") < error.at("untrained"));
    CHECK(error.at("untied") < error.at("FISTA"));
  }
}
