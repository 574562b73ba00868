// The Boltzmann machine: its unrolled untied network is a sigmoid network, and training approaches the best
// guess.
#include <doctest/doctest.h>

#include <cmath>

#include "models/models.hpp"

using namespace unfurl;

namespace {

constexpr int side = 6;
constexpr std::size_t pixels = side * side;

double sigmoid(double z) { return 1 / (1 + std::exp(-z)); }

/// All patterns of bars and stripes with their prior probabilities: every row, or every column, is all 0 or
/// all 1.
std::vector<std::vector<int>> bars_and_stripes() {
  std::vector<std::vector<int>> patterns;
  for (bool rows : {true, false})
    for (int lines = 0; lines < 1 << side; ++lines) {
      std::vector<int> p;
      for (int i = 0; i < side; ++i)
        for (int j = 0; j < side; ++j) p.push_back(lines >> (rows ? i : j) & 1);
      patterns.push_back(p);
    }
  return patterns;
}

/// Share of wrong pixels of the best guess for each, by Bayes' rule over all patterns, with 20 % of the
/// pixels flipped.
double best_error(const Dataset& data) {
  const auto patterns = bars_and_stripes();
  const std::vector<float>&seen = data["v"].values, &clean = data["clean"].values;
  double wrong = 0;
  for (std::size_t first = 0; first < seen.size(); first += pixels) {
    std::vector<double> on(pixels, 0);
    double total = 0;
    for (const std::vector<int>& p : patterns) {
      double weight = 1;
      for (std::size_t i = 0; i < pixels; ++i) weight *= (seen[first + i] > 0) == (p[i] == 1) ? 0.8 : 0.2;
      total += weight;
      for (std::size_t i = 0; i < pixels; ++i) on[i] += p[i] * weight;
    }
    for (std::size_t i = 0; i < pixels; ++i) wrong += (on[i] > total / 2) != (clean[first + i] > 0.5F);
  }
  return wrong / static_cast<double>(seen.size());
}

double error(const Network& network, const Dataset& data) {
  const Dataset result = network.run(data, {"x"});
  double wrong = 0;
  for (std::size_t i = 0; i < data["clean"].values.size(); ++i)
    wrong += (result["x"].values[i] > 0.5F) != (data["clean"].values[i] > 0.5F);
  return wrong / static_cast<double>(data["clean"].values.size());
}

}  // namespace

TEST_SUITE("e2e") {
  TEST_CASE("boltzmann: the untied network is a sigmoid network with a skip connection from the data") {
    const Settings settings = complete(*boltzmann(), {});
    const auto problem = boltzmann()->prepare(settings);
    Network network = problem->network(settings);
    Random random(4);
    for (Parameter& p : network.parameters())  // any weights, different in every layer
      for (double& v : p.values) v += 0.3 * random.normal();
    network.precision(Precision::f64);
    const Dataset data = problem->validation();
    const Dataset result = network.run(data, {"x"});

    double largest = 0;
    for (std::size_t s = 0; s < 20; ++s) {
      std::vector<double> mu(pixels, 0.5);
      for (int layer = 0; layer < network.layers(); ++layer) {
        const std::string copy = "@" + std::to_string(layer);
        const auto &W = network.parameter("W" + copy).values, &U = network.parameter("U" + copy).values,
                   &b = network.parameter("b" + copy).values;
        std::vector<double> next(pixels);
        for (std::size_t i = 0; i < pixels; ++i) {
          double z = 2 * b[i];  // evidence counts for spins, -1 and +1
          for (std::size_t j = 0; j < pixels; ++j) {
            z += 2 * U[i * pixels + j] * data["v"].values[s * pixels + j];
            if (i != j) z += 0.5 * (W[i * pixels + j] + W[j * pixels + i]) * mu[j];
          }
          next[i] = sigmoid(z);
        }
        mu = next;
      }
      for (std::size_t i = 0; i < pixels; ++i)
        largest = std::max(largest, std::abs(mu[i] - result["x"].values[s * pixels + i]));
    }
    CHECK(largest < 1e-6);  // results are handed out as float
  }

  TEST_CASE("boltzmann: training comes nearer to the best guess, and not beyond") {
    const Settings settings = complete(*boltzmann(), {});
    const auto problem = boltzmann()->prepare(settings);
    const Dataset held_out = *problem->training().load(1000, 0);  // an epoch that is never trained on
    Network network = problem->network(settings);
    const double before = error(network, held_out), best = best_error(held_out);
    Trainer{
        .loss = problem->loss(), .optimizer = problem->optimizer(), .epochs = 8, .batch = problem->batch()}
        .fit(network, problem->training());
    const double after = error(network, held_out);
    MESSAGE("bit error: untrained " << before << ", trained " << after << ", best " << best);
    CHECK(after < 0.7 * before);
    CHECK(after > best);
    CHECK(after < 2.5 * best + 0.02);
  }
}
