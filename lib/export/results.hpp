// Which results are exported, and the numbers that go with them.
#pragma once

#include <algorithm>
#include <map>

#include "network/check_data.hpp"
#include "unfurl/export.hpp"

namespace unfurl {

/// Those asked for, or all read-outs, and what samples hand on.
inline std::vector<std::string> exported_results(const Unrolled& u, const ExportOptions& options) {
  std::vector<std::string> names = options.results.empty() ? u.signature.readouts : options.results;
  for (const CarriedState& s : u.signature.states)
    if (std::find(names.begin(), names.end(), s.result) == names.end()) names.push_back(s.result);
  return names;
}

/// Of every parameter, by its name. Throws DataError where the network's precision cannot hold them.
inline std::map<std::string, std::vector<double>> exported_parameters(const Network& network) {
  const Unrolled& u = network.unrolled();
  check_parameters(u.graph, u.parameters);
  std::map<std::string, std::vector<double>> all;
  for (const Parameter& p : u.parameters) {
    check_values(p);
    if (network.precision() == Precision::f32) check_single_precision(p);
    all[p.name] = p.values;
  }
  return all;
}

}  // namespace unfurl
