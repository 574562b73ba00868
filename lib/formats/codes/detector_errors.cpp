// The code that a detector error model is decoded as.
#include <algorithm>
#include <tuple>

#include "unfurl/code_files.hpp"

namespace unfurl {

Code DetectorErrorModel::code(const std::string& name) const {
  std::vector<std::size_t> order;  // of what does anything, by what it does
  order.reserve(errors.size());
  for (std::size_t e = 0; e < errors.size(); ++e)
    if (errors[e].probability != 0 && !(errors[e].detectors.empty() && errors[e].observables.empty()))
      order.push_back(e);
  if (order.empty())
    throw DataError("the detector error model has no error that does anything", name,
                    "give at least one error(p) D…");
  const auto effect = [this](std::size_t e) { return std::tie(errors[e].detectors, errors[e].observables); };
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return effect(a) < effect(b); });
  Code code{name, {}, {}, {}};
  code.checks.rows.resize(static_cast<std::size_t>(detectors));
  code.logical.rows.resize(static_cast<std::size_t>(observables));
  for (std::size_t i = 0; i < order.size();) {
    const Mechanism& first = errors[order[i]];
    const auto bit = static_cast<int>(code.priors.size());
    for (const int d : first.detectors) code.checks.rows[static_cast<std::size_t>(d)].push_back(bit);
    for (const int l : first.observables) code.logical.rows[static_cast<std::size_t>(l)].push_back(bit);
    double odd = 0;  // probability of an odd number of those of this effect
    const std::size_t group = order[i];
    for (; i < order.size() && effect(order[i]) == effect(group); ++i) {
      const double p = errors[order[i]].probability;
      odd = odd * (1 - p) + p * (1 - odd);
    }
    code.priors.push_back(odd);
  }
  code.checks.columns = code.logical.columns = static_cast<int>(code.priors.size());
  return code;
}

}  // namespace unfurl
