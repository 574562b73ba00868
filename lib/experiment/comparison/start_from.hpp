// Networks that start where the training of others ended.
#pragma once

#include <span>

#include "experiment/comparison/comparison.hpp"

namespace unfurl::app {

/// Gives every parameter the values of that of its name among others, or of the only copy there is of it: so untied copies
/// start from the tied one. Throws ScheduleError, at `where`, for another shape, for several copies where none has the name,
/// and where none of the parameters is there.
void start_from(Network& network, std::span<const Parameter> others, const std::string& where);

/// The same for a row that starts from one above. Throws ModelError where there is none with as many layers, NumericalError
/// where that one was left out.
void start_from_row(Contender& contender, const std::vector<Contender>& contenders,
                    const Comparison& comparison);

}  // namespace unfurl::app
