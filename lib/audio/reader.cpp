/// Sound files in, through libsndfile.

#include <algorithm>
#include <memory>
#include <string>
#include <system_error>

#include "audio/finite.hpp"
#include "audio/sound_file.hpp"
#include "audio/speakers.hpp"
#include "unfurl/audio_stream.hpp"

namespace unfurl::audio {
namespace {

using detail::cat;
namespace fs = std::filesystem;

constexpr std::size_t piece_samples = 1 << 16;  // of all channels

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

}  // namespace

struct Reader::Impl {
  fs::path path;
  SF_INFO info{};
  SoundFile source;
  std::unique_ptr<SNDFILE, int (*)(SNDFILE*)> file{nullptr, sf_close};
  std::uint32_t speakers = 0;
  std::string warning;
  sf_count_t done = 0;             // samples per channel
  std::vector<float> interleaved;  // the piece at hand

  explicit Impl(const fs::path& where) : path(where), source(where) {}

  [[noreturn]] void give_up(std::string_view reason) const {
    throw DataError(cat("the sound file '", path.string(), "' is damaged or truncated: ", reason), {},
                    "make or copy the file again");
  }
};

Reader::Reader(const fs::path& path) {
  require_readable(path);
  impl_ = std::make_unique<Impl>(path);
  Impl& r = *impl_;
  const SoundHeader& header = r.source.header();
  r.speakers = header.speakers;
  if (header.unfinished)
    r.warning = cat("the header of '", path.string(), "' promises ", header.said,
                    " bytes of sound, as programs do that cannot come back to it or were ended; all ",
                    header.held, " bytes are read");
  r.file.reset(r.source.open(r.info));
  if (r.source.out_of_patience()) r.give_up("its header leads to no end");
  if (!r.file)
    throw DataError(cat("cannot read '", path.string(), "' as sound: ", sf_strerror(nullptr)), {},
                    "give a WAV, FLAC, Ogg or AIFF file (sox and ffmpeg convert others)");
  if ((r.info.format & SF_FORMAT_TYPEMASK) == SF_FORMAT_FLAC && r.info.channels > 2)
    r.speakers = flac_speakers(r.info.channels);
}

Reader::~Reader() = default;

int Reader::rate() const { return impl_->info.samplerate; }
int Reader::channels() const { return impl_->info.channels; }
std::int64_t Reader::length() const { return impl_->info.frames; }
std::uint32_t Reader::speakers() const { return impl_->speakers; }
const std::string& Reader::warning() const { return impl_->warning; }

std::vector<std::vector<float>> Reader::read(std::size_t most) {
  Impl& r = *impl_;
  const auto channels = static_cast<std::size_t>(r.info.channels);
  std::vector<std::vector<float>> block(channels);
  // Piece by piece, since a small file may promise many channels: what is taken is what is there.
  const std::size_t piece = std::max<std::size_t>(1, piece_samples / channels);
  const sf_count_t first = r.done;
  for (std::size_t got = piece; got == piece && block[0].size() < most;) {
    const std::size_t wanted = std::min(piece, most - block[0].size());
    r.interleaved.resize(wanted * channels);
    r.source.renew_patience();
    got = static_cast<std::size_t>(std::max<sf_count_t>(
        0, sf_readf_float(r.file.get(), r.interleaved.data(), static_cast<sf_count_t>(wanted))));
    for (std::size_t c = 0; c < channels; ++c)
      for (std::size_t i = 0; i < got; ++i) block[c].push_back(r.interleaved[i * channels + c]);
  }
  r.done += std::ssize(block[0]);
  const bool ended = block[0].size() < most;
  if (sf_error(r.file.get()) != SF_ERR_NO_ERROR || (ended && r.done < r.info.frames)) {
    // Ogg says how much there is at its end alone.
    const bool endless = r.info.frames == SF_COUNT_MAX;
    r.give_up(endless ? cat("it ends after ", r.done, " samples, without its last page")
                      : cat(r.done, " of ", r.info.frames, " samples could be read"));
  }
  if (r.done == 0)
    throw DataError(cat("the sound file '", r.path.string(), "' holds no samples"), {},
                    "give a longer recording");
  for (const auto& channel : block)
    require_finite(channel, first, cat("the sound file '", r.path.string(), "'"));
  return block;
}

}  // namespace unfurl::audio
