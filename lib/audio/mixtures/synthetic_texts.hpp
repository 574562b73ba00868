#pragma once
/// Who says what, and which noises there are, in the synthetic speech set.

#include <string>
#include <vector>

namespace unfurl::audio::detail {

/// A voice of espeak-ng (option -v), its pitch (-p, 0 to 99) and speed (-s).
struct Talker {
  std::string voice;
  int pitch;
  int words_per_minute;
};

/// A noise as effects of sox on an empty input.
struct Noise {
  std::string name;
  std::string effects;
};

/// One part of the set. Talkers take turns with the sentences; the crowd reads the paragraphs all at once.
struct Split {
  std::string name;
  unsigned seed;  ///< of the offsets into the noises
  std::vector<Talker> talkers;
  std::vector<std::string> sentences;
  std::vector<Noise> noises;
  std::vector<Talker> crowd;
  std::vector<std::string> paragraphs;
};

/// The parts `train` and `dev`, which share no talker, sentence or stretch of noise.
std::vector<Split> synthetic_splits();

}  // namespace unfurl::audio::detail
