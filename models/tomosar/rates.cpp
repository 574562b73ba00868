#include "models/tomosar/rates.hpp"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <functional>
#include <iomanip>

#include "models/tomosar/detection.hpp"
#include "unfurl/at.hpp"

namespace unfurl::tomosar_model {

namespace {

std::vector<std::vector<double>> of_network(const Exhibit& exhibit, const Dataset& data) {
  return magnitudes(exhibit.network.run(data, {"image"})["image"].values);
}

/// Scenes of one SNR and separation (0: single ones), how many and how many of them hit.
struct Cell {
  double snr = 0, separation = 0;
  int trials = 0, hits = 0;
};
std::vector<Cell> cells(const std::vector<Scene>& scenes, const std::vector<std::vector<double>>& found) {
  std::vector<Cell> all;
  for (std::size_t s = 0; s < scenes.size(); ++s) {
    const Scene& scene = scenes[s];
    if (all.empty() || all.back().snr != scene.snr ||
        std::abs(all.back().separation - scene.separation()) > spacing / 2)
      all.push_back({scene.snr, scene.separation(), 0, 0});
    ++all.back().trials;
    all.back().hits += detects(scene, found[s]) ? 1 : 0;
  }
  return all;
}

/// Every two networks on the same scenes: how many one alone detects (or takes for two), and the difference of their rates.
void write_differences(const std::vector<Exhibit>& networks, const std::vector<Scene>& scenes,
                       const std::vector<std::vector<bool>>& hits, std::ostream& table) {
  table << "network,layers,other,other_layers,of,scenes,network_alone,other_alone,difference,low,high\n";
  for (const bool single : {false, true})
    for (std::size_t n = 0; n < networks.size(); ++n)
      for (std::size_t o = 0; o < n; ++o) {
        int count = 0, first = 0, second = 0;
        for (std::size_t s = 0; s < scenes.size(); ++s) {
          if (scenes[s].single() != single) continue;
          ++count;
          first += hits[n][s] && !hits[o][s] ? 1 : 0;
          second += hits[o][s] && !hits[n][s] ? 1 : 0;
        }
        const auto [difference, half] = paired_difference(first, second, count);
        table << std::quoted(networks[n].name) << ',' << networks[n].layers << ','
              << std::quoted(networks[o].name) << ',' << networks[o].layers << ','
              << (single ? "false alarms" : "detected") << ',' << count << ',' << first << ',' << second
              << ',' << difference << ',' << difference - half << ',' << difference + half << '\n';
      }
}

std::ofstream file_in(const std::filesystem::path& folder, const std::filesystem::path& name) {
  std::ofstream file(folder / name);
  if (!file)
    throw DataError("the rates of detection cannot be written", (folder / name).string(),
                    "choose a place where you may write");
  return file;
}

}  // namespace

std::pair<double, double> paired_difference(int first, int second, int trials) {
  const double n = trials, difference = (first - second) / n;
  const double variance = std::max(0.0, (first + second) / n - difference * difference) / n;
  return {difference, 1.959963984540054 * std::sqrt(variance)};
}

std::vector<Illustration> detection_pictures(const std::vector<Exhibit>& networks,
                                             const std::vector<Scene>& scenes, const Dataset& data,
                                             const std::filesystem::path& folder) {
  const std::filesystem::path file = "detection.csv", pairs_file = "differences.csv";
  std::ofstream table = file_in(folder, file), differences = file_in(folder, pairs_file);
  table << "network,layers,snr_db,separation,scenes,hits,rate,low,high\n";
  Illustration rates, profiles;
  rates.title = "Rates of detection";
  rates.caption =
      "Over separation (to the right) and SNR (downwards). The file has the rates with their 95 % intervals; "
      "separation 0: false alarms; differences.csv has the differences of every two networks on the same "
      "scenes.";
  rates.unit = "share";
  profiles.title = "Profiles";
  profiles.caption = "Magnitudes over heights, of scenes of two at 6 dB, a row each.";
  profiles.unit = "strength";
  profiles.across = "height [Rayleigh]";
  profiles.length = grid * spacing;
  std::vector<std::size_t> shown;
  for (std::size_t s = 0; s < scenes.size(); ++s)
    if (scenes[s].snr == 6 && !scenes[s].single() &&
        (s == 0 || std::abs(scenes[s].separation() - scenes[s - 1].separation()) > spacing / 2))
      for (std::size_t i = s; i < s + 8 && i < scenes.size() && !scenes[i].single(); ++i) shown.push_back(i);
  const auto panel = [&](const std::string& name, const std::function<double(std::size_t, int)>& value) {
    Panel p{name, static_cast<int>(shown.size()), grid, {}, {}};
    for (const std::size_t s : shown)
      for (int l = 0; l < grid; ++l) p.values.push_back(static_cast<float>(value(s, l)));
    profiles.panels.push_back(std::move(p));
  };
  panel("scatterers",
        [&](std::size_t s, int l) { return l == scenes[s].first || l == scenes[s].second ? 5 : 0; });
  std::vector<std::vector<bool>> hits;
  for (const Exhibit& exhibit : networks) {
    const auto found = of_network(exhibit, data);
    hits.emplace_back();
    for (std::size_t s = 0; s < scenes.size(); ++s) hits.back().push_back(detects(scenes[s], found[s]));
    Panel p{exhibit.name,
            static_cast<int>(std::size(test_snr)),
            static_cast<int>(std::size(test_separations)),
            {},
            {}};
    for (const Cell& cell : cells(scenes, found)) {
      const auto [low, high] = binomial_interval(cell.hits, cell.trials);
      const double rate = static_cast<double>(cell.hits) / cell.trials;
      table << std::quoted(exhibit.name) << ',' << exhibit.layers << ',' << cell.snr << ','
            << std::round(cell.separation * 100) / 100 << ',' << cell.trials << ',' << cell.hits << ','
            << rate << ',' << low << ',' << high << '\n';
      if (cell.separation > 0) p.values.push_back(static_cast<float>(rate));
    }
    if (rates.panels.empty()) p.file = file;
    rates.panels.push_back(std::move(p));
    panel(exhibit.name, [&](std::size_t s, int l) { return found[s][at(l)]; });
  }
  write_differences(networks, scenes, hits, differences);
  table.close(), differences.close();
  if (!table || !differences)
    throw DataError("the rates of detection cannot be written", folder.string(), "make room for them");
  return {rates, profiles};
}

}  // namespace unfurl::tomosar_model
