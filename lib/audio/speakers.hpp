/// Where the loudspeakers of a recording stand, as WAVE_FORMAT_EXTENSIBLE numbers them: bit 0 is front left, 1 front right, 2
/// front centre, 3 low frequencies, 4 and 5 back left and right, 8 back centre, 9 and 10 side left and right.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace unfurl::audio {

/// The places that FLAC gives to each number of channels, 1 to 8 [RFC 9639, 9.1.3]; 0 for others.
inline std::uint32_t flac_speakers(int channels) {
  constexpr std::array<std::uint32_t, 9> places = {0, 0x4, 0x3, 0x7, 0x33, 0x37, 0x3F, 0x70F, 0x63F};
  return channels > 0 && channels < 9 ? places[static_cast<std::size_t>(channels)] : 0;
}

/// Whether a FLAC file of so many channels says this: what surrounds may stand at the side or in the back.
inline bool flac_can_say(std::uint32_t speakers, int channels) {
  constexpr std::uint32_t back = 0x30, side = 0x600;
  const std::uint32_t moved = (speakers & back) == 0 ? (speakers & ~side) | (speakers & side) >> 5 : speakers;
  const std::uint32_t places = flac_speakers(channels);
  return speakers == 0 || speakers == places || moved == places;
}

}  // namespace unfurl::audio
