/// Networks for sparse codes as they start, and what trains before the comparison.
#pragma once

#include "models/lista/systems.hpp"

namespace unfurl::lista_model {

/// The plain algorithm with the best of some weights.
Network best_weight(const Bench& bench, const AlgorithmPointer& algorithm, int iterations,
                    const std::vector<double>& weights);
/// The network of a row, as a comparison trains it.
void train(const Bench& bench, Contender& row);
/// LISTA that computes what a trained untied network does: x <- soft(S x + B b, theta) with S = I - t A'A,
/// B = t A' and theta = t lambda for its steps t. From S and B of plain ISTA, training takes far longer to get
/// there.
Network lista_from(const Bench& bench, Network untied);
/// The analytic weight, and a step and a threshold for each layer, falling at first.
Network alista(const Bench& bench, bool selection);
Network hyperlista(const Bench& bench, const HyperLista& rule);
/// With the three numbers that a search finds.
Network hyperlista_by_grid(const Bench& bench);

}  // namespace unfurl::lista_model
