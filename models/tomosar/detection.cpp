#include "models/tomosar/detection.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "models/tomosar/refinement.hpp"
#include "unfurl/complex.hpp"

namespace unfurl::tomosar_model {

Loss profile_error() {
  return {[weights = window(profile_width)](LossContext& c) {
    ir::Builder& b = c.builder;
    const ir::Value x = c.result("x");
    const ir::Value square = b.square(x);
    const ir::Value size = b.sqrt(
        b.add(b.add(b.slice_rows(square, 0, grid), b.slice_rows(square, grid, grid)), b.constant(1e-12)));
    const ir::Value seen = b.matmul(b.constant(weights, {grid, grid, false}), size);
    const ir::Value profile = c.target("profile", {1, grid, true});
    const ir::Value more = b.relu(b.sub(seen, profile)), less = b.relu(b.sub(profile, seen));
    const ir::Value excess = c.target("excess", {1, 1, true});
    const ir::Value each = b.add(b.mul(b.square(more), excess), b.square(less));
    return b.mul(b.sum_to(each, {1, 1, true}), c.target("weight", {1, 1, true}));
  }};
}

std::vector<std::vector<double>> magnitudes(const std::vector<float>& x) {
  std::vector<std::vector<double>> all;
  const std::vector<std::complex<double>> numbers = from_pairs(x, grid);
  for (std::size_t first = 0; first < numbers.size(); first += grid) {
    all.emplace_back();
    for (std::size_t i = first; i < first + grid; ++i) all.back().push_back(std::abs(numbers[i]));
  }
  return all;
}

std::vector<Metric> detection(const std::vector<Scene>& scenes, const std::vector<float>& x) {
  Metric detected{"detected", "", true, 0, {}}, alarms{"false alarms", "", false, 0, {}};
  const std::vector<std::vector<double>> found = magnitudes(x);
  int singles = 0;
  for (std::size_t s = 0; s < scenes.size(); ++s) {
    const double hit = detects(scenes[s], found[s]) ? 1 : 0;
    if (!scenes[s].single()) {
      detected.per_item.push_back(hit);
      detected.value += hit;
    } else {
      ++singles;
      alarms.value += hit;
    }
  }
  detected.value /= static_cast<double>(detected.per_item.size());
  alarms.value /= singles;
  return {detected, alarms};
}

std::vector<Metric> height_errors(const std::vector<Scene>& scenes, const Dataset& data,
                                  const std::vector<float>& x, const std::string& suffix) {
  const std::vector<std::vector<double>> found = magnitudes(x);
  const std::vector<std::complex<double>> g = from_pairs(data["g"].values, baselines);
  double before = 0, after = 0;
  int pairs = 0;
  const auto distance = [](const Scene& scene, std::vector<double> heights) {
    std::sort(heights.begin(), heights.end());
    return (std::abs(heights[0] - scene.lower()) + std::abs(heights[1] - scene.upper())) / 2 * spacing;
  };
  for (std::size_t s = 0; s < scenes.size(); ++s) {
    if (scenes[s].single() || !detects(scenes[s], found[s])) continue;
    const std::vector<int> at_points = peaks(found[s]);
    const std::vector<double> heights(at_points.begin(), at_points.end());
    before += distance(scenes[s], heights);
    after += distance(scenes[s], refined(std::span(g).subspan(s * baselines, baselines), heights));
    ++pairs;
  }
  const double share = pairs > 0 ? 1.0 / pairs : std::numeric_limits<double>::quiet_NaN();
  return {{"error" + suffix, "Rayleigh", false, before * share, {}},
          {"refined" + suffix, "Rayleigh", false, after * share, {}}};
}

std::vector<Grouping> detection_groups(const std::vector<Scene>& scenes) {
  Grouping levels{"SNR [dB]", {}}, separations{"separation [Rayleigh]", {}};
  for (const Scene& scene : scenes) {
    if (scene.single()) continue;
    levels.labels.push_back(detail::cat(scene.snr));
    separations.labels.push_back(detail::cat(std::round(scene.separation() * 100) / 100));
  }
  return {levels, separations};
}

}  // namespace unfurl::tomosar_model
