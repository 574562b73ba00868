/// What is measured of images of labels.
#pragma once

#include "unfurl/experiment.hpp"

namespace unfurl::grid_model {

/// Pixels whose marginal prefers a wrong state, in per cent, image by image; and the mean cross-entropy.
std::vector<Metric> measure(const Network& network, const Dataset& images, const std::string& labels);

}  // namespace unfurl::grid_model
