#include <doctest/doctest.h>

#include <cmath>
#include <fstream>
#include <limits>
#include <numbers>

#include "unfurl/audio.hpp"
#include "unfurl/error.hpp"
#include "unit/audio_helpers.hpp"

using namespace unfurl::audio;
using audio_test::Folder;
using audio_test::tone;

TEST_SUITE("unit") {
  TEST_CASE("audio files: 16-bit samples survive writing and reading, in WAV and FLAC") {
    const Folder folder;
    const std::vector<float> samples = {0, 1 / 32768.0F, -1 / 32768.0F, 0.5F, 32767 / 32768.0F, -1};
    for (const char* name : {"a.wav", "a.flac", "A.WAV"}) {
      INFO(name);
      const WriteReport report = write(folder / name, Signal{samples, 8000});
      CHECK(report.gain == 1);
      CHECK(report.peak == 1);
      const Signal back = read(folder / name);
      CHECK(back.rate == 8000);
      CHECK(back.samples == samples);
    }
  }

  TEST_CASE("audio files: samples beyond full scale scale the file down instead of clipping") {
    const Folder folder;
    const WriteReport report = write(folder / "loud.wav", Signal{{0.5F, -2, 1.5F}, 8000});
    CHECK(report.peak == 2);
    CHECK(report.gain == doctest::Approx(0.5));
    CHECK(read(folder / "loud.wav").samples == std::vector<float>{0.25F, -1, 0.75F});
    CHECK(write(folder / "top.wav", Signal{{2, -1}, 8000}).gain == doctest::Approx(0.5).epsilon(1e-4));
    CHECK(read(folder / "top.wav").samples[0] == doctest::Approx(1).epsilon(1e-4));
  }

  TEST_CASE("audio files: channels are kept or averaged") {
    const Folder folder;
    const Recording stereo{{{0.5F, 0.25F, 0}, {0.25F, -0.25F, 0.5F}}, 44100};
    write(folder / "stereo.flac", stereo);
    const Recording back = read_all_channels(folder / "stereo.flac");
    CHECK(back.rate == 44100);
    CHECK(back.channels == stereo.channels);
    CHECK(read(folder / "stereo.flac").samples == std::vector<float>{0.375F, 0, 0.25F});
    audio_test::refuses([] { mix_down({{{1, 2}, {1}}, 8000}); }, "differ in length");
    audio_test::refuses([] { mix_down({}); }, "without samples");
  }

  TEST_CASE("audio files: resampling keeps a tone, its level and the duration") {
    for (const int rate : {8000, 22050, 44100, 48000}) {
      INFO(rate);
      const Signal converted = resample({tone(440, rate, rate), rate}, 16000);
      CHECK(converted.rate == 16000);
      REQUIRE(converted.samples.size() == 16000);
      const std::vector<float> expected = tone(440, 16000, 16000);
      for (std::size_t i = 500; i < 15500; ++i)  // the ends have nothing to interpolate with
        REQUIRE(std::abs(converted.samples[i] - expected[i]) < 1e-3);
    }
    const Signal same = {tone(100, 8000, 321), 8000};
    CHECK(resample(same, 8000).samples == same.samples);
    CHECK(resample({{0.5F}, 48000}, 8000).samples.size() == 1);
  }

  TEST_CASE("audio files: bad files are refused by name") {
    const Folder folder;
    const auto refuse = [](const std::filesystem::path& path, const char* reason) {
      INFO(path.string());
      audio_test::refuses([&] { read(path); }, reason);
      audio_test::refuses([&] { read(path); }, path.filename().string());
    };
    refuse(folder / "missing.wav", "there is no file");
    std::filesystem::create_directory(folder / "folder.wav");
    refuse(folder / "folder.wav", "is a folder");
    std::ofstream(folder / "empty.wav").flush();
    refuse(folder / "empty.wav", "is empty");
    std::ofstream(folder / "text.wav") << "this is no sound at all";
    refuse(folder / "text.wav", "as sound");

    // A WAV file whose data chunk has no samples: the first 44 bytes of a real one, sizes set to none.
    write(folder / "whole.wav", Signal{{0.5F}, 8000});
    std::string bytes = audio_test::contents(folder / "whole.wav").substr(0, 44);
    bytes[4] = 36;
    bytes[40] = 0;
    std::ofstream(folder / "silent.wav", std::ios::binary) << bytes;
    refuse(folder / "silent.wav", "holds no samples");

    write(folder / "whole.flac", Signal{tone(440, 16000, 48000), 16000});
    bytes = audio_test::contents(folder / "whole.flac");
    std::ofstream(folder / "cut.flac", std::ios::binary) << bytes.substr(0, bytes.size() / 2);
    refuse(folder / "cut.flac", "damaged or truncated");

    write(folder / "whole.wav", Signal{tone(440, 16000, 48000), 16000});
    bytes = audio_test::contents(folder / "whole.wav");
    std::ofstream(folder / "cut.wav", std::ios::binary) << bytes.substr(0, bytes.size() / 2);
    refuse(folder / "cut.wav", "damaged or truncated: it holds ");
    for (std::size_t i = 0; i < 4; ++i)  // of a length that the program did not know
      bytes[bytes.find("data") + 4 + i] = static_cast<char>(0xFF);
    std::ofstream(folder / "piped.wav", std::ios::binary) << bytes;
    CHECK(read(folder / "piped.wav").samples == read(folder / "whole.wav").samples);

    audio_test::write_float_wav(folder / "nan.wav", {0, 0.5F, std::numeric_limits<float>::quiet_NaN()});
    refuse(folder / "nan.wav", "not finite, at sample 2");
    audio_test::write_float_wav(folder / "fine.wav", {0, 0.5F, 1.5F});
    CHECK(read(folder / "fine.wav").samples == std::vector<float>{0, 0.5F, 1.5F});
  }

  TEST_CASE("audio files: what cannot be written or converted is refused") {
    const Folder folder;
    const float infinity = std::numeric_limits<float>::infinity();
    const Signal good{{0.5F}, 8000};
    audio_test::refuses([&] { write(folder / "a.mp3", good); }, ".wav or .flac");
    audio_test::refuses([&] { write(folder / "no" / "a.wav", good); }, "cannot be written");
    audio_test::refuses([&] { write(folder / "a.wav", Signal{{}, 8000}); }, "without samples");
    audio_test::refuses(
        [&] {
          write(folder / "a.wav", Signal{{0, infinity}, 8000});
        },
        "not finite, at sample 1");
    CHECK_FALSE(std::filesystem::exists(folder / "a.wav"));
    audio_test::refuses([&] { resample(good, 0); }, "from 8000 to 0");
    audio_test::refuses([&] { resample({{0.5F}, -1}, 16000); }, "from -1 to 16000");
    audio_test::refuses([&] { resample({{0.5F}, 10}, 16000); }, "factor of 256");
  }
}
