/// Pictures on a grid by belief propagation: what such models share. Each pixel is a variable "x" with a coupling to every
/// neighbour and evidence from what is seen of it.
#pragma once

#include "models/convolutional.hpp"
#include "models/grid/pictures.hpp"
#include "models/models.hpp"

namespace unfurl {

/// A model of pictures on a grid and what is special about it.
struct GridTask {
  std::string name, summary;
  ImageSizes sizes;
  /// All couplings alike, and one trust in what is seen.
  std::function<Model(int side, double coupling, double trust)> declare;
  /// Pictures: what is seen, as the model observes it, and the states, in an array of this name.
  std::function<Dataset(int side, int count, std::uint64_t seed)> make;
  std::string labels;
  std::vector<double> couplings,
      trusts;                      ///< that are tried for the plain algorithm, on pictures to train with
  double coupling = 1, trust = 1;  ///< of drawings
  Adam optimizer{};
  Adam optimizer_scaled{};  ///< of one scalar per layer: few new numbers bear larger steps
  int batch = 32;
  Adam optimizer_filters{};  ///< of the convolutional network
  int filters_share = 1;     ///< it trains for one of so many epochs
  std::string filters_note{};
  grid_model::Colours colours{};       ///< of the states, in pictures
  bool trains_at_convergence = false;  ///< an option for rows of truncated and implicit gradients

  operator std::shared_ptr<const Task>() const;
};

}  // namespace unfurl
