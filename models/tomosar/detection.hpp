/// What is measured on radar pixels: how often two scatterers are detected, and how often one is taken for two.
#pragma once

#include <vector>

#include "models/tomosar/scene.hpp"

namespace unfurl::tomosar_model {

/// The squared distance of the magnitudes of x, seen through the window, from the profile, "excess" times where they are too large
/// (false peaks), times the weight of the scene.
Loss profile_error();

/// Of networks' results "image", pairs as a data set has them, for every scene.
std::vector<std::vector<double>> magnitudes(const std::vector<float>& x);

/// "detected", the share of pairs, with 0 or 1 for each of them, and "false alarms", the share of single scatterers.
std::vector<Metric> detection(const std::vector<Scene>& scenes, const std::vector<float>& x);
/// How far from the truth the detected ones of these pairs are on average, in Rayleigh resolutions: "error", of their peaks, and
/// "refined", after refinement by what was measured of them, "g"; with a suffix. Not numbers where none is detected.
std::vector<Metric> height_errors(const std::vector<Scene>& scenes, const Dataset& data,
                                  const std::vector<float>& x, const std::string& suffix);
/// The pairs by SNR and by separation.
std::vector<Grouping> detection_groups(const std::vector<Scene>& scenes);
}  // namespace unfurl::tomosar_model
