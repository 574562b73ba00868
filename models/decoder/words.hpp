// Noisy words and syndromes of a code to train on, and what of them a decoder gets wrong.
#pragma once

#include "unfurl/decoding.hpp"
#include "unfurl/experiment.hpp"

namespace unfurl::decoder_model {

/// Levels of noise: Eb/N0 in dB, or probabilities of flips. Words are spread evenly over [low, high].
struct Noise {
  bool flips = false;
  double low = 1, high = 6;
};

/// Makes words of a code: what all of them share, its rate and where words are random a basis, takes an elimination, once.
class Words {
 public:
  Words(Code code, const Noise& noise, bool random_words);
  /// "llr" and "bits" (0, or of random words), or of flips "llr", "syndrome" and "bits", the errors.
  Dataset make(int count, std::uint64_t seed) const;

 private:
  Code code_;
  Noise noise_;
  double rate_ = 0;  ///< bits of message for each that is sent
  BinaryMatrix generator_;
};

/// At one level of noise, of so many words in fifty groups: of words the bits that are wrong, 1e-3, and words that are, in per
/// cent; of flips the latter alone.
std::vector<Metric> errors_at(Decoder& decoder, const Code& code, bool flips, double level,
                              std::int64_t words);

}  // namespace unfurl::decoder_model
