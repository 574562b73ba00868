/// Where the training of the chain starts.
#pragma once

#include "models/letters/chain.hpp"

namespace unfurl::letters_model {

/// Counts, with trust in the pixels with the fewest wrong letters on words to train with.
Start best_start(const Words& words, const std::vector<int>& chosen, int length,
                 const AlgorithmPointer& algorithm, int layers);

}  // namespace unfurl::letters_model
