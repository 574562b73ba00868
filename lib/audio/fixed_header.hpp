/// Headers that are not made of chunks: those of AU and NIST SPHERE files.
#pragma once

#include "audio/sound_bytes.hpp"
#include "audio/sound_header.hpp"

namespace unfurl::audio {

/// Throw DataError, with `path` for its name, when there is less sound behind the header than it says.
SoundHeader scan_au(const FileBytes& file, std::uint64_t start, bool big_endian,
                    const std::filesystem::path& path);
SoundHeader scan_nist(const FileBytes& file, std::uint64_t start, const std::filesystem::path& path);

}  // namespace unfurl::audio
