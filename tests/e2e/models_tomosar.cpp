// Scatterers in radar pixels: the draws are what is written, every system of the comparison runs, and training pays.
#include <doctest/doctest.h>

#include <cmath>

#include "models/models.hpp"
#include "models/tomosar/detection.hpp"
#include "models/tomosar/rates.hpp"
#include "models/tomosar/refinement.hpp"
#include "models/tomosar/scene.hpp"
#include "unfurl/at.hpp"
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
        const auto v = g[at(s * baselines + i)];
        const auto p = a[at(i * grid + 60)], q = a[at(i * grid + 72)];
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
    const auto [difference, half] = paired_difference(30, 10, 200);
    CHECK(difference == doctest::Approx(0.1));
    CHECK(half == doctest::Approx(1.96 * std::sqrt((0.2 - 0.01) / 200)).epsilon(1e-4));
    CHECK(paired_difference(0, 0, 5) == std::pair(0.0, 0.0));
  }

  TEST_CASE("tomosar: without noise, refined heights are the true ones, of one and of two scatterers") {
    Random random(4);
    for (const double apart : {0.0, 8.0, 11.0, 16.0, 24.0})
      for (int trial = 0; trial < 20; ++trial) {
        INFO(apart);
        Scene scene{70, 70 + static_cast<int>(apart), 400};
        scene.above_first = random.uniform() - 0.5;
        scene.above_second = scene.single() ? scene.above_first : random.uniform() - 0.5;
        const Dataset data = measured({scene}, static_cast<std::uint64_t>(trial));
        const auto g = from_pairs(data["g"].values, baselines);
        std::vector<double> start = {70}, truth = {scene.lower()};
        if (!scene.single()) start.push_back(scene.second), truth.push_back(scene.upper());
        const std::vector<double> found = refined(g, start);
        REQUIRE(found.size() == truth.size());
        for (std::size_t k = 0; k < found.size(); ++k) CHECK(std::abs(found[k] - truth[k]) < 1e-4);
      }
    const std::vector<std::complex<double>> nothing(baselines, 0.0);
    CHECK(refined(nothing, {50, 60}) == std::vector<double>{50, 60});
    CHECK(refined(nothing, {50, 50}) == std::vector<double>{50, 50});
  }

  TEST_CASE("tomosar: in noise, the refined height of one scatterer has the least variance there is") {
    // Of a height s whose strength is not known, and so not the phase either: the bound of Cramer and Rao is
    // sigma^2 / (2 (2 pi)^2 sum (xi - mean xi)^2).
    double mean = 0, spread = 0;
    for (const double xi : antennas()) mean += xi / baselines;
    for (const double xi : antennas()) spread += (xi - mean) * (xi - mean);
    for (const double snr : {6.0, 20.0}) {
      constexpr int count = 2000;
      Random random(5);
      std::vector<Scene> scenes;
      for (int s = 0; s < count; ++s) {
        const double above = random.uniform() - 0.5;
        scenes.push_back({90, 90, snr, above, above});
      }
      const Dataset data = measured(scenes, 6);
      const auto g = from_pairs(data["g"].values, baselines);
      double squares = 0;
      for (std::size_t s = 0; s < scenes.size(); ++s) {
        const double found = refined(std::span(g).subspan(s * baselines, baselines), {90})[0];
        squares += std::pow((found - scenes[s].lower()) * spacing, 2) / count;
      }
      const double bound = std::pow(10, -snr / 10) / (2 * std::pow(2 * 3.141592653589793, 2) * spread);
      CHECK(squares == doctest::Approx(bound).epsilon(0.12));
    }
  }

  TEST_CASE("tomosar: distances to the truth are those of detected pairs, before and after refinement") {
    const std::vector<Scene> scenes = {{60, 80, 300, 0.25, -0.5}, {60, 80, 300, 0, 0}, {60, 60, 300, 0, 0}};
    const Dataset data = measured(scenes, 7);
    std::vector<std::complex<double>> x(3 * grid, 0.0);
    x[60] = x[80] = 1;  // seen
    x[grid + 20] = 1;   // not seen
    x[at(2 * grid + 60)] = 1;
    const std::vector<Metric> errors = height_errors(scenes, data, as_pairs(x, grid), ", off grid");
    REQUIRE(errors.size() == 2);
    CHECK(errors[0].name == "error, off grid");
    CHECK(errors[0].value == doctest::Approx(0.375 * spacing));
    CHECK(errors[1].value < 1e-5);
    const std::vector<Scene> between = scenes_between({.between = 3}, 8);
    CHECK(between.size() == 3 * std::size(test_snr) * std::size(test_separations));
    for (const Scene& scene : between) {
      CHECK(std::abs(scene.above_first) <= 0.5);
      CHECK(scene.above_first != scene.above_second);
    }
  }

  TEST_CASE("tomosar: training lowers the error below that of FISTA of as many layers") {
    const auto task =
        tomosar({.training = 512, .validation = 16, .pairs = 12, .singles = 12, .between = 2, .many = 40});
    Request asked;
    asked.layers = 8;
    asked.epochs = 6;
    const Settings settings = complete(*task, asked);
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
      REQUIRE(metrics.size() == 6);
      CHECK(metrics[0].per_item.size() == 240);
    }
    CHECK(error.at("untied") < error.at("untrained"));
    CHECK(error.at("untied") < error.at("FISTA"));
  }
}
