/// Error rates over levels of noise.
#pragma once

#include "models/decoder/words.hpp"

namespace unfurl::decoder_model {

/// Rates of wrong words, and of words over a channel of wrong bits, at seven levels of the noise's range, with their 95 %
/// intervals. The same noise for every network; a level ends at a hundred wrong words, or after `most_words`.
std::vector<Illustration> error_curves(const std::vector<Exhibit>& networks, const Code& code,
                                       const Noise& noise, std::int64_t most_words);

}  // namespace unfurl::decoder_model
