/// The model of pictures by sparse codes.
#pragma once

#include <memory>
#include <string>

#include "models/models.hpp"
#include "models/sparse_autoencoder/dictionaries.hpp"

namespace unfurl::sparse_autoencoder_model {

/// What the options of the task choose, and the pictures that dictionaries start from.
struct Choice {
  Dictionary dictionary = Dictionary::dense;
  std::string penalty = "topk";
  int count = 16, concepts = kernels, channels = 1;
  std::shared_ptr<const Pictures> start{};
  /// Throws ModelError for joint sparsity of codes that are not over pixels.
  Choice(const Settings& s, std::shared_ptr<const Pictures> pictures);
};

/// For pictures of n x n pixels. Where one code serves all of them errors count by area, where codes are over pixels so does
/// the number of non-zeros: steps and penalties mean the same at every resolution.
Model declare(const Choice& choice, int n);
Network unfolded(const Model& model, const Settings& settings);

}  // namespace unfurl::sparse_autoencoder_model
