#include "models/tomosar/scene.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "unfurl/at.hpp"
#include "unfurl/complex.hpp"

namespace unfurl::tomosar_model {

namespace {

using Number = std::complex<double>;

constexpr int lowest = 40, highest = 160;  // grid points that have scatterers

Number phase(double turns) { return std::polar(1.0, 2 * std::numbers::pi * turns); }

/// A window around a grid point, of which everything adds up to 1.
double window_at(int distance, double width) {
  return std::exp(-distance * distance / (2 * width * width)) / (width * std::sqrt(2 * std::numbers::pi));
}

Scene pair(Random& random, double separation, double snr) {
  const int apart = static_cast<int>(std::lround(separation / spacing));
  const int first = lowest + random.below(highest - lowest - apart + 1);
  return {first, first + apart, snr};
}

}  // namespace

const std::vector<double>& antennas() {
  static const std::vector<double> places = [] {
    Random random(1);
    std::vector<double> xi;
    for (int i = 0; i < baselines; ++i) {
      const bool end = i == 0 || i == baselines - 1;
      xi.push_back((i + (end ? 0 : 0.4 * (random.uniform() - 0.5))) / (baselines - 1) - 0.5);
    }
    return xi;
  }();
  return places;
}

std::vector<Number> steering(double height) {
  constexpr int middle = grid / 2;
  std::vector<Number> a;
  for (const double xi : antennas())
    a.push_back(phase(-xi * (height - middle) * spacing) / std::sqrt(static_cast<double>(baselines)));
  return a;
}

std::vector<Number> steering() {
  std::vector<Number> a(at(baselines * grid));
  for (int l = 0; l < grid; ++l) {
    const std::vector<Number> column = steering(l);
    for (int i = 0; i < baselines; ++i) a[at(i * grid + l)] = column[at(i)];
  }
  return a;
}

std::vector<Scene> test_scenes(const TomosarSizes& sizes, std::uint64_t seed) {
  Random random(seed);
  std::vector<Scene> scenes;
  for (const double snr : test_snr)
    for (const double separation : test_separations)
      for (int i = 0; i < sizes.pairs; ++i) scenes.push_back(pair(random, separation, snr));
  for (const double snr : test_snr)
    for (int i = 0; i < sizes.singles; ++i) scenes.push_back(pair(random, 0, snr));
  return scenes;
}

std::vector<Scene> scenes_between(const TomosarSizes& sizes, std::uint64_t seed) {
  Random random(seed);
  std::vector<Scene> scenes;
  for (const double snr : test_snr)
    for (const double separation : test_separations)
      for (int i = 0; i < sizes.between; ++i) {
        Scene scene = pair(random, separation, snr);
        scene.above_first = random.uniform() - 0.5;
        scene.above_second = random.uniform() - 0.5;
        scenes.push_back(scene);
      }
  return scenes;
}

std::vector<Scene> training_scenes(int count, std::uint64_t seed) {
  Random random(seed);
  std::vector<Scene> scenes;
  for (int i = 0; i < count; ++i) {
    const double snr = 12 * random.uniform();
    const bool far = random.uniform() < 0.3;
    const double separation = far ? 1 + 0.65 * random.uniform() : 0.3 + 1.1 * random.uniform();
    scenes.push_back(pair(random, i % 2 == 0 ? 0 : separation, snr));
  }
  return scenes;
}

Dataset measured(const std::vector<Scene>& scenes, std::uint64_t seed) {
  const double strength = std::sqrt(static_cast<double>(baselines));  // columns have length 1
  Random random(seed);
  std::vector<Number> seen;
  std::vector<float> profiles, weights, excesses;
  for (const Scene& scene : scenes) {
    const Number one = strength * phase(random.uniform()), other = strength * phase(random.uniform());
    const double clear = std::clamp(scene.snr / 6, 0.0, 1.0);
    weights.push_back(static_cast<float>(scene.single() ? 1.5 + 2.5 * clear : 1));
    excesses.push_back(static_cast<float>(2 + 2 * clear));
    const double deviation = std::sqrt(std::pow(10, -scene.snr / 10) / 2);
    const std::vector<Number> lower = steering(scene.lower()), upper = steering(scene.upper());
    for (int i = 0; i < baselines; ++i) {
      Number g = one * lower[at(i)];
      if (!scene.single()) g += other * upper[at(i)];
      const double re = random.normal(), im = random.normal();
      seen.push_back(g + deviation * Number(re, im));
    }
    for (int l = 0; l < grid; ++l)
      profiles.push_back(
          static_cast<float>(strength * (window_at(l - scene.first, profile_width) +
                                         (scene.single() ? 0 : window_at(l - scene.second, profile_width)))));
  }
  Dataset data;
  data.add("g", 1, 2 * baselines, as_pairs(seen, baselines)).add("profile", 1, grid, std::move(profiles));
  data.add("weight", 1, 1, std::move(weights)).add("excess", 1, 1, std::move(excesses));
  return data;
}

std::vector<double> window(double width) {
  std::vector<double> w;
  for (int i = 0; i < grid; ++i)
    for (int j = 0; j < grid; ++j) w.push_back(window_at(i - j, width));
  return w;
}

std::vector<int> peaks(std::span<const double> m) {
  std::vector<int> found;
  for (std::size_t i = 0; i < m.size(); ++i)
    if (m[i] > (i == 0 ? 0 : m[i - 1]) && (i + 1 == m.size() || m[i] >= m[i + 1]))
      found.push_back(static_cast<int>(i));
  std::stable_sort(found.begin(), found.end(), [&](int i, int j) { return m[at(i)] > m[at(j)]; });
  if (found.size() > 2) found.resize(2);
  if (found.size() == 2 && m[at(found[1])] < 0.3 * m[at(found[0])]) found.pop_back();
  return found;
}

bool detects(const Scene& scene, std::span<const double> magnitudes) {
  std::vector<int> found = peaks(magnitudes);
  if (found.size() < 2) return false;
  if (scene.single()) return true;
  std::sort(found.begin(), found.end());
  const double apart = scene.upper() - scene.lower();
  return 2 * std::abs(found[0] - scene.lower()) <= apart && 2 * std::abs(found[1] - scene.upper()) <= apart;
}

std::pair<double, double> binomial_interval(int hits, int trials) {
  constexpr double z = 1.959963984540054;
  const double n = trials, p = hits / n, scale = 1 + z * z / n;
  const double middle = (p + z * z / (2 * n)) / scale;
  const double half = z * std::sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / scale;
  return {middle - half, middle + half};
}

}  // namespace unfurl::tomosar_model
