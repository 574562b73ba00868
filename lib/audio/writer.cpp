/// Sound files out, through libsndfile.

#include <sndfile.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <memory>
#include <system_error>

#include "audio/finite.hpp"
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

DataError disk_full(const fs::path& path) {
  return DataError(cat("writing '", path.string(), "' stopped early"), {}, "is the disk full?");
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

/// A file without a name in the folder of `path`: it goes when it is closed, however the program ends.
Scratch make_scratch(const fs::path& path) {
  std::string name = (path.parent_path() / ".unfurl-XXXXXX").string();
  const int descriptor = mkstemp(name.data());
  if (descriptor < 0) throw unwritable(path, std::strerror(errno));
  unlink(name.c_str());
  Scratch scratch(fdopen(descriptor, "w+b"), std::fclose);
  if (!scratch) {
    close(descriptor);
    throw unwritable(path, std::strerror(errno));
  }
  return scratch;
}

/// A file under another name until it is whole.
struct Part {
  fs::path path;
  ~Part() {
    std::error_code ignored;
    if (!path.empty()) fs::remove(path, ignored);
  }
};

}  // namespace

struct Writer::Impl {
  fs::path path, target;  // as given, and where links lead
  SF_INFO info{};
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

  /// The samples, scaled and rounded, as a sound file.
  void convert(const fs::path& to, float gain) {
    const auto channels = static_cast<std::size_t>(info.channels);
    SF_INFO made = info;
    if ((info.format & SF_FORMAT_TYPEMASK) == SF_FORMAT_WAV &&
        static_cast<std::uint64_t>(length) * channels * sizeof(short) > wav_bytes)
      made.format = SF_FORMAT_RF64 | SF_FORMAT_PCM_16;
    std::unique_ptr<SNDFILE, int (*)(SNDFILE*)> file(sf_open(to.c_str(), SFM_WRITE, &made), sf_close);
    if (!file) throw unwritable(path, sf_strerror(nullptr));
    std::vector<short> rounded(block_samples * channels);
    interleaved.resize(rounded.size());
    std::rewind(scratch.get());
    for (std::int64_t done = 0; done < length;) {
      const std::size_t count = std::min(block_samples, static_cast<std::size_t>(length - done));
      if (std::fread(interleaved.data(), channels * sizeof(float), count, scratch.get()) != count)
        throw disk_full(path);
      for (std::size_t i = 0; i < count * channels; ++i)
        rounded[i] =
            static_cast<short>(std::clamp(std::lround(interleaved[i] * gain * full_scale), -32768L, 32767L));
      const auto frames = static_cast<sf_count_t>(count);
      if (sf_writef_short(file.get(), rounded.data(), frames) != frames) throw disk_full(path);
      done += frames;
    }
    if (sf_close(file.release()) != 0) throw disk_full(path);  // closing flushes
  }
};

Writer::Writer(fs::path path, int rate, int channels) : impl_(std::make_unique<Impl>()) {
  Impl& w = *impl_;
  w.path = std::move(path);
  w.info.samplerate = rate;
  w.info.channels = channels;
  w.info.format = format_of(w.path);
  if (sf_format_check(&w.info) == 0)
    throw unwritable(w.path, cat("the format does not allow ", channels, " channels at ", rate, " Hz"));
  std::error_code failure;
  w.target = fs::weakly_canonical(w.path, failure);
  if (failure) throw unwritable(w.path, failure.message());
  if (fs::exists(w.target, failure)) {
    if (fs::is_directory(w.target, failure)) throw unwritable(w.path, "it is a folder");
    if (access(w.target.c_str(), W_OK) != 0) throw unwritable(w.path, std::strerror(errno));
  }
  w.scratch = make_scratch(w.target);
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
      throw disk_full(w.path);
  }
  w.length += static_cast<std::int64_t>(length);
}

WriteReport Writer::finish() {
  Impl& w = *impl_;
  if (w.length == 0)
    throw DataError("a recording without samples", {}, "give at least one channel with one sample");
  if (std::fflush(w.scratch.get()) != 0) throw disk_full(w.path);
  const WriteReport report = w.report();
  Part part{cat(w.target.string(), ".", getpid(), ".part")};
  w.convert(part.path, report.gain);
  std::error_code failure;
  fs::rename(part.path, w.target, failure);
  if (failure) throw unwritable(w.path, failure.message());
  part.path.clear();
  return report;
}

}  // namespace unfurl::audio
