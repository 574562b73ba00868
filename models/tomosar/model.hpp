/// The model of a pixel, and the layers that are trained for it.
#pragma once

#include "models/models.hpp"

namespace unfurl::tomosar_model {

/// Thresholds follow the largest entry of A^H g, or are the algorithm's own. The read-out "image" is x, or x seen through a Gaussian
/// window of 1.5 grid points, in which a peak that is split in two is one.
Model declare(bool own_thresholds, double share, bool windowed);
/// Starts as FISTA does, with the weight regularised until it is almost A: shorter steps of a sharper weight learn less.
AlgorithmPointer hyperlista(int block);
/// The dictionary is known and stays.
Network unfolded(const Settings& settings);

}  // namespace unfurl::tomosar_model
