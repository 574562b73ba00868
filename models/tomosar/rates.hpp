/// Rates of detection side by side: tables and pictures of several networks on the same scenes.
#pragma once

#include <filesystem>
#include <utility>
#include <vector>

#include "models/tomosar/scene.hpp"

namespace unfurl::tomosar_model {

/// The difference of two rates on the same trials, of which so many were hit by the first alone and by the second alone, and half
/// its 95 % interval.
std::pair<double, double> paired_difference(int first, int second, int trials);
/// Rates of detection over separation and SNR, with their intervals in a file, those of every two networks' differences in
/// another, and profiles of some scenes.
std::vector<Illustration> detection_pictures(const std::vector<Exhibit>& networks,
                                             const std::vector<Scene>& scenes, const Dataset& data,
                                             const std::filesystem::path& folder);

}  // namespace unfurl::tomosar_model
