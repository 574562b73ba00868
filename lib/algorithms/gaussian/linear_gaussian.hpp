// What algorithms on linear-Gaussian observations share: which factors are which.
#pragma once

#include "algorithms/declarations.hpp"
#include "unfurl/extend/algorithm.hpp"
#include "unfurl/extend/prior.hpp"

namespace unfurl::algorithms {

struct Observations {
  std::vector<int> factors;  ///< declarations that observe
  std::vector<int> prior;    ///< of every latent
};

/// Throws ScheduleError for factors of other kinds, for latents without a prior or with several, and formulas that are not
/// linear in their latents.
Observations observations(const Model& model, const char* algorithm);

inline const PriorType& prior_of(const FactorGroup& g) {
  return dynamic_cast<const PriorType&>(*g.declaration->spec.type);
}

/// Sets all latents to zero, so that factors can be asked what does not depend on them.
void clear_latents(StepContext& c);

/// Adds what is believed of a latent to results: its name, ".variance" and ".logit", for every sample.
void put_moments(ir::Builder& b, Readouts& results, const Model::LatentDeclaration& latent, const Moments& m);

}  // namespace unfurl::algorithms
