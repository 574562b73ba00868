/// What libsndfile does not tell of a WAV file: where its loudspeakers stand, and whether its writer knew its length.
#pragma once

#include <cstdint>
#include <optional>

namespace unfurl::audio {

/// The chunks up to the samples, of RIFF, RIFX and RF64 files.
struct WavHeader {
  bool big_endian = false;
  std::uint32_t speakers = 0;    ///< the channel mask; 0: none
  std::int64_t speakers_at = 0;  ///< where it lies in the file; 0: nowhere
  std::int64_t size_at = 0;      ///< where the number of bytes of sound lies
  int size_bytes = 4;            ///< of that number: 8 in RF64 files
  std::uint64_t said = 0;        ///< bytes of sound by the header
  std::uint64_t held = 0;        ///< bytes from the first sample to the end of the file
  bool unfinished = false;       ///< `said` is what stands there until a writer knows better
};

/// Whether programs that cannot go back (or did not live to) put down this number of bytes.
bool is_placeholder(std::uint64_t bytes);

/// Reads the header of an open regular file; nothing when it is no WAV file or holds no chunk of sound.
std::optional<WavHeader> scan_wav(int descriptor);

}  // namespace unfurl::audio
