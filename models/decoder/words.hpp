// Noisy words and syndromes of a code to train on.
#pragma once

#include "unfurl/codes.hpp"
#include "unfurl/data.hpp"

namespace unfurl::decoder_model {

/// Levels of noise: Eb/N0 in dB, or probabilities of flips. Words are spread evenly over [low, high].
struct Noise {
  bool flips = false;
  double low = 1, high = 6;
};

/// "llr" and "bits" (0, or of random words), or of flips "llr", "syndrome" and "bits", the errors.
Dataset make_words(const Code& code, const Noise& noise, int count, bool random_words, std::uint64_t seed);

}  // namespace unfurl::decoder_model
