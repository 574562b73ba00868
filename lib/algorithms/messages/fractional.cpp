#include "algorithms/all.hpp"
#include "algorithms/messages/message_passing.hpp"

namespace unfurl {

FractionalBeliefPropagation::operator AlgorithmPointer() const {
  return algorithms::make_message_passing(
      {.name = "FractionalBeliefPropagation",
       .prefix = "fractional_bp",
       .damping = damping,
       .order = order,
       .sequence = sequence,
       .evidence_messages = evidence_messages,
       .multiplicity = "fractional_bp.power",
       .inverted = true,
       .per_factor = !powers.empty(),
       .multiplicities = [*this](const Model&) { return powers.empty() ? std::vector{power} : powers; }});
}

algorithms::Named algorithms::fractional() {
  return {choosing("fractional", "fractional_bp", FractionalBeliefPropagation{},
                   "fractional belief propagation")};
}

}  // namespace unfurl
