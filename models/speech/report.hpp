/// What the report of a comparison shows of speech enhancement: results by noise, spectrograms and sounds.
#pragma once

#include "models/speech/frames.hpp"

namespace unfurl {

/// Mixtures by their ratio of speech to noise, and by the kind of the noise.
std::vector<Grouping> speech_groupings(const std::vector<audio::Mixture>& mixtures);

/// Spectrograms in decibels of two mixtures, a noisy and a middling one: as mixed, clean, and enhanced by the deepest
/// network named "tied" and the deepest named "untied"; the sounds go to `folder`/sounds. Throws DataError when they cannot
/// be written.
std::vector<Illustration> illustrate_speech(const std::vector<Exhibit>& networks, const FrameShape& shape,
                                            const std::vector<audio::Mixture>& mixtures,
                                            const std::filesystem::path& folder);

}  // namespace unfurl
