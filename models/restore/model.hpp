/// The model of pictures, and its network.
#pragma once

#include "models/models.hpp"
#include "models/restore/pictures.hpp"

namespace unfurl::restore_model {

inline constexpr int channels = 8;  ///< inside the proximal network

/// What the options say.
struct Choice {
  bool few_frequencies = false, learned = true;
  bool admm = false;
  int height = 0, width = 0;
  double weight = 0.01;  ///< of the total variation
  std::uint64_t seed = 1;
  Choice(const Settings& s, int h, int w)
      : few_frequencies(s.word("task") == "frequencies"),
        learned(s.word("prior") == "network"),
        admm(s.algorithm == "admm"),
        height(h),
        width(w),
        seed(s.seed) {}
  Degradation degradation() const {
    return few_frequencies ? restore_model::few_frequencies(height, width) : blur(height, width);
  }
};

Model declare(const Choice& choice);

/// Unrolled and compiled. What degrades the pictures is known and stays.
Network unfolded(const Model& model, const Settings& settings);

}  // namespace unfurl::restore_model
