/// Sound files in, through libsndfile.

#include <fcntl.h>
#include <sndfile.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <memory>
#include <sstream>
#include <string>
#include <system_error>

#include "audio/finite.hpp"
#include "audio/speakers.hpp"
#include "audio/wav_header.hpp"
#include "core/output/output_place.hpp"
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

DataError truncated(const fs::path& path, std::uint64_t held, std::uint64_t said) {
  return DataError(cat("the sound file '", path.string(), "' is damaged or truncated: it holds ", held,
                       " of ", said, " bytes of sound"),
                   {}, "make or copy the file again");
}

/// libsndfile reads what there is of an AIFF file that was cut off, and only its log tells: "SSND : 128000 (should be
/// 29920)".
void require_whole(SNDFILE* file, const fs::path& path) {
  std::array<char, 1 << 14> log{};
  sf_command(file, SFC_GET_LOG_INFO, log.data(), static_cast<int>(log.size()));
  std::istringstream lines(log.data());
  for (std::string line; std::getline(lines, line);) {
    long long said = 0, held = 0;
    std::array<char, 5> chunk{};
    if (std::sscanf(line.c_str(), " %4s : %lld (should be %lld)", chunk.data(), &said, &held) != 3) continue;
    const std::string name = chunk.data();
    if ((name == "data" || name == "SSND") && held >= 0 && held < said &&
        !is_placeholder(static_cast<std::uint64_t>(said)))
      throw truncated(path, static_cast<std::uint64_t>(held), static_cast<std::uint64_t>(said));
  }
}

/// A WAV file as it would be had its writer come back to put down how many bytes of sound there are.
class FinishedWav {
 public:
  FinishedWav(detail::Descriptor file, const WavHeader& header, std::int64_t length)
      : file_(std::move(file)), size_at_(header.size_at), length_(length) {
    for (int i = 0; i < header.size_bytes; ++i) {
      const int digit = header.big_endian ? header.size_bytes - 1 - i : i;
      size_.push_back(static_cast<char>(header.held >> (8 * digit) & 0xFFU));
    }
  }

  SNDFILE* open(SF_INFO& info) {
    SF_VIRTUAL_IO calls{[](void* self) { return static_cast<FinishedWav*>(self)->length_; },
                        [](sf_count_t offset, int whence, void* self) {
                          return static_cast<FinishedWav*>(self)->seek(offset, whence);
                        },
                        [](void* to, sf_count_t count, void* self) {
                          return static_cast<FinishedWav*>(self)->read(to, count);
                        },
                        [](const void*, sf_count_t, void*) { return sf_count_t{0}; },
                        [](void* self) { return static_cast<FinishedWav*>(self)->position_; }};
    return sf_open_virtual(&calls, SFM_READ, &info, this);
  }

 private:
  sf_count_t seek(sf_count_t offset, int whence) {
    const sf_count_t from = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? position_ : length_;
    return position_ = std::clamp<sf_count_t>(from + offset, 0, length_);
  }
  sf_count_t read(void* to, sf_count_t count) {
    const ssize_t got = pread(file_.number(), to, static_cast<std::size_t>(count), position_);
    if (got <= 0) return 0;
    for (std::int64_t i = 0; i < std::ssize(size_); ++i) {
      const std::int64_t place = size_at_ + i - position_;
      if (place >= 0 && place < got) static_cast<char*>(to)[place] = size_[static_cast<std::size_t>(i)];
    }
    position_ += got;
    return got;
  }

  detail::Descriptor file_;
  std::int64_t size_at_, length_, position_ = 0;
  std::string size_;  // the bytes that should be there
};

}  // namespace

struct Reader::Impl {
  fs::path path;
  SF_INFO info{};
  std::unique_ptr<FinishedWav> finished;
  std::unique_ptr<SNDFILE, int (*)(SNDFILE*)> file{nullptr, sf_close};
  std::uint32_t speakers = 0;
  std::string warning;
  sf_count_t done = 0;             // samples per channel
  std::vector<float> interleaved;  // the piece at hand

  /// Looks at what libsndfile does not tell of a WAV file.
  void scan() {
    if (!fs::is_regular_file(path)) return;
    detail::Descriptor descriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!descriptor) return;  // libsndfile says why
    const auto header = scan_wav(descriptor.number());
    if (!header) return;
    speakers = header->speakers;
    if (!header->unfinished) {
      if (header->held < header->said) throw truncated(path, header->held, header->said);
      return;
    }
    if (header->size_bytes == 4 && header->held >= 0xFFFFFFFFU)
      throw DataError(cat("the header of '", path.string(), "' does not say how much sound there is, and ",
                          header->held, " bytes are more than it can say"),
                      {}, "convert it to a format without that limit, such as RF64 or FLAC");
    warning = cat("the header of '", path.string(), "' promises ", header->said,
                  " bytes of sound, as programs do "
                  "that cannot come back to it or were ended; all ",
                  header->held, " bytes are read");
    const auto length = static_cast<std::int64_t>(fs::file_size(path));
    finished = std::make_unique<FinishedWav>(std::move(descriptor), *header, length);
  }
};

Reader::Reader(const fs::path& path) : impl_(std::make_unique<Impl>()) {
  require_readable(path);
  Impl& r = *impl_;
  r.path = path;
  r.scan();
  r.file.reset(r.finished ? r.finished->open(r.info) : sf_open(path.c_str(), SFM_READ, &r.info));
  if (!r.file)
    throw DataError(cat("cannot read '", path.string(), "' as sound: ", sf_strerror(nullptr)), {},
                    "give a WAV, FLAC, Ogg or AIFF file (sox and ffmpeg convert others)");
  require_whole(r.file.get(), path);
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
    got = static_cast<std::size_t>(std::max<sf_count_t>(
        0, sf_readf_float(r.file.get(), r.interleaved.data(), static_cast<sf_count_t>(wanted))));
    for (std::size_t c = 0; c < channels; ++c)
      for (std::size_t i = 0; i < got; ++i) block[c].push_back(r.interleaved[i * channels + c]);
  }
  r.done += std::ssize(block[0]);
  const bool ended = block[0].size() < most;
  if (sf_error(r.file.get()) != SF_ERR_NO_ERROR || (ended && r.done < r.info.frames))
    throw DataError(cat("the sound file '", r.path.string(), "' is damaged or truncated: ", r.done, " of ",
                        r.info.frames, " samples could be read"),
                    {}, "make or copy the file again");
  if (r.done == 0)
    throw DataError(cat("the sound file '", r.path.string(), "' holds no samples"), {},
                    "give a longer recording");
  for (const auto& channel : block)
    require_finite(channel, first, cat("the sound file '", r.path.string(), "'"));
  return block;
}

}  // namespace unfurl::audio
