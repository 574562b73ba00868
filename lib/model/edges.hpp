// Edge sets whose factors join different numbers of variables.
#pragma once

#include "unfurl/model.hpp"

namespace unfurl {

struct EdgesOfOneSize {
  Edges edges;
  std::vector<int> factors;  ///< factor i of `edges` is number factors[i] of the whole
};

/// The factors with one number of variables each, from few to many.
std::vector<EdgesOfOneSize> by_size(const Edges& edges);

}  // namespace unfurl
