#include "models/lista/codes.hpp"

#include <algorithm>
#include <cmath>

namespace unfurl::lista_model {

namespace {

constexpr double density = 0.1;

double decibels(double error, double power) {
  return 10 * std::log10(std::max(error, 1e-30) / std::max(power, 1e-30));
}

}  // namespace

Model declare(const std::vector<double>& dictionary, double weight) {
  Model m("lista");
  auto b = m.observed("b", {measurements});
  auto A = m.param("A", matrix(measurements, unknowns), dictionary);
  auto lambda = m.param("lambda", weight, nonneg);
  auto x = m.latent("x", {unknowns});
  m.factor("fit", SquaredError{b, A * x});
  m.factor("sparse", L1{lambda, x});
  return m;
}

std::vector<double> gaussian_dictionary(std::uint64_t seed) {
  Random random(seed);
  std::vector<double> a(static_cast<std::size_t>(measurements) * unknowns);
  for (double& v : a) v = random.normal();
  for (std::size_t j = 0; j < unknowns; ++j) {
    double square = 0;
    for (std::size_t i = j; i < a.size(); i += unknowns) square += a[i] * a[i];
    for (std::size_t i = j; i < a.size(); i += unknowns) a[i] /= std::sqrt(square);
  }
  return a;
}

Dataset make_codes(const std::vector<double>& dictionary, int count, std::uint64_t seed) {
  Random random(seed);
  std::vector<float> codes(static_cast<std::size_t>(count) * unknowns), measured;
  std::vector<double> b(measurements);
  for (std::size_t s = 0; s < static_cast<std::size_t>(count); ++s) {
    std::fill(b.begin(), b.end(), 0.0);
    for (std::size_t j = 0; j < unknowns; ++j) {
      if (random.uniform() >= density) continue;
      const double v = random.normal();
      codes[s * unknowns + j] = static_cast<float>(v);
      for (std::size_t i = 0; i < measurements; ++i) b[i] += dictionary[i * unknowns + j] * v;
    }
    for (double v : b) measured.push_back(static_cast<float>(v));
  }
  Dataset data;
  data.add("code", 1, unknowns, std::move(codes)).add("b", 1, measurements, std::move(measured));
  return data;
}

Metric measure(const Network& network, const Dataset& data) {
  const Dataset result = network.run(data, {"x"});
  const std::vector<float>&found = result["x"].values, &codes = data["code"].values;
  Metric nmse{"NMSE", "dB", false, 0, {}};
  double error = 0, power = 0;
  for (std::size_t first = 0; first < codes.size(); first += unknowns) {
    double e = 0, p = 0;
    for (std::size_t i = first; i < first + unknowns; ++i) {
      e += (found[i] - codes[i]) * (found[i] - codes[i]);
      p += codes[i] * codes[i];
    }
    nmse.per_item.push_back(decibels(e, p));
    error += e;
    power += p;
  }
  nmse.value = decibels(error, power);
  return nmse;
}

}  // namespace unfurl::lista_model
