/// Headers of sound files: lengths that nobody put down, lengths that are not there, and where loudspeakers stand.

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <fstream>
#include <limits>

#include "unfurl/audio_stream.hpp"
#include "unit/audio_helpers.hpp"

using namespace unfurl::audio;
using audio_test::contents;
using audio_test::Folder;
using audio_test::refuses;

namespace {

/// A WAV file of 16-bit numbers in one channel, byte by byte.
struct Wav {
  std::vector<float> samples;
  std::uint64_t riff = 0, data = 0;  // what the header says
  std::string kind = "RIFF", behind{};
  int channels = 1;

  std::string number(std::uint64_t value, int size) const {
    std::string bytes;
    for (int i = 0; i < size; ++i) {
      const int digit = kind == "RIFX" ? size - 1 - i : i;
      bytes += static_cast<char>(value >> (8 * digit) & 255U);
    }
    return bytes;
  }
  std::string bytes() const {
    const bool wide = kind == "RF64";
    std::string all = kind + number(wide ? 0xFFFFFFFFU : riff, 4) + "WAVE";
    if (wide) all += "ds64" + number(28, 4) + number(riff, 8) + number(data, 8) + number(0, 8) + number(0, 4);
    const auto wide_channels = static_cast<std::uint64_t>(channels);
    all += "fmt " + number(16, 4) + number(1, 2) + number(wide_channels, 2) + number(8000, 4) +
           number(16000 * wide_channels, 4) + number(2 * wide_channels, 2) + number(16, 2);
    all += "data" + number(wide ? 0xFFFFFFFFU : data, 4);
    for (const float x : samples) all += number(static_cast<std::uint16_t>(std::lround(x * 32768)), 2);
    return all + behind;
  }
};

std::filesystem::path save(const Folder& folder, const std::string& bytes) {
  std::ofstream(folder / "x.wav", std::ios::binary) << bytes;
  return folder / "x.wav";
}

std::vector<float> sound(std::size_t length) {
  std::vector<float> samples = audio_test::white_noise(length, 4);
  for (float& x : samples) x = static_cast<float>(std::lround(x * 32767)) / 32768;
  return samples;
}

/// The channel mask in the bytes of a file; 0: the format has none.
std::uint32_t mask_in(const std::string& bytes) {
  const std::size_t at = bytes.find("fmt ") + 8;
  const auto byte = [&](std::size_t i) {
    return static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[at + i]));
  };
  if (byte(0) != 0xFE || byte(1) != 0xFF) return 0;
  return byte(20) | byte(21) << 8U | byte(22) << 16U | byte(23) << 24U;
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("audio headers: sound behind a length that nobody put down is read, with a warning") {
    const Folder folder;
    for (const std::string kind : {"RIFF", "RIFX", "RF64"})
      for (const std::uint64_t said :
           {0ULL, 0x7FFFF000ULL, 0x7FFFFFFFULL, 0x80000000ULL, 0xFFFFFFDBULL, 0xFFFFFFFFULL})
        for (const std::uint64_t riff : {0ULL, 36ULL, 0xFFFFFFFFULL})
          for (const std::size_t length : {1U, 3U, 8000U}) {
            CAPTURE(kind);
            CAPTURE(said);
            CAPTURE(length);
            const Wav wav{sound(length), riff, said, kind};
            const Recording back = read_all_channels(save(folder, wav.bytes()));
            REQUIRE(back.channels.size() == 1);
            CHECK(back.channels[0] == wav.samples);
            CHECK(back.warning.find(unfurl::detail::cat("all ", 2 * length, " bytes")) != std::string::npos);
            CHECK(read(folder / "x.wav").warning == back.warning);
            Reader reader(folder / "x.wav");
            CHECK(reader.length() == static_cast<std::int64_t>(length));
            CHECK(reader.warning() == back.warning);
          }
    const Wav silence{std::vector<float>(100), 0, 0};
    CHECK(read(save(folder, silence.bytes())).samples == silence.samples);
    const Wav whole{sound(100), 236, 200};
    CHECK(read(save(folder, whole.bytes())).warning.empty());
  }

  TEST_CASE("audio headers: what follows an empty chunk of sound is no sound when it is a chunk") {
    const Folder folder;
    const std::string title = std::string("LIST\x0e\0\0\0INFOINAM\x02\0\0\0x\0", 22);
    refuses([&] { read(save(folder, Wav{{}, 36, 0, "RIFF", title}.bytes())); }, "holds no samples");
    refuses([&] { read(save(folder, Wav{{}, 36, 0}.bytes())); }, "holds no samples");
    const Wav followed{sound(50), 158, 100, "RIFF", title};
    CHECK(read(save(folder, followed.bytes())).samples == followed.samples);
    CHECK(read(folder / "x.wav").warning.empty());
  }

  TEST_CASE("audio headers: a length that is not there is refused, however large") {
    const Folder folder;
    for (const std::uint64_t said : {200ULL, 160001ULL, 2200000000ULL, 0x7FFEFFFFULL, 0xFFFEFFFFULL}) {
      CAPTURE(said);
      const std::size_t length = said == 200 ? 99 : 80000;
      const std::string reason = unfurl::detail::cat("it holds ", 2 * length, " of ", said, " bytes");
      refuses([&] { read(save(folder, Wav{sound(length), said + 36, said}.bytes())); }, reason);
      refuses([&] { read(save(folder, Wav{sound(length), said + 36, said, "RF64"}.bytes())); }, reason);
    }
  }

  TEST_CASE("audio headers: the places of loudspeakers survive reading and writing") {
    const Folder folder;
    struct Case {
      std::size_t channels;
      std::uint32_t mask;
    };
    for (const Case& c : {Case{1, 0x4},
                          {2, 0x3},
                          {2, 0x30},
                          {3, 0x7},
                          {4, 0x33},
                          {4, 0x603},
                          {6, 0x3F},
                          {6, 0x60F},
                          {8, 0x63F},
                          {4, 0x3},
                          {3, 0x80000001U}}) {
      CAPTURE(c.mask);
      const Recording placed{std::vector(c.channels, sound(40)), 16000, c.mask, {}};
      write(folder / "a.wav", placed);
      CHECK(mask_in(contents(folder / "a.wav")) == c.mask);
      const Recording back = read_all_channels(folder / "a.wav");
      CHECK(back.channels == placed.channels);
      CHECK(back.speakers == c.mask);
    }
    write(folder / "b.wav", Recording{std::vector(6, sound(40)), 16000, 0, {}});
    CHECK(mask_in(contents(folder / "b.wav")) == 0);
    CHECK(read_all_channels(folder / "b.wav").speakers == 0);

    const Recording six{std::vector(6, sound(40)), 16000, 0x60F, {}};
    write(folder / "c.flac", six);  // at the side or in the back: FLAC does not tell
    CHECK(read_all_channels(folder / "c.flac").speakers == 0x3F);
    Recording odd = six;
    odd.speakers = 0x137;
    refuses([&] { write(folder / "d.flac", odd); }, "channel mask 0x137");
  }

  TEST_CASE("audio headers: a small file that promises a thousand channels is read by what is there") {
    const Folder folder;
    Wav wide{sound(2048), 36 + 4096, 4096};
    wide.channels = 1024;
    Reader reader(save(folder, wide.bytes()));
    const auto block = reader.read(std::numeric_limits<int>::max());
    REQUIRE(block.size() == 1024);
    CHECK(block[1023] == std::vector<float>{wide.samples[1023], wide.samples[2047]});
  }
}
