#include "algorithms/all.hpp"
#include "algorithms/messages/message_passing.hpp"

namespace unfurl {

SumProduct::operator AlgorithmPointer() const {
  return algorithms::make_message_passing({.name = "SumProduct",
                                           .prefix = "bp",
                                           .damping = damping,
                                           .message_weights = message_weights,
                                           .order = order,
                                           .sequence = sequence,
                                           .evidence_messages = evidence_messages,
                                           .temperature = temperature});
}

algorithms::Named algorithms::sum_product() {
  return {choosing("bp", "bp", SumProduct{}, "sum-product belief propagation")};
}

}  // namespace unfurl
