// Which results are exported.
#pragma once

#include <algorithm>

#include "unfurl/export.hpp"

namespace unfurl {

/// Those asked for, or all read-outs, and what samples hand on.
inline std::vector<std::string> exported_results(const Unrolled& u, const ExportOptions& options) {
  std::vector<std::string> names = options.results.empty() ? u.signature.readouts : options.results;
  for (const CarriedState& s : u.signature.states)
    if (std::find(names.begin(), names.end(), s.result) == names.end()) names.push_back(s.result);
  return names;
}

}  // namespace unfurl
