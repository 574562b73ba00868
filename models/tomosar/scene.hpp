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

/// Where the 25 antennas are, nearly regularly along an aperture of 1: xi. The same ones whatever the seed.
const std::vector<double>& antennas();
/// What they see of a height, in grid points: a = exp(-2 pi i xi s) / 5; and of all grid points, by rows.
std::vector<std::complex<double>> steering(double height);
std::vector<std::complex<double>> steering();

/// Two scatterers of unit strength and random phase, or one: grid points, the same ones twice for a single one, and how far
/// above them the scatterers are, in grid points.
struct Scene {
  int first = 0, second = 0;
  double snr = 0;  ///< of one scatterer in one measurement, in dB
  double above_first = 0, above_second = 0;
  bool single() const { return first == second; }
  double separation() const { return (second - first) * spacing; }  ///< of the grid points
  double lower() const { return first + above_first; }
  double upper() const { return second + above_second; }
};

/// Scenes at every SNR of 0, 3, 6 and 10 dB: `pairs` of two at each separation of 0.4, 0.6 ... 1.2, then `singles`.
std::vector<Scene> test_scenes(const TomosarSizes& sizes, std::uint64_t seed);
/// Pairs alone, `between` of them, each scatterer anywhere up to half a grid point from its own.
std::vector<Scene> scenes_between(const TomosarSizes& sizes, std::uint64_t seed);
inline constexpr double test_snr[] = {0, 3, 6, 10}, test_separations[] = {0.4, 0.6, 0.8, 1.0, 1.2};
/// Scenes to learn from, at SNRs of 0 to 12 dB, half of them single: separations of 0.3 to 1.4, and of three pairs in ten of 1 to
/// 1.65, whose weaker peaks noise hides.
std::vector<Scene> training_scenes(int count, std::uint64_t seed);

/// "g", what is measured; "profile", the magnitudes of the scatterers over the grid, seen through a Gaussian window; "weight", of
/// the scene in the loss, and "excess", of what is too much: the more, the less noise there is to excuse false alarms.
Dataset measured(const std::vector<Scene>& scenes, std::uint64_t seed);
/// Gaussian windows of a standard deviation in grid points, [grid, grid]; and that of the profiles.
std::vector<double> window(double width);
inline constexpr double profile_width = 2;

/// Grid points of the peaks of a profile: of the two highest local maxima, the second if it has 0.3 of the first; highest
/// first.
std::vector<int> peaks(std::span<const double> magnitudes);
/// Whether the peaks are two, each within half the separation of its scatterer. Of a single scatterer: whether there are two.
bool detects(const Scene& scene, std::span<const double> magnitudes);

/// The 95 % interval of a probability of which `hits` of `trials` came true [Wilson27].
std::pair<double, double> binomial_interval(int hits, int trials);

}  // namespace unfurl::tomosar_model
