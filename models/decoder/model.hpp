/// The model of a code, what decodes it, and the loss of decoding from syndromes.
#pragma once

#include <string>

#include "models/models.hpp"
#include "unfurl/codes.hpp"

namespace unfurl::decoder_model {

/// How a decoder is unfolded, as the settings say.
struct Shape {
  explicit Shape(const Settings& settings);
  std::string weights;  ///< of messages and of the channel
  int cyclic = 0;       ///< shifts within blocks of so many bits share weights; 0: nothing is shared
};

/// Weights of the channel: none, one, or one for each bit (each orbit of bits).
Model declare(const Code& code, const Shape& shape, bool syndrome);
/// Belief propagation learns weights of its messages and its damping; other algorithms are taken as they are.
AlgorithmPointer algorithm_of(const Model& model, const Code& code, const Settings& settings);
/// Multiplies every weight by 1 + a normal number of this deviation: errors that do the same are no longer equally likely, of
/// which a symmetric decoder could choose none.
void spread_weights(Network& network, double deviation, std::uint64_t seed);
/// The mean over some parities of -log p(this parity of the error and its estimate is even), as if bits were independent: of the
/// checks, that the syndrome is met; of logical operators, that the difference does nothing to what is stored. Errors that
/// differ by what does nothing are equally good [Liu19b].
Loss parity_loss(const Code& code);

}  // namespace unfurl::decoder_model
