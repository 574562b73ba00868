// Objectives over one latent: a sum of smooth energies, and of penalties known by their proximal maps.
#pragma once

#include "algorithms/declarations.hpp"
#include "unfurl/extend/algorithm.hpp"

namespace unfurl::algorithms {

struct Composite {
  std::vector<int> smooth;     ///< declarations with an energy and without a proximal map
  std::vector<int> penalties;  ///< declarations with a proximal map
};

/// Throws ScheduleError for factors of another kind, for several latents, and where nothing is smooth.
Composite composite(const Model& model, const char* algorithm);

/// Throws ScheduleError, naming the factor, unless there is at most one penalty, and that of the latent itself.
void penalty_of_latent(const Model& model, const Composite& parts, const char* algorithm);

/// Throws ScheduleError, naming the first of these declarations whose formula is not linear in the latent.
void check_linear(const Model& model, const std::vector<int>& factors, const char* algorithm);

/// The latent that such a model has.
const Model::LatentDeclaration& latent_of(const Model& model);

/// A bound of the curvature of all smooth energies together in the latent: 1.001 times the sum of each one's own, times |A|_2^2
/// of the formula A x + c that it is about, at the initial values of the parameters. Throws ScheduleError where a factor
/// does not know its own, where A is not known without data, and where all is flat.
double curvature(const Model& model, const Composite& parts, const char* algorithm);

/// The sum of the smooth energies, per sample, at the latent's present value.
ir::Value smooth_energy(StepContext& c, const Composite& parts);
/// Its gradient in the latent, whose present value is `x`.
ir::Value smooth_gradient(StepContext& c, const Composite& parts, ir::Value x);

}  // namespace unfurl::algorithms
