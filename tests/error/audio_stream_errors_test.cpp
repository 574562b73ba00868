/// Sound in pieces: what is refused, and that nothing is left behind.

#include <doctest/doctest.h>

#include <cmath>
#include <fstream>
#include <limits>

#include "unfurl/audio_stream.hpp"
#include "unit/audio_helpers.hpp"

using namespace unfurl::audio;
using audio_test::Folder;
using audio_test::refuses;
using audio_test::white_noise;

namespace {

constexpr float not_a_number = std::numeric_limits<float>::quiet_NaN();

std::ptrdiff_t entries(const Folder& folder) {
  return std::distance(std::filesystem::directory_iterator(folder.path()), {});
}

}  // namespace

TEST_SUITE("error") {
  TEST_CASE("audio stream: a file that stops being sound is refused where it does") {
    const Folder folder;
    write(folder / "whole.flac", Signal{white_noise(60000, 1), 16000});
    const std::string bytes = audio_test::contents(folder / "whole.flac");
    std::ofstream(folder / "cut.flac", std::ios::binary) << bytes.substr(0, bytes.size() / 2);
    Reader cut(folder / "cut.flac");
    CHECK(cut.read(1000)[0].size() == 1000);
    refuses(
        [&] {
          while (!cut.read(1000)[0].empty()) continue;
        },
        "damaged or truncated");

    std::vector<float> samples(5000, 0.25F);
    samples[4321] = not_a_number;
    audio_test::write_float_wav(folder / "nan.wav", samples);
    Reader bad(folder / "nan.wav");
    CHECK(bad.read(4000)[0].size() == 4000);
    refuses([&] { bad.read(4000); }, "not finite, at sample 4321");
    refuses([&] { Reader missing(folder / "missing.wav"); }, "there is no file");
  }

  TEST_CASE("audio stream: what cannot be written is refused at once, and nothing is left behind") {
    const Folder folder;
    refuses([&] { Writer(folder / "a.mp3", 8000, 1); }, ".wav or .flac");
    refuses([&] { Writer(folder / "no" / "a.wav", 8000, 1); }, "cannot be written");
    refuses([&] { Writer(folder / "a.flac", 8000, 9); }, "does not allow 9 channels");
    std::filesystem::create_directory(folder / "folder.wav");
    refuses([&] { Writer(folder / "folder.wav", 8000, 1); }, "Is a directory");
    {
      Writer writer(folder / "a.wav", 8000, 2);
      refuses([&] { writer.write({{1.0F}}); }, "a block of 1 channels");
      refuses([&] { writer.write({{0.5F, 0.5F}, {0.5F}}); }, "differ in length");
      refuses([&] { writer.finish(); }, "without samples");
      writer.write({{0.5F}, {0.5F}});
      refuses([&] { writer.write({{0.0F, 0.0F}, {0.0F, not_a_number}}); }, "not finite, at sample 2");
    }
    CHECK(entries(folder) == 1);
    write(folder / "kept.wav", Signal{{0.5F}, 8000});
    {
      Writer writer(folder / "kept.wav", 8000, 1);
      writer.write({{0.25F}});
    }
    CHECK(read(folder / "kept.wav").samples == std::vector<float>{0.5F});
    CHECK(entries(folder) == 2);
  }

  TEST_CASE("audio stream: samples, rates, frames and masks that are none are refused") {
    refuses([] { Resampler(0, 8000); }, "from 0 to 8000");
    refuses([] { Resampler(8000, 8000 * 300); }, "factor of 256");
    const float bad[] = {0, not_a_number};
    Resampler resampler(8000, 16000);
    resampler.push(std::vector<float>(10));
    refuses([&] { resampler.push(bad); }, "not finite, at sample 11");
    CHECK_FALSE(resampler.finish().empty());
    CHECK(resampler.finish().empty());
    refuses([&] { resampler.push(std::vector<float>(10)); }, "after the end");
    Analysis analysis{Stft(400, 160)};
    analysis.push(std::vector<float>(500));
    refuses([&] { analysis.push(bad); }, "not finite, at sample 501");
    std::vector<float> signal;
    refuses([&] { Synthesis(Stft(400, 160)).push(Spectrogram{0, 200, {}}, signal); }, "200 bins");

    const Stft stft;
    const auto masker = [](std::size_t more, float value) {
      return [=](std::span<const float> v) { return std::vector<float>(v.size() + more, value); };
    };
    const std::vector<float> second = white_noise(16000, 1);
    refuses([&] { MaskingEnhancer(stft, masker(1, 1)).push(second); }, "a masker gave");
    refuses([&] { MaskingEnhancer(stft, masker(0, not_a_number)).push(second); }, "not finite");
    refuses([&] { MaskingEnhancer(stft, masker(0, 1), -1); }, "look-ahead of -1");
    refuses([&] { MaskingEnhancer(stft, masker(0, 1)).push(bad); }, "at sample 1");
    refuses([&] { ResampledEnhancer(std::make_unique<MaskingEnhancer>(stft, masker(0, 1)), 16000, -8000); },
            "from -8000 to 16000");
  }
}
