// Values that lie inside others: slices of rows, and the parts of concatenations of rows, are not copied.
#pragma once

#include <vector>

#include "backend/cpu/plan.hpp"

namespace unfurl::exec {

/// Where a value lies: in `root`, `offset` entries per lane from its beginning, with planes as far apart as the root's.
struct Alias {
  ir::Value root;
  std::size_t offset = 0;
};

/// Of every value of the plan; those that are no part of others are their own roots. A value of several planes is a part only if
/// all kernels that write or read it take planes apart, and never of Inside::whole.
std::vector<Alias> find_aliases(const ir::Graph& graph, const std::vector<Phase>& phase, Inside inside);

}  // namespace unfurl::exec
