/// What networks cost to run, whatever they run on.
#pragma once

#include <vector>

#include "unfurl/network.hpp"

namespace unfurl {

/// Multiplications that are added up for one sample of a large batch, in matrix products and convolutions, for all results
/// of the last layer. What is the same for all samples, such as a first layer's product with zeros, is done once and counts
/// nothing; nor do maps of entries.
double multiply_adds(const Network& network);
/// Of them, in each layer; what belongs to no layer is left out.
std::vector<double> multiply_adds_of_layers(const Network& network);

}  // namespace unfurl
