/// The headers of sound files, as far as the samples depend on them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace unfurl::audio {

/// Part of a file: bytes of ours or, where there are none, a stretch of the file on the disk.
struct Piece {
  std::string bytes{};
  std::uint64_t from = 0, length = 0;
};

/// A file as libsndfile is to see it, and what libsndfile does not tell of it.
struct SoundHeader {
  /// The file, one piece behind another. Of files made of chunks (WAV, RF64, AIFF, W64, CAF): a header that says how the samples
  /// are stored and how many there are, and the samples. libsndfile's readers of titles, cue points and the like believe the
  /// sizes that they find, and jump to and fro without end where these are made up.
  std::vector<Piece> pieces{};
  std::uint32_t speakers = 0;    ///< the channel mask of a WAV file; 0: none
  std::int64_t speakers_at = 0;  ///< where it lies in the file; 0: nowhere
  std::uint64_t said = 0;        ///< bytes of sound by the header
  std::uint64_t held = 0;        ///< bytes from the first sample to the end of the file
  bool unfinished = false;       ///< `said` is what stands there until a writer knows better
};

/// Whether a file that begins so (with 64 bytes, or all it has) may be sound.
bool begins_as_sound(std::string_view bytes);

/// Whether programs that cannot go back (or did not live to) put down this number of bytes.
bool is_placeholder(std::uint64_t bytes);

/// Throws the DataError of a file that is damaged or cut.
[[noreturn]] void refuse_damaged(const std::filesystem::path& path, const std::string& reason);

/// Reads the header of an open regular file. Throws DataError, with `path` for its name, when the file is of no format that is
/// read, when a chunk in front of the samples claims more bytes than there are, and when there are fewer samples than the
/// header says or none.
SoundHeader scan_sound(int descriptor, const std::filesystem::path& path);

}  // namespace unfurl::audio
