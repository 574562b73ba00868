/// Sound files in, through libsndfile.

#include <sndfile.h>

#include <array>
#include <cstdio>
#include <memory>
#include <sstream>
#include <string>
#include <system_error>

#include "audio/finite.hpp"
#include "unfurl/audio_stream.hpp"

namespace unfurl::audio {
namespace {

using detail::cat;
namespace fs = std::filesystem;

void require_readable(const fs::path& path) {
  std::error_code failure;
  const auto status = fs::status(path, failure);
  if (!fs::exists(status))
    throw DataError(cat("there is no file '", path.string(), "'"), {}, "check the spelling of the path");
  if (fs::is_directory(status))
    throw DataError(cat("'", path.string(), "' is a folder, not a sound file"), {}, "name a file in it");
  if (fs::is_regular_file(status) && fs::file_size(path, failure) == 0 && !failure)
    throw DataError(cat("the sound file '", path.string(), "' is empty (0 bytes)"), {},
                    "make or copy the file again");
}

/// libsndfile reads what there is of a WAV or AIFF file that was cut off, and only its log tells: "data : 128000 (should be
/// 29920)". Programs that write to a pipe do not know the length and put down a huge one.
void require_whole(SNDFILE* file, const fs::path& path) {
  constexpr long long unknown = 0x7FFF0000;
  std::array<char, 1 << 14> log{};
  sf_command(file, SFC_GET_LOG_INFO, log.data(), static_cast<int>(log.size()));
  std::istringstream lines(log.data());
  for (std::string line; std::getline(lines, line);) {
    long long said = 0, held = 0;
    std::array<char, 5> chunk{};
    if (std::sscanf(line.c_str(), " %4s : %lld (should be %lld)", chunk.data(), &said, &held) != 3) continue;
    const std::string name = chunk.data();
    if ((name == "data" || name == "SSND") && held < said && said < unknown)
      throw DataError(cat("the sound file '", path.string(), "' is damaged or truncated: it holds ", held,
                          " of ", said, " bytes of sound"),
                      {}, "make or copy the file again");
  }
}

}  // namespace

struct Reader::Impl {
  fs::path path;
  SF_INFO info{};
  std::unique_ptr<SNDFILE, int (*)(SNDFILE*)> file{nullptr, sf_close};
  sf_count_t done = 0;             // samples per channel
  std::vector<float> interleaved;  // the block at hand
};

Reader::Reader(const fs::path& path) : impl_(std::make_unique<Impl>()) {
  require_readable(path);
  impl_->path = path;
  impl_->file.reset(sf_open(path.c_str(), SFM_READ, &impl_->info));
  if (!impl_->file)
    throw DataError(cat("cannot read '", path.string(), "' as sound: ", sf_strerror(nullptr)), {},
                    "give a WAV, FLAC, Ogg or AIFF file (sox and ffmpeg convert others)");
  require_whole(impl_->file.get(), path);
}

Reader::~Reader() = default;

int Reader::rate() const { return impl_->info.samplerate; }
int Reader::channels() const { return impl_->info.channels; }
std::int64_t Reader::length() const { return impl_->info.frames; }

std::vector<std::vector<float>> Reader::read(std::size_t most) {
  Impl& r = *impl_;
  const auto channels = static_cast<std::size_t>(r.info.channels);
  r.interleaved.resize(most * channels);
  const sf_count_t got = sf_readf_float(r.file.get(), r.interleaved.data(), static_cast<sf_count_t>(most));
  const auto count = static_cast<std::size_t>(std::max<sf_count_t>(got, 0));
  const sf_count_t first = r.done;
  r.done += static_cast<sf_count_t>(count);
  const bool ended = count < most;
  if (sf_error(r.file.get()) != SF_ERR_NO_ERROR || (ended && r.done < r.info.frames))
    throw DataError(cat("the sound file '", r.path.string(), "' is damaged or truncated: ", r.done, " of ",
                        r.info.frames, " samples could be read"),
                    {}, "make or copy the file again");
  if (r.done == 0)
    throw DataError(cat("the sound file '", r.path.string(), "' holds no samples"), {},
                    "give a longer recording");

  std::vector<std::vector<float>> block(channels, std::vector<float>(count));
  for (std::size_t c = 0; c < channels; ++c) {
    for (std::size_t i = 0; i < count; ++i) block[c][i] = r.interleaved[i * channels + c];
    require_finite(block[c], first, cat("the sound file '", r.path.string(), "'"));
  }
  return block;
}

}  // namespace unfurl::audio
