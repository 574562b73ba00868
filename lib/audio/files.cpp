/// Whole sound files.

#include "unfurl/audio_stream.hpp"
#include "unfurl/error.hpp"

namespace unfurl::audio {

using detail::cat;
namespace fs = std::filesystem;

namespace {
constexpr std::size_t most_samples = 1 << 30;  // at once in memory
}

Recording read_all_channels(const fs::path& path) {
  Reader reader(path);
  Recording recording{std::vector<std::vector<float>>(static_cast<std::size_t>(reader.channels())),
                      reader.rate(), reader.speakers(), reader.warning()};
  // In blocks, since the header of a damaged file may promise more samples than the memory holds.
  for (;;) {
    const auto block = reader.read(1 << 15);
    if (block[0].empty()) return recording;
    if ((recording.channels[0].size() + block[0].size()) * block.size() > most_samples)
      throw DataError(cat("the sound file '", path.string(), "' holds more than ", most_samples, " samples"),
                      {}, "cut it into parts");
    for (std::size_t c = 0; c < block.size(); ++c)
      recording.channels[c].insert(recording.channels[c].end(), block[c].begin(), block[c].end());
  }
}

Signal mix_down(const Recording& recording) {
  if (recording.channels.empty() || recording.channels[0].empty())
    throw DataError("a recording without samples", {}, "give at least one channel with one sample");
  const std::size_t length = recording.channels[0].size();
  Signal signal{std::vector<float>(length), recording.rate, recording.warning};
  for (const auto& channel : recording.channels) {
    if (channel.size() != length)
      throw DataError(
          cat("the channels of a recording differ in length: ", length, " and ", channel.size(), " samples"),
          {}, "cut them to the same length");
    for (std::size_t i = 0; i < length; ++i) signal.samples[i] += channel[i];
  }
  const auto count = static_cast<float>(recording.channels.size());
  for (float& x : signal.samples) x /= count;
  return signal;
}

Signal read(const fs::path& path) { return mix_down(read_all_channels(path)); }

WriteReport write(const fs::path& path, const Recording& recording) {
  if (recording.channels.empty())
    throw DataError("a recording without samples", {}, "give at least one channel with one sample");
  Writer writer(path, recording.rate, static_cast<int>(recording.channels.size()), recording.speakers);
  writer.write(recording.channels);
  return writer.finish();
}

WriteReport write(const fs::path& path, const Signal& signal) {
  return write(path, Recording{{signal.samples}, signal.rate, 0, {}});
}

}  // namespace unfurl::audio
