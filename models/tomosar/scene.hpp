/// Radar pixels with one or two scatterers above each other, and what a detector finds in them.
#pragma once

#include <complex>
#include <span>
#include <utility>
#include <vector>

#include "models/models.hpp"

namespace unfurl::tomosar_model {

inline constexpr int baselines = 25, grid = 200;
inline constexpr double spacing = 0.05;  ///< of the grid, in Rayleigh resolutions 1 / aperture

/// What 25 antennas at nearly regular places along an aperture of 1 see of every height: a_l = exp(-2 pi i xi s_l) / 5, by
/// rows. The antennas are the same ones whatever the seed.
std::vector<std::complex<double>> steering();

/// Two scatterers of unit strength and random phase, or one: grid points, the same ones twice for a single one.
struct Scene {
  int first = 0, second = 0;
  double snr = 0;  ///< of one scatterer in one measurement, in dB
  bool single() const { return first == second; }
  double separation() const { return (second - first) * spacing; }
};

/// Scenes at every SNR of 0, 3, 6 and 10 dB: `pairs` of two at each separation of 0.4, 0.6 ... 1.2, then `singles`.
std::vector<Scene> test_scenes(const TomosarSizes& sizes, std::uint64_t seed);
inline constexpr double test_snr[] = {0, 3, 6, 10}, test_separations[] = {0.4, 0.6, 0.8, 1.0, 1.2};
/// Scenes to learn from: separations of 0.3 to 1.4 and SNRs of 0 to 12 dB, all equally likely, half of them single.
std::vector<Scene> training_scenes(int count, std::uint64_t seed);

/// "g", what is measured, "profile", the magnitudes of the scatterers over the grid, seen through a Gaussian window, and
/// "weight", of the scene in the loss: of single scatterers the more, the less noise there is to excuse false alarms.
Dataset measured(const std::vector<Scene>& scenes, std::uint64_t seed);
/// That window, [grid, grid].
std::vector<double> window();

/// Grid points of the peaks of a profile: of the two highest local maxima, the second if it has 0.3 of the first; highest
/// first.
std::vector<int> peaks(std::span<const double> magnitudes);
/// Whether the peaks are two, each within half the separation of its scatterer. Of a single scatterer: whether there are two.
bool detects(const Scene& scene, std::span<const double> magnitudes);

/// The 95 % interval of a probability of which `hits` of `trials` came true [Wilson27].
std::pair<double, double> binomial_interval(int hits, int trials);

}  // namespace unfurl::tomosar_model
