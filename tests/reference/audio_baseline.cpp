/// The metrics, the mixer and the short-time Fourier transform against numbers that other software made for
/// the development mixtures of the speech benchmark. UNFURL_REFERENCE_DATA names the folder whose
/// speech/dev holds them (mixtures.csv, mixtures_check.csv, baseline_dev.csv).

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "unfurl/audio.hpp"
#include "unfurl/metrics.hpp"

namespace {

using namespace unfurl::audio;
using Columns = std::map<std::string, std::string>;

std::filesystem::path development_set() {
  const char* root = std::getenv("UNFURL_REFERENCE_DATA");
  if (root == nullptr) {
    MESSAGE("skipped: UNFURL_REFERENCE_DATA does not name the folder with the reference data");
    return {};
  }
  return std::filesystem::path(root) / "speech" / "dev";
}

std::vector<Columns> table(const std::filesystem::path& path) {
  std::ifstream file(path);
  REQUIRE_MESSAGE(file.good(), "cannot read " << path.string());
  const auto fields = [](const std::string& line) {
    std::vector<std::string> result;
    std::istringstream in(line);
    for (std::string field; std::getline(in, field, ',');) result.push_back(field);
    return result;
  };
  std::string line;
  std::getline(file, line);
  const auto names = fields(line);
  std::vector<Columns> rows;
  while (std::getline(file, line)) {
    const auto values = fields(line);
    REQUIRE(values.size() == names.size());
    for (rows.emplace_back(); const auto& name : names)
      rows.back()[name] = values[static_cast<std::size_t>(&name - names.data())];
  }
  return rows;
}

double number(const Columns& row, const std::string& name) { return std::stod(row.at(name)); }

/// The mixture with the mask |clean| / (|clean| + |noise|) or, squared, |clean|^2 / (|clean|^2 + |noise|^2).
std::vector<float> masked_by_oracle(const Mixture& parts, bool squared) {
  const Stft stft(400, 160);
  std::vector<float> mask = stft.forward(parts.clean).magnitude();
  const std::vector<float> noise = stft.forward(parts.noise).magnitude();
  for (std::size_t i = 0; i < mask.size(); ++i) {
    const float s = squared ? mask[i] * mask[i] : mask[i], n = squared ? noise[i] * noise[i] : noise[i];
    mask[i] = s + n > 0 ? s / (s + n) : 0;
  }
  return stft.inverse(stft.forward(parts.mixture).masked(mask), parts.mixture.size());
}

}  // namespace

TEST_SUITE("reference") {
  TEST_CASE("mixtures: samples, gain, level and peak of every development mixture") {
    const auto folder = development_set();
    if (folder.empty()) return;
    const MixtureSet set(folder);
    const auto expected = table(folder / "mixtures_check.csv");
    REQUIRE(set.size() == expected.size());
    CHECK(set.rate() == 16000);
    for (std::size_t i = 0; i < set.size(); ++i) {
      INFO(set.rows()[i].id);
      CHECK(set.rows()[i].id == expected[i].at("id"));
      const Mixture parts = set.render(i);
      double sum = 0;
      float peak = 0;
      for (const float x : parts.mixture) {
        sum += static_cast<double>(x) * x;
        peak = std::max(peak, std::abs(x));
      }
      CHECK(static_cast<double>(parts.mixture.size()) == number(expected[i], "samples"));
      CHECK(parts.gain == doctest::Approx(number(expected[i], "gain")).epsilon(1e-7));
      CHECK(std::sqrt(sum / static_cast<double>(parts.mixture.size())) ==
            doctest::Approx(number(expected[i], "mix_rms")).epsilon(1e-7));
      CHECK(static_cast<double>(peak) == doctest::Approx(number(expected[i], "mix_peak")).epsilon(1e-6));
    }
  }

  TEST_CASE("metrics and STFT: SDR and SI-SDR of the mixtures and of the oracle masks") {
    const auto folder = development_set();
    if (folder.empty()) return;
    const MixtureSet set(folder);
    const auto expected = table(folder / "baseline_dev.csv");
    REQUIRE(set.size() == expected.size());
    double worst_mixture = 0, worst_oracle = 0;
    for (std::size_t i = 0; i < set.size(); ++i) {
      INFO(set.rows()[i].id);
      const Mixture parts = set.render(i);
      CHECK(parts.noise_type == expected[i].at("noise"));
      const auto compare = [&](const std::vector<float>& estimate, const std::string& system,
                               double tolerance) {
        const double sdr_error = std::abs(sdr(parts.clean, estimate) - number(expected[i], system + ":SDR"));
        const double si_error =
            std::abs(si_sdr(parts.clean, estimate) - number(expected[i], system + ":SI-SDR"));
        INFO(system);
        CHECK(sdr_error <= tolerance);
        CHECK(si_error <= tolerance);
        return std::max(sdr_error, si_error);
      };
      worst_mixture = std::max(worst_mixture, compare(parts.mixture, "mixture", 0.001));
      worst_oracle = std::max(worst_oracle, compare(masked_by_oracle(parts, false), "oracle IRM", 0.002));
      worst_oracle = std::max(worst_oracle, compare(masked_by_oracle(parts, true), "oracle Wiener", 0.002));
    }
    MESSAGE("largest differences: mixtures " << worst_mixture << " dB, oracle masks " << worst_oracle
                                             << " dB");
  }
}
