// How far the formulas of a model reach in time: which frames around the present one, and whether they look back at latents.
#pragma once

#include "unfurl/extend/signature.hpp"
#include "unfurl/model.hpp"

namespace unfurl {

struct Reach {
  /// For samples of `frames` consecutive frames.
  Reach(const Model& model, int frames);

  /// Whether the value of latent number i in the previous frame is used.
  bool looks_back(std::size_t latent) const { return back[latent]; }
  static std::string name_of_previous(const Model::LatentDeclaration& latent) {
    return latent.name + ".previous";
  }
  /// Type of observed input number i as the network reads it: all frames of a sample and those around them.
  ir::Type type_of(const Model::ObservedDeclaration& declared, std::size_t index) const;
  /// What the network reads: the observed inputs, then the latents it looks back at.
  std::vector<Input> inputs(const Model& model) const;
  std::vector<CarriedState> states(const Model& model) const;

  int frames;
  std::vector<int> past, ahead;  ///< frames before and after, per observed input
  std::vector<bool> back;        ///< per latent
};

}  // namespace unfurl
