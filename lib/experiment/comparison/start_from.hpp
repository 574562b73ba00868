// Networks that start where the training of others ended.
#pragma once

#include <span>

#include "experiment/comparison/comparison.hpp"

namespace unfurl::app {

/// Gives every parameter the values of the only copy of it among others, or of that copy which the layer uses that is as far
/// through the network of `other_layers` layers: so untied copies start from the tied one, and layers from those of a network with
/// fewer or more. Throws ScheduleError, at `where`, for another shape, and where none of the parameters is there.
void start_from(Network& network, std::span<const Parameter> others, int other_layers,
                const std::string& where);

/// The same for a row that starts from one above. Throws ModelError where there is none with as many layers, NumericalError
/// where that one was left out.
void start_from_row(Contender& contender, const std::vector<Contender>& contenders,
                    const Comparison& comparison);

}  // namespace unfurl::app
