/// Sound files out, through libsndfile.

#include <sndfile.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <memory>
#include <optional>

#include "audio/finite.hpp"
#include "audio/sound_header.hpp"
#include "audio/speakers.hpp"
#include "core/output/output_file.hpp"
#include "unfurl/audio_stream.hpp"

namespace unfurl::audio {
namespace {

using detail::cat;
namespace fs = std::filesystem;

constexpr float full_scale = 32768.0F;
constexpr float largest = 32767.0F / full_scale;  // 16 bits reach from -1 to just below +1
constexpr std::size_t block_samples = 1 << 15;    // per channel
constexpr std::uint64_t wav_bytes = 0xFFFF0000U;  // sizes in a WAV file have 32 bits

DataError unwritable(const fs::path& path, const std::string& reason) {
  return DataError(
      cat("cannot write '", path.string(), "': ", reason), {},
      "the folder must exist and be writable, and the format must allow this rate and number of channels");
}

std::string hexadecimal(std::uint32_t number) {
  std::array<char, 8> digits{};
  return {digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), number, 16).ptr};
}

int format_of(const fs::path& path) {
  std::string extension = path.extension().string();
  std::transform(extension.begin(), extension.end(), extension.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (extension == ".wav") return SF_FORMAT_WAV | SF_FORMAT_PCM_16;
  if (extension == ".flac") return SF_FORMAT_FLAC | SF_FORMAT_PCM_16;
  throw DataError(cat("cannot write '", path.string(), "': the format follows the extension, and '",
                      extension, "' is not known"),
                  {}, "let the name end in .wav or .flac");
}

using Scratch = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;

/// A file without a name: it goes when it is closed, however the program ends.
Scratch make_scratch(const detail::OutputFile& out) {
  const int descriptor = dup(out.scratch().number());
  Scratch scratch(descriptor < 0 ? nullptr : fdopen(descriptor, "w+b"), std::fclose);
  if (!scratch) out.fail(errno);
  return scratch;
}

}  // namespace

struct Writer::Impl {
  fs::path path;
  SF_INFO info{};
  std::uint32_t speakers = 0;
  std::optional<detail::OutputFile> out;
  Scratch scratch{nullptr, std::fclose};
  std::int64_t length = 0;  // samples per channel
  float low = 0, high = 0;
  std::vector<float> interleaved;

  WriteReport report() const {
    WriteReport r;
    r.peak = std::max(-low, high);
    if (high > largest) r.gain = largest / high;
    if (low < -1.0F) r.gain = std::min(r.gain, -1.0F / low);
    return r;
  }

  /// The channel mask as it was, also where libsndfile has no words for it.
  void put_speakers() const {
    const std::int64_t place = scan_sound(out->descriptor(), path).speakers_at;
    if (place == 0) return;
    std::array<char, 4> bytes{};
    for (unsigned i = 0; i < 4; ++i) bytes[i] = static_cast<char>(speakers >> (8 * i) & 0xFFU);
    if (pwrite(out->descriptor(), bytes.data(), bytes.size(), place) != std::ssize(bytes)) out->fail(errno);
  }

  /// The samples, scaled and rounded, as a sound file.
  void convert(float gain) {
    const auto channels = static_cast<std::size_t>(info.channels);
    SF_INFO made = info;
    if ((info.format & SF_FORMAT_TYPEMASK) == SF_FORMAT_WAV) {
      if (speakers != 0) made.format = SF_FORMAT_WAVEX | SF_FORMAT_PCM_16;
      if (static_cast<std::uint64_t>(length) * channels * sizeof(short) > wav_bytes)
        made.format = SF_FORMAT_RF64 | SF_FORMAT_PCM_16;
    }
    constexpr int leave_open = 0;
    std::unique_ptr<SNDFILE, int (*)(SNDFILE*)> file(
        sf_open_fd(out->descriptor(), SFM_WRITE, &made, leave_open), sf_close);
    if (!file) throw unwritable(path, sf_strerror(nullptr));
    std::vector<short> rounded(block_samples * channels);
    interleaved.resize(rounded.size());
    std::rewind(scratch.get());
    for (std::int64_t done = 0; done < length;) {
      const std::size_t count = std::min(block_samples, static_cast<std::size_t>(length - done));
      if (std::fread(interleaved.data(), channels * sizeof(float), count, scratch.get()) != count)
        out->fail(std::ferror(scratch.get()) != 0 ? errno : EIO);
      for (std::size_t i = 0; i < count * channels; ++i)
        rounded[i] =
            static_cast<short>(std::clamp(std::lround(interleaved[i] * gain * full_scale), -32768L, 32767L));
      const auto frames = static_cast<sf_count_t>(count);
      if (sf_writef_short(file.get(), rounded.data(), frames) != frames) out->fail(ENOSPC);
      done += frames;
    }
    if (sf_close(file.release()) != 0) out->fail(ENOSPC);  // closing flushes
    if (speakers != 0) put_speakers();
  }
};

Writer::Writer(fs::path path, int rate, int channels, std::uint32_t speakers)
    : impl_(std::make_unique<Impl>()) {
  Impl& w = *impl_;
  w.path = std::move(path);
  w.speakers = speakers;
  w.info.samplerate = rate;
  w.info.channels = channels;
  w.info.format = format_of(w.path);
  if (sf_format_check(&w.info) == 0)
    throw unwritable(w.path, cat("the format does not allow ", channels, " channels at ", rate, " Hz"));
  if ((w.info.format & SF_FORMAT_TYPEMASK) == SF_FORMAT_FLAC && !flac_can_say(speakers, channels))
    throw DataError(
        cat("cannot write '", w.path.string(), "': FLAC cannot say where the loudspeakers of these ",
            channels, " channels stand (channel mask 0x", hexadecimal(speakers), ")"),
        {}, "let the name end in .wav");
  w.out.emplace(w.path);
  w.scratch = make_scratch(*w.out);
}

Writer::~Writer() = default;

void Writer::write(const std::vector<std::vector<float>>& block) {
  Impl& w = *impl_;
  const auto channels = static_cast<std::size_t>(w.info.channels);
  if (block.size() != channels)
    throw DataError(
        cat("a block of ", block.size(), " channels for '", w.path.string(), "', which has ", channels), {},
        "give every channel in every block");
  const std::size_t length = block[0].size();
  for (const auto& channel : block) {
    if (channel.size() != length)
      throw DataError(
          cat("the channels of a recording differ in length: ", length, " and ", channel.size(), " samples"),
          {}, "cut them to the same length");
    require_finite(channel, w.length, cat("the signal for '", w.path.string(), "'"));
  }
  for (std::size_t begin = 0; begin < length; begin += block_samples) {
    const std::size_t count = std::min(block_samples, length - begin);
    w.interleaved.resize(count * channels);
    for (std::size_t c = 0; c < channels; ++c)
      for (std::size_t i = 0; i < count; ++i) {
        const float x = block[c][begin + i];
        w.interleaved[i * channels + c] = x;
        w.low = std::min(w.low, x);
        w.high = std::max(w.high, x);
      }
    if (std::fwrite(w.interleaved.data(), channels * sizeof(float), count, w.scratch.get()) != count)
      w.out->fail(errno);
  }
  w.length += static_cast<std::int64_t>(length);
}

WriteReport Writer::finish() {
  Impl& w = *impl_;
  if (w.length == 0)
    throw DataError("a recording without samples", {}, "give at least one channel with one sample");
  if (std::fflush(w.scratch.get()) != 0) w.out->fail(errno);
  const WriteReport report = w.report();
  w.convert(report.gain);
  w.out->commit();
  return report;
}

}  // namespace unfurl::audio
