/// The rows of comparisons of `lista`.
#pragma once

#include "models/lista/model.hpp"

namespace unfurl::lista_model {

/// What rows are made of.
struct Bench {
  const Problem& problem;
  std::shared_ptr<const Problem> batched;  ///< the same with the batches of an algorithm that rows train with
  Settings settings;
  const SparseCodes& codes;
  const Dataset& validation;
};

/// ISTA and FISTA, what they become by training, networks with the analytic weight, and message passing.
std::vector<Contender> usual_systems(const Bench& bench);
/// LISTA-CPSS with matrices, from A' / L on: with one for all layers, then from that with one for each.
std::vector<Contender> matrix_systems(const Bench& bench);
/// Networks with the analytic weight alone, and what they are measured by.
std::vector<Contender> analytic_systems(const Bench& bench);
/// Networks with the analytic weight as training leaves them on `other`.
std::vector<Contender> transferred_systems(const Bench& bench, const Bench& other);
/// A conventional network, as large as the time allows.
std::vector<Contender> conventional(const Settings& settings);

}  // namespace unfurl::lista_model
