/// Sound files that are damaged or made up to do harm: each is refused or read, at once, by what is there.

#include <doctest/doctest.h>
#include <sndfile.h>
#include <sys/stat.h>

#include <algorithm>
#include <fstream>
#include <thread>

#include "unfurl/audio_stream.hpp"
#include "unit/audio_helpers.hpp"

using namespace unfurl::audio;
using audio_test::contents;
using audio_test::Folder;
using audio_test::refuses;

namespace {

std::string number(std::uint64_t value, int size = 4, bool big_endian = false) {
  std::string bytes;
  for (int i = 0; i < size; ++i) bytes += static_cast<char>(value >> (8 * i) & 255U);
  if (big_endian) std::reverse(bytes.begin(), bytes.end());
  return bytes;
}

std::string chunk(const std::string& name, const std::string& body) {
  return name + number(body.size()) + body;
}

const std::string format =
    number(1, 2) + number(1, 2) + number(8000) + number(16000) + number(2, 2) + number(16, 2);
const std::string sound = number(0x4000, 2) + number(0xC000, 2) + number(0x2000, 2);
const std::vector<float> samples = {0.5F, -0.5F, 0.25F};

std::string wav(const std::string& between, const std::string& behind = "") {
  const std::string body = "WAVE" + chunk("fmt ", format) + between + chunk("data", sound) + behind;
  return chunk("RIFF", body);
}

std::filesystem::path save(const Folder& folder, const std::string& bytes) {
  std::ofstream(folder / "x", std::ios::binary) << bytes;
  return folder / "x";
}

/// The samples as libsndfile writes them, with a title, in one of its formats.
std::string written(const Folder& folder, int format_of_file) {
  SF_INFO info{};
  info.samplerate = 8000;
  info.channels = 1;
  info.format = format_of_file;
  SNDFILE* file = sf_open((folder / "made").c_str(), SFM_WRITE, &info);
  REQUIRE_MESSAGE(file != nullptr, sf_strerror(nullptr));
  sf_set_string(file, SF_STR_TITLE, "three");
  sf_writef_float(file, samples.data(), std::ssize(samples));
  sf_set_string(file, SF_STR_ARTIST, "nobody");
  sf_close(file);
  return contents(folder / "made");
}

constexpr int chunked[] = {SF_FORMAT_WAV,  SF_FORMAT_WAVEX, SF_FORMAT_WAV | SF_ENDIAN_BIG,
                           SF_FORMAT_RF64, SF_FORMAT_AIFF,  SF_FORMAT_W64,
                           SF_FORMAT_CAF};
constexpr int whole[] = {SF_FORMAT_AU, SF_FORMAT_NIST, SF_FORMAT_FLAC};

}  // namespace

TEST_SUITE("error") {
  TEST_CASE("audio damaged: lists whose parts lead back are passed over") {
    const Folder folder;
    // A size of 2^32 - 17 is 2^32 - 16 with its padding: in 32 bits, a jump of 16 bytes back, in front of itself.
    const std::string back =
        std::string(8, '\xFF') + "\xFF\xFF\xFF\xFF" + number(0xFFFFFFEFU) + std::string(8, 'x');
    CHECK(read(save(folder, wav(chunk("LIST", "INFO" + back)))).samples == samples);
    CHECK(read(save(folder, wav("", chunk("LIST", "INFO" + back)))).samples == samples);
    // The file that a fuzzer found: the list claims more than there is, as well.
    const std::string found = chunk("RIFF", "").replace(4, 4, number(0)) + "WAVE" + chunk("fmt ", format) +
                              "LISTdata" + std::string(1, '\0') + "ds2" + number(56) +
                              std::string(56, '\xF1') + std::string(8, '\xFF') + std::string(8, '\xFF') +
                              std::string(4, '\xFF') + number(0xFFFFFFEFU) + '\xFF';
    refuses([&] { read(save(folder, found)); },
            "its chunk 'LIST' at byte 36 claims 1635017060 bytes, and 89 are left");
    for (const std::string name :
         {"cue ", "smpl", "acid", "bext", "cart", "PEAK", "fact", "LIST", "\xFF\xFE\xFD\xFC"})
      for (const std::uint64_t size :
           {0x7FFFFFFFULL, 0x80000000ULL, 0xFFFEFFFFULL, 0xFFFFFFF0ULL, 0xFFFFFFFFULL}) {
        refuses([&] { read(save(folder, wav(name + number(size)))); }, "damaged or truncated");
        CHECK(read(save(folder, wav("", name + number(size)))).samples == samples);
      }
  }

  TEST_CASE("audio damaged: padding that a program forgot, chunks in unusual places, and none at all") {
    const Folder folder;
    const std::string odd = "INFOINAM" + number(3) + "abc";
    for (const std::string& list :
         {chunk("LIST", odd), chunk("LIST", odd) + '\0', chunk("LIST", odd) + chunk("bext", "yz"),
          chunk("fact", ""), chunk("cue ", number(2000)), chunk("fmt ", "")})
      CHECK(read(save(folder, wav(list))).samples == samples);
    CHECK(read(save(folder, chunk("RIFF", "WAVE" + chunk("data", sound) + chunk("fmt ", format)))).samples ==
          samples);
    refuses([&] { read(save(folder, chunk("RIFF", "WAVE" + chunk("fmt ", format)))); },
            "no chunk 'data' of samples");
    refuses([&] { read(save(folder, chunk("RIFF", "WAVE" + chunk("data", sound)))); }, "no chunk 'fmt '");
    refuses(
        [&] { read(save(folder, chunk("RIFF", "WAVE" + chunk("fmt ", "short") + chunk("data", sound)))); },
        "its chunk 'fmt ' at byte 12 has 5 bytes");
    refuses([&] { read(save(folder, "RIFF" + number(9) + "WAVE")); }, "no chunk 'data'");
    std::string many;
    for (int i = 0; i < 70000; ++i) many += chunk("junk", "");
    refuses([&] { read(save(folder, wav(many))); }, "more than 65536 chunks");
  }

  TEST_CASE("audio damaged: every format is read without its metadata, and refused where it is cut") {
    const Folder folder;
    std::vector<int> kinds(std::begin(chunked), std::end(chunked));
    kinds.insert(kinds.end(), std::begin(whole), std::end(whole));
    for (const int kind : kinds) {
      CAPTURE(kind);
      const std::string bytes = written(folder, kind | SF_FORMAT_PCM_16);
      CHECK(read(save(folder, bytes)).samples == samples);
      CHECK(read(save(folder, "ID3\3" + std::string(4, '\0') + number(3, 2, true) + "tag" + bytes)).samples ==
            samples);
      for (std::size_t length = 0; length < bytes.size(); ++length) {
        std::vector<float> got = samples;  // refused, or what is cut stands behind the samples
        try {
          got = read(save(folder, bytes.substr(0, length))).samples;
        } catch (const unfurl::DataError&) {
        }
        CHECK(got == samples);
      }
    }
    refuses([&] { read(save(folder, written(folder, SF_FORMAT_CAF | SF_FORMAT_ALAC_16))); }, "ALAC");
    for (const int kind : {SF_FORMAT_SVX, SF_FORMAT_VOC, SF_FORMAT_PAF, SF_FORMAT_MAT5, SF_FORMAT_IRCAM})
      refuses([&] { read(save(folder, written(folder, kind | SF_FORMAT_PCM_16))); },
              "as no format that is read");
    // The last two samples are cut: the size tells.
    const std::string aiff = written(folder, SF_FORMAT_AIFF | SF_FORMAT_PCM_16);
    refuses([&] { read(save(folder, aiff.substr(0, aiff.find("SSND") + 18))); }, "it holds 2 of 6 bytes");
    const std::string au = written(folder, SF_FORMAT_AU | SF_FORMAT_PCM_16);
    refuses([&] { read(save(folder, au.substr(0, au.size() - 4))); }, "it holds 2 of 6 bytes");
    const std::string nist = written(folder, SF_FORMAT_NIST | SF_FORMAT_PCM_16);
    refuses([&] { read(save(folder, nist.substr(0, nist.size() - 4))); }, "it holds 2 of 6 bytes");
    refuses([&] { read(save(folder, nist.substr(0, 500))); }, "it ends in its header");
    refuses([&] { read(save(folder, au.substr(0, 20))); }, "it ends in its header");
  }

  TEST_CASE("audio damaged: sound compressed with loss is refused where it is cut") {
    const Folder folder;
    SF_INFO info{};
    info.samplerate = 48000;
    info.channels = 1;
    const std::vector<float> noise = audio_test::white_noise(20000, 3);
    for (const int kind : {SF_FORMAT_OGG | SF_FORMAT_VORBIS, SF_FORMAT_OGG | SF_FORMAT_OPUS,
                           SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III}) {
      CAPTURE(kind);
      info.format = kind;
      SNDFILE* file = sf_open((folder / "made").c_str(), SFM_WRITE, &info);
      if (file == nullptr) continue;  // a libsndfile without this encoder
      sf_writef_float(file, noise.data(), std::ssize(noise));
      sf_close(file);
      const std::string bytes = contents(folder / "made");
      CHECK(read(save(folder, bytes)).samples.size() == noise.size());
      for (const std::size_t length : {bytes.size() - 1, bytes.size() * 9 / 10, bytes.size() / 2})
        CHECK_THROWS_AS(read(save(folder, bytes.substr(0, length))), unfurl::DataError);
    }
  }

  TEST_CASE("audio damaged: AU and NIST files whose length nobody put down are read, with a warning") {
    const Folder folder;
    const auto check_read = [&](std::string bytes, std::size_t at, const std::string& said) {
      const Signal signal = read(save(folder, bytes.replace(at, said.size(), said)));
      CHECK(signal.samples == samples);
      CHECK(signal.warning.find("all 6 bytes are read") != std::string::npos);
    };
    for (const bool big : {true, false}) {
      const std::string au =
          written(folder, SF_FORMAT_AU | SF_FORMAT_PCM_16 | (big ? SF_ENDIAN_BIG : SF_ENDIAN_LITTLE));
      for (const std::uint64_t said : {0ULL, 0xFFFFFFFFULL, 0x7FFFFFFFULL})
        check_read(au, 8, number(said, 4, big));
    }
    const std::string nist = written(folder, SF_FORMAT_NIST | SF_FORMAT_PCM_16);
    const std::size_t at = nist.find("sample_count -i 3");
    REQUIRE(at != std::string::npos);
    check_read(nist, at, "sample_count -i 0");
    check_read(nist, at, "sample_kount -i 3");
    std::string few = nist;  // what follows the sound is none
    CHECK(read(save(folder, few.replace(at, 17, "sample_count -i 2"))).samples ==
          std::vector<float>(samples.begin(), samples.end() - 1));
    CHECK(read(folder / "x").warning.empty());
  }

  TEST_CASE("audio damaged: a pipe is read as a file is") {
    const Folder folder;
    REQUIRE(mkfifo((folder / "pipe").c_str(), 0600) == 0);
    const auto read_piped = [&](const std::string& bytes) {
      std::thread writer([&] { std::ofstream(folder / "pipe", std::ios::binary) << bytes; });
      std::string warning;
      std::vector<float> got;
      try {
        const Signal signal = read(folder / "pipe");
        got = signal.samples;
        warning = signal.warning;
      } catch (const unfurl::DataError& error) {
        warning = error.what();
      }
      writer.join();
      return std::pair(got, warning);
    };
    CHECK(read_piped(wav("")) == std::pair(samples, std::string()));
    std::string unknown = wav("");
    unknown.replace(40, 4, number(0xFFFFFFFFU));
    CHECK(read_piped(unknown).first == samples);
    CHECK(read_piped(unknown).second.find("all 6 bytes are read") != std::string::npos);
    CHECK(read_piped("this is no sound at all").second.find("as no format") != std::string::npos);
  }
}
