/// A sound file as libsndfile sees it.
#pragma once

#include <sndfile.h>

#include <cstdint>
#include <filesystem>

#include "audio/sound_header.hpp"
#include "core/output/output_place.hpp"

namespace unfurl::audio {

/// Gives libsndfile the pieces of a file, and an end to its patience: after so many calls without a result, every further one
/// fails. What is no regular file is copied first, into a nameless one, since whether it is sound shows only in the whole.
class SoundFile {
 public:
  /// Throws DataError when it cannot be opened or is no sound file.
  explicit SoundFile(const std::filesystem::path& path);
  SoundFile(const SoundFile&) = delete;
  SoundFile& operator=(const SoundFile&) = delete;

  const SoundHeader& header() const { return header_; }

  /// This object must live as long as what is returned.
  SNDFILE* open(SF_INFO& info);
  /// To be called before libsndfile is asked for something.
  void renew_patience();
  bool out_of_patience() const { return patience_ <= 0; }

 private:
  static SF_VIRTUAL_IO calls();
  sf_count_t seek(sf_count_t offset, int whence);
  sf_count_t read(char* to, sf_count_t count);

  detail::Descriptor file_;
  SoundHeader header_;
  sf_count_t length_ = 0, position_ = 0, patience_ = 0;
};

}  // namespace unfurl::audio
