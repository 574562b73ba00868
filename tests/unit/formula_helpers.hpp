// What formulas compute.
#pragma once

#include "property/laws.hpp"

namespace unfurl::test {

/// Values of a formula over parameters and data, as the read-out of a model that infers something else.
inline std::vector<double> value_of(Model m, const Expr& formula, const Dataset& data) {
  const auto h = m.latent("h of the helper", {1}, nonneg);
  m.factor("fit of the helper", KL{m.param("one of the helper", 1.0, nonneg),
                                   m.param("two of the helper", 2.0, nonneg) * h + 1.0});
  m.readout("formula", formula);
  return run_double(unroll(m, MultiplicativeUpdate{}, 1).compile(), data).at("formula@1");
}

}  // namespace unfurl::test
