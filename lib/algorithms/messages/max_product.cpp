#include "algorithms/all.hpp"
#include "algorithms/messages/message_passing.hpp"

namespace unfurl {

MaxProduct::operator AlgorithmPointer() const {
  return algorithms::make_message_passing({.name = "MaxProduct",
                                           .prefix = "max_product",
                                           .semiring = Semiring::max,
                                           .damping = damping,
                                           .message_weights = message_weights,
                                           .order = order,
                                           .sequence = sequence,
                                           .evidence_messages = evidence_messages,
                                           .scale = scale,
                                           .offset = offset});
}

algorithms::Named algorithms::max_product() {
  return {choosing("minsum", "max_product", MaxProduct{}, "max-product, scaled or offset where asked"),
          choosing("maxproduct", "max_product", MaxProduct{}, "max-product, for the most probable state",
                   {Choice::scale, Choice::offset})};
}

}  // namespace unfurl
