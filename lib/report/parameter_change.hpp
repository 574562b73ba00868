/// How far training moved parameters, layer by layer.
#pragma once

#include "experiment/comparison/comparison.hpp"

namespace unfurl::app {

/// The changes of a declared parameter, place by place.
struct ChangeByPlace {
  std::string base;
  bool untied = false;           ///< whether there are several copies
  bool scale = false;            ///< whether it multiplies another parameter
  std::vector<int> places;       ///< layers from 0; K is the read-out
  std::vector<double> relative;  ///< see ParameterChange; one per place
};

/// One entry for every declared parameter that is trained, in the order of the declarations.
std::vector<ChangeByPlace> changes_by_place(const std::vector<ParameterChange>& changes);

/// Names of the parameters that are untied in some row, in the order in which rows mention them, scales of layers last.
std::vector<std::string> untied_parameters(const Comparison& comparison);

}  // namespace unfurl::app
