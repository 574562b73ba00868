/// The model of deep NMF, and its network.
#pragma once

#include <vector>

#include "models/deep_nmf/shape.hpp"

namespace unfurl::deep_nmf_model {

/// The model: V is a frame of the mixture's magnitudes, of which the dictionary explains a stack of neighbours.
Model declare(const Shape& shape, const std::vector<double>& dictionary);

/// Unrolled and compiled; what is read in one place alone is tied.
Network unrolled_network(const Model& model, const Shape& shape, const Settings& settings, int layers,
                         const std::string& tying);

}  // namespace unfurl::deep_nmf_model
