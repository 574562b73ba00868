/// How far training moved parameters.
#pragma once

#include "app/comparison.hpp"

namespace unfurl::app {

/// One entry for every declared parameter that is trained, in the order of the declarations. Both lists are of the same
/// network.
std::vector<ParameterChange> parameter_changes(const std::vector<Parameter>& before,
                                               const std::vector<Parameter>& after);

/// Names of the parameters that are untied in some row, in the order in which rows mention them, scales of layers last.
std::vector<std::string> untied_parameters(const Comparison& comparison);

}  // namespace unfurl::app
