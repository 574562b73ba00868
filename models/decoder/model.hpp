/// The model of a code, what decodes it, and the loss of decoding from syndromes.
#pragma once

#include <string>

#include "models/models.hpp"
#include "unfurl/codes.hpp"

namespace unfurl::decoder_model {

/// Weights of the channel: none, one, or one for each bit.
Model declare(const Code& code, const std::string& weights, bool syndrome);
/// Belief propagation learns weights of its messages and its damping; other algorithms are taken as they are.
AlgorithmPointer algorithm_of(const Model& model, const Settings& settings, const std::string& weights);
/// The mean over some parities of -log p(this parity of the error and its estimate is even), as if bits were independent: of the
/// checks, that the syndrome is met; of logical operators, that the difference does nothing to what is stored. Errors that
/// differ by what does nothing are equally good [Liu19b].
Loss parity_loss(const Code& code);

}  // namespace unfurl::decoder_model
