/// Sound files through libsndfile, sample rates through libsamplerate.

#include <samplerate.h>
#include <sndfile.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <system_error>

#include "unfurl/audio.hpp"
#include "unfurl/error.hpp"

namespace unfurl::audio {
namespace {

using detail::cat;
namespace fs = std::filesystem;

constexpr float kFullScale = 32768.0F;
constexpr float kLargest = 32767.0F / kFullScale;  // 16 bits reach from -1 to just below +1

using File = std::unique_ptr<SNDFILE, int (*)(SNDFILE*)>;

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

void require_finite(const std::vector<float>& samples, std::string_view what) {
  const auto bad = std::find_if(samples.begin(), samples.end(), [](float x) { return !std::isfinite(x); });
  if (bad != samples.end())
    throw DataError(cat(what, " holds a value that is not finite, at sample ", bad - samples.begin()), {},
                    "find out what wrote it; samples are numbers, usually between -1 and 1");
}

std::size_t common_length(const Recording& recording) {
  if (recording.channels.empty() || recording.channels[0].empty())
    throw DataError("a recording without samples", {}, "give at least one channel with one sample");
  const std::size_t length = recording.channels[0].size();
  for (const auto& channel : recording.channels)
    if (channel.size() != length)
      throw DataError(
          cat("the channels of a recording differ in length: ", length, " and ", channel.size(), " samples"),
          {}, "cut them to the same length");
  return length;
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

/// Peak of the samples, and the gain that keeps them inside 16 bits.
WriteReport measured(const Recording& recording) {
  float low = 0, high = 0;
  for (const auto& channel : recording.channels) {
    const auto [least, greatest] = std::minmax_element(channel.begin(), channel.end());
    low = std::min(low, *least);
    high = std::max(high, *greatest);
  }
  WriteReport report;
  report.peak = std::max(-low, high);
  if (high > kLargest) report.gain = kLargest / high;
  if (low < -1.0F) report.gain = std::min(report.gain, -1.0F / low);
  return report;
}

}  // namespace

Recording read_all_channels(const fs::path& path) {
  require_readable(path);
  SF_INFO info{};
  const File file(sf_open(path.c_str(), SFM_READ, &info), sf_close);
  if (!file)
    throw DataError(cat("cannot read '", path.string(), "' as sound: ", sf_strerror(nullptr)), {},
                    "give a WAV, FLAC, Ogg or AIFF file (sox and ffmpeg convert others)");

  const auto channels = static_cast<std::size_t>(info.channels);
  Recording recording{std::vector<std::vector<float>>(channels), info.samplerate};
  // In blocks, since the header of a damaged file may promise more samples than the memory holds.
  constexpr sf_count_t kBlock = 1 << 15;
  std::vector<float> block(static_cast<std::size_t>(kBlock) * channels);
  sf_count_t frames = 0;
  while (const sf_count_t got = sf_readf_float(file.get(), block.data(), kBlock)) {
    for (std::size_t c = 0; c < channels; ++c)
      for (std::size_t i = 0; i < static_cast<std::size_t>(got); ++i)
        recording.channels[c].push_back(block[i * channels + c]);
    frames += got;
  }

  if (sf_error(file.get()) != SF_ERR_NO_ERROR || frames < info.frames)
    throw DataError(cat("the sound file '", path.string(), "' is damaged or truncated: ", frames, " of ",
                        info.frames, " samples could be read"),
                    {}, "make or copy the file again");
  if (frames == 0)
    throw DataError(cat("the sound file '", path.string(), "' holds no samples"), {},
                    "give a longer recording");
  for (const auto& channel : recording.channels)
    require_finite(channel, cat("the sound file '", path.string(), "'"));
  return recording;
}

Signal mix_down(const Recording& recording) {
  const std::size_t length = common_length(recording);
  Signal signal{std::vector<float>(length), recording.rate};
  const auto count = static_cast<float>(recording.channels.size());
  for (std::size_t i = 0; i < length; ++i) {
    float sum = 0;
    for (const auto& channel : recording.channels) sum += channel[i];
    signal.samples[i] = sum / count;
  }
  return signal;
}

Signal read(const fs::path& path) { return mix_down(read_all_channels(path)); }

Signal resample(const Signal& signal, int rate) {
  const double ratio = static_cast<double>(rate) / signal.rate;
  if (rate <= 0 || signal.rate <= 0 || src_is_valid_ratio(ratio) == 0)
    throw DataError(cat("cannot convert from ", signal.rate, " to ", rate, " samples per second"), {},
                    "both rates must be positive and less than a factor of 256 apart");
  require_finite(signal.samples, "the signal to resample");
  if (rate == signal.rate || signal.samples.empty()) return {signal.samples, rate};

  const auto wanted = std::max(1LL, std::llround(static_cast<double>(signal.samples.size()) * ratio));
  Signal result{std::vector<float>(static_cast<std::size_t>(wanted)), rate};
  SRC_DATA data{};
  data.data_in = signal.samples.data();
  data.input_frames = static_cast<long>(signal.samples.size());
  data.data_out = result.samples.data();
  data.output_frames = wanted;
  data.src_ratio = ratio;
  if (const int failure = src_simple(&data, SRC_SINC_BEST_QUALITY, 1))
    throw DataError(cat("cannot change the sample rate: ", src_strerror(failure)));
  return result;
}

WriteReport write(const fs::path& path, const Recording& recording) {
  const int format = format_of(path);
  const std::size_t length = common_length(recording);
  for (const auto& channel : recording.channels)
    require_finite(channel, cat("the signal for '", path.string(), "'"));
  const WriteReport report = measured(recording);

  const std::size_t channels = recording.channels.size();
  std::vector<short> interleaved(length * channels);
  for (std::size_t i = 0; i < length; ++i)
    for (std::size_t c = 0; c < channels; ++c)
      interleaved[i * channels + c] = static_cast<short>(
          std::clamp(std::lround(recording.channels[c][i] * report.gain * kFullScale), -32768L, 32767L));

  SF_INFO info{};
  info.samplerate = recording.rate;
  info.channels = static_cast<int>(channels);
  info.format = format;
  File file(sf_open(path.c_str(), SFM_WRITE, &info), sf_close);
  if (!file)
    throw DataError(
        cat("cannot write '", path.string(), "': ", sf_strerror(nullptr)), {},
        "the folder must exist and be writable, and the format must allow this rate and number of channels");
  const auto frames = static_cast<sf_count_t>(length);
  const bool complete = sf_writef_short(file.get(), interleaved.data(), frames) == frames;
  // Closing flushes, so a full disk may show only here.
  if (sf_close(file.release()) != 0 || !complete)
    throw DataError(cat("writing '", path.string(), "' stopped early"), {}, "is the disk full?");
  return report;
}

WriteReport write(const fs::path& path, const Signal& signal) {
  return write(path, Recording{{signal.samples}, signal.rate});
}

}  // namespace unfurl::audio
