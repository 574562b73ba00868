/// The choices of deep NMF.
#pragma once

#include <string>

#include "models/speech/frames.hpp"

namespace unfurl::deep_nmf_model {

inline constexpr int usual_layers = 10;
inline constexpr double usual_beta = 1, usual_excerpt = 2;

/// What the options say.
struct Shape : FrameShape {
  int rank = 100;                           ///< atoms of each of the two sources
  double sparsity = 5, noise_sparsity = 5;  ///< weights of the sums of the activations of speech and noise
  double beta = 1;  ///< of the divergence; proximal steps take squared errors whatever it says
  bool learned_beta = false;
  bool proximal = false;
  bool signs = false;        ///< parameters may be negative
  std::string start;         ///< of the activations: "constant", "carried", "mixed"
  bool convolutive = false;  ///< what is heard has a part that the last frame's activations left behind
  bool own_reconstruction = true;
  bool unit_columns = false;  ///< activations are of the dictionary with its columns divided by their norms

  explicit Shape(const Settings& settings);
  int rows() const { return bins() * width(); }
  int atoms() const { return 2 * rank; }
  bool looks_back() const { return start != "constant" || convolutive; }
};

/// Refuses what cannot be trained, before anything is fitted. Throws ModelError.
Shape checked(const Settings& settings);

/// What the command line may choose.
std::vector<Option> choices();

}  // namespace unfurl::deep_nmf_model
