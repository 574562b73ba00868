/// Sound in pieces: the same bits as whole, whatever the pieces, and no later than promised.

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "unfurl/audio_stream.hpp"
#include "unit/audio_helpers.hpp"

using namespace unfurl::audio;
using audio_test::Folder;
using audio_test::largest_difference;
using audio_test::tone;
using audio_test::white_noise;

namespace {

/// Sizes of the pieces in turn; 0 pushes everything at once.
const std::vector<std::vector<std::size_t>> cuts = {{0}, {1}, {160}, {7, 160, 1, 4000, 0}};

struct Pushed {
  std::vector<float> samples;
  std::size_t lag = 0;  // most samples known and not finished, while pushing
};

/// Everything that comes out when `signal` goes in, piece by piece.
template <class Stage>
Pushed through(Stage& stage, const std::vector<float>& signal, const std::vector<std::size_t>& sizes) {
  Pushed result;
  const auto take = [&](const std::vector<float>& more) {
    result.samples.insert(result.samples.end(), more.begin(), more.end());
  };
  std::size_t done = 0;
  for (std::size_t k = 0; done < signal.size(); ++k) {
    const std::size_t size = sizes[k % sizes.size()];
    const std::size_t count = size == 0 ? signal.size() - done : std::min(size, signal.size() - done);
    take(stage.push(std::span(signal).subspan(done, count)));
    done += count;
    result.lag = std::max(result.lag, done - std::min(done, result.samples.size()));
  }
  take(stage.finish());
  return result;
}

/// A mask that depends on the frame and on those before it.
Masker remembering(int bins) {
  std::vector<float> mean(static_cast<std::size_t>(bins));
  return [mean](std::span<const float> magnitudes) mutable {
    std::vector<float> mask(magnitudes.size());
    for (std::size_t i = 0; i < mask.size(); ++i) {
      float& m = mean[i % mean.size()];
      m = 0.75F * m + 0.25F * magnitudes[i];
      mask[i] = magnitudes[i] / (magnitudes[i] + m + 1e-6F);
    }
    return mask;
  };
}

/// The same, one or more frames late.
Masker late(Masker masker, int bins, int frames) {
  std::vector<float> waiting(static_cast<std::size_t>(bins * frames), 0.123F);
  return [masker = std::move(masker), waiting](std::span<const float> magnitudes) mutable {
    const std::vector<float> mask = masker(magnitudes);
    waiting.insert(waiting.end(), mask.begin(), mask.end());
    const auto end = waiting.begin() + static_cast<std::ptrdiff_t>(mask.size());
    std::vector<float> old(waiting.begin(), end);
    waiting.erase(waiting.begin(), end);
    return old;
  };
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("audio stream: blocks of any size make the same file, which appears when it is whole") {
    const Folder folder;
    for (const char* extension : {".wav", ".flac"})
      for (const float level : {0.5F, 3.0F}) {  // the second one clips, late in the file
        Recording recording{{white_noise(70001, 1), white_noise(70001, 2), white_noise(70001, 3)}, 44100};
        for (auto& channel : recording.channels)
          for (std::size_t i = 0; i < channel.size(); ++i) channel[i] *= i < 60000 ? 0.5F : level;
        const auto whole = folder / ("whole" + std::string(extension)),
                   pieces = folder / ("pieces" + std::string(extension));
        const WriteReport report = write(whole, recording);
        CHECK((report.gain < 1) == (level > 1));
        std::filesystem::remove(pieces);
        Writer writer(pieces, 44100, 3);
        for (std::size_t done = 0, size = 1; done < 70001; done += size, size = 3 * size + 1) {
          std::vector<std::vector<float>> block;
          for (const auto& channel : recording.channels)
            block.emplace_back(
                channel.begin() + static_cast<std::ptrdiff_t>(done),
                channel.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(done + size, 70001)));
          writer.write(block);
        }
        CHECK_FALSE(std::filesystem::exists(pieces));
        CHECK(writer.finish().gain == report.gain);
        CHECK(audio_test::contents(pieces) == audio_test::contents(whole));

        const Recording back = read_all_channels(whole);
        Reader reader(whole);
        CHECK(reader.channels() == 3);
        CHECK(reader.rate() == 44100);
        CHECK(reader.length() == 70001);
        std::size_t done = 0;
        for (;;) {
          const auto block = reader.read(999);
          if (block[0].empty()) break;
          for (std::size_t c = 0; c < 3; ++c)
            REQUIRE(std::equal(block[c].begin(), block[c].end(),
                               back.channels[c].begin() + static_cast<std::ptrdiff_t>(done)));
          done += block[0].size();
        }
        CHECK(done == 70001);
      }
    CHECK(std::distance(std::filesystem::directory_iterator(folder.path()), {}) == 4);
  }

  TEST_CASE("audio stream: a file may be rewritten from itself, through a link, too") {
    const Folder folder;
    write(folder / "a.wav", Signal{{0.5F, -0.25F}, 8000});
    std::filesystem::create_symlink(folder / "a.wav", folder / "link.wav");
    Reader reader(folder / "a.wav");
    Writer writer(folder / "link.wav", 8000, 1);
    writer.write(reader.read(1));
    writer.write(reader.read(1));
    writer.finish();
    CHECK(std::filesystem::is_symlink(folder / "link.wav"));
    CHECK(read(folder / "a.wav").samples == std::vector<float>{0.5F, -0.25F});
  }

  TEST_CASE("audio stream: resampling in pieces gives the bits of the whole, no later than promised") {
    for (const int from : {8000, 16000, 44100, 48000})
      for (const int to : {16000, 44100})
        for (const std::size_t length : {1U, 100U, 9001U}) {
          const std::vector<float> signal = white_noise(length, 7);
          const std::vector<float> whole = resample({signal, from}, to).samples;
          const double ratio = static_cast<double>(to) / from;
          CHECK(std::ssize(whole) == std::max(1LL, std::llround(static_cast<double>(length) * ratio)));
          for (const auto& sizes : cuts) {
            INFO(from << " -> " << to << ", length " << length << ", pieces of " << sizes[0]);
            Resampler stage(from, to);
            CHECK(through(stage, signal, sizes).samples == whole);
          }
          // One at a time: output j, at input time j / ratio, is there when the stretch from that time on is known.
          Resampler stage(from, to);
          std::size_t out = 0;
          for (std::size_t in = 1; in <= length; ++in) {
            out += stage.push(std::span(signal).subspan(in - 1, 1)).size();
            const double known = static_cast<double>(in) - stage.latency();
            if (known >= 0)
              REQUIRE(static_cast<double>(out) >= std::floor(known * ratio) + (stage.latency() > 0));
          }
        }
    Resampler long_run(44100, 16000);
    const int latency = long_run.latency();
    std::int64_t out = 0, late = 0;
    for (std::int64_t in = 1; in <= 200000; ++in) {
      out += static_cast<std::int64_t>(long_run.push(std::vector<float>(1)).size());
      late += in >= latency && out * 44100 <= (in - latency) * 16000 ? 1 : 0;
    }
    CHECK(late == 0);
    CHECK(Resampler(8000, 8000).latency() == 0);
    CHECK(Resampler(48000, 16000).latency() > 300);
    CHECK(Resampler(48000, 16000).finish().empty());
  }

  TEST_CASE("audio stream: frames in pieces are those of the whole signal, and give it back") {
    const std::pair<int, int> shapes[] = {{400, 160}, {512, 128}, {20, 19}, {6, 1}};
    for (const auto& shape : shapes)
      for (const std::size_t length : {1U, 39U, 160U, 401U, 3000U}) {
        const Stft stft(shape.first, shape.second);
        const std::vector<float> signal = white_noise(length, 5);
        const Spectrogram whole = stft.forward(signal);
        INFO("window " << shape.first << ", hop " << shape.second << ", length " << length);
        Analysis analysis(stft);
        Synthesis synthesis(stft);
        std::vector<float> back;
        int frames = 0;
        const auto take = [&](const Spectrogram& more) {
          REQUIRE(frames + more.frames <= whole.frames);
          CHECK(std::equal(more.values.begin(), more.values.end(),
                           whole.values.begin() + std::ptrdiff_t(frames) * whole.bins));
          frames += more.frames;
          synthesis.push(more, back);
        };
        for (const float& x : signal) take(analysis.push({&x, 1}));
        take(analysis.finish());
        CHECK(frames == whole.frames);
        REQUIRE(back.size() >= length);
        back.resize(length);
        CHECK(back == stft.inverse(whole, length));
      }
  }

  TEST_CASE(
      "audio stream: a masked signal does not depend on the pieces, nor on the look-ahead of its mask") {
    const std::pair<int, int> shapes[] = {{400, 160}, {400, 100}, {6, 1}};
    for (const auto& shape : shapes)
      for (const std::size_t length : {1U, 17U, 399U, 1001U, 40003U}) {
        const Stft stft(shape.first, shape.second);
        const std::vector<float> signal = white_noise(length, static_cast<unsigned>(length));
        const Spectrogram spectrogram = stft.forward(signal);
        const std::vector<float> expected =
            stft.inverse(spectrogram.masked(remembering(stft.bins())(spectrogram.magnitude())), length);
        for (const int look_ahead : {0, 1, 5})
          for (const auto& sizes : cuts) {
            INFO("window " << shape.first << ", hop " << shape.second << ", length " << length
                           << ", look-ahead " << look_ahead << ", pieces of " << sizes[0]);
            MaskingEnhancer enhancer(stft, late(remembering(stft.bins()), stft.bins(), look_ahead),
                                     look_ahead);
            const Pushed pushed = through(enhancer, signal, sizes);
            CHECK(pushed.samples == expected);
            CHECK(enhancer.latency() == shape.first + look_ahead * shape.second);
            CHECK(pushed.lag < static_cast<std::size_t>(enhancer.latency()));
            if (sizes[0] == 1 && length > 4000)  // and not sooner
              CHECK(pushed.lag == static_cast<std::size_t>(enhancer.latency() - 1));
          }
      }
    MaskingEnhancer unused(Stft(400, 160), remembering(201), 3);
    CHECK(unused.finish().empty());
  }

  TEST_CASE("audio stream: sound of any rate keeps its length, and its bits in any pieces") {
    for (const int rate : {8000, 11025, 16000, 44100, 48000})
      for (const std::size_t length : {1U, 17U, 1001U, 30011U}) {
        const std::vector<float> signal = white_noise(length, 3);
        std::vector<float> whole;
        for (const auto& sizes : cuts) {
          INFO(rate << " Hz, length " << length << ", pieces of " << sizes[0]);
          ResampledEnhancer enhancer(std::make_unique<MaskingEnhancer>(Stft(400, 160), remembering(201), 1),
                                     16000, rate);
          const Pushed pushed = through(enhancer, signal, sizes);
          if (whole.empty()) whole = pushed.samples;
          CHECK(pushed.samples.size() == length);
          CHECK(pushed.samples == whole);
          if (sizes[0] == 1 && length > 4000) {
            CHECK(pushed.lag < static_cast<std::size_t>(enhancer.latency()));
            CHECK(4 * pushed.lag >
                  3 * static_cast<std::size_t>(enhancer.latency()));  // not far from the worst case
          }
          CHECK(enhancer.hop() == 160 * rate / 16000);
        }
      }
  }

  TEST_CASE("audio stream: a mask of ones gives a tone back at any rate") {
    for (const int rate : {8000, 44100}) {
      const std::vector<float> signal = tone(440, rate, rate);
      ResampledEnhancer enhancer(
          std::make_unique<MaskingEnhancer>(
              Stft(400, 160), [](std::span<const float> v) { return std::vector<float>(v.size(), 1.0F); }),
          16000, rate);
      const std::vector<float> back = through(enhancer, signal, {1000}).samples;
      const auto middle = [](const std::vector<float>& x) {  // the ends have nothing to interpolate with
        return std::vector<float>(x.begin() + 1500, x.end() - 1500);
      };
      CHECK(largest_difference(middle(back), middle(signal)) < 1e-3);
    }
  }
}
