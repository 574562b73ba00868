#include <doctest/doctest.h>

#include <cmath>
#include <fstream>

#include "unfurl/audio.hpp"
#include "unit/audio_helpers.hpp"

using namespace unfurl::audio;
using audio_test::Folder;

namespace {

const std::string kHeader = "id,clean,noise,noise_offset_samples,snr_db\n";

void write_text(const std::filesystem::path& path, const std::string& text) { std::ofstream(path) << text; }

/// A folder with a voice of 6 samples and a noise of 4, and this manifest.
void fill(const Folder& folder, const std::string& manifest) {
  std::filesystem::create_directories(folder / "clean");
  std::filesystem::create_directories(folder / "noise");
  write(folder / "clean/voice.wav", Signal{{0.5F, -0.5F, 0.25F, 0, 0.125F, -0.25F}, 16000});
  write(folder / "noise/hum.wav", Signal{{0.25F, 0.5F, -0.25F, 0.125F}, 16000});
  write(folder / "noise/silence.wav", Signal{{0, 0, 0}, 16000});
  write(folder / "noise/slow.wav", Signal{{0.5F, 0.25F}, 8000});
  write_text(folder / "mixtures.csv", kHeader + manifest);
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("mixtures: the manifest is read field by field") {
    const Folder folder;
    write_text(folder / "m.csv",
               kHeader + "a,clean/x.wav,noise/y.wav,17,-3\r\nb,clean/x.wav,noise/z.wav,0,4.5\n");
    const auto rows = read_manifest(folder / "m.csv");
    REQUIRE(rows.size() == 2);
    CHECK(rows[0].id == "a");
    CHECK(rows[0].clean == "clean/x.wav");
    CHECK(rows[0].noise == "noise/y.wav");
    CHECK(rows[0].noise_offset == 17);
    CHECK(rows[0].snr_db == -3);
    CHECK(rows[1].snr_db == 4.5);
    CHECK(rows[1].line == 3);
  }

  TEST_CASE("mixtures: a bad manifest is refused with its line") {
    const Folder folder;
    const auto refuse = [&](const std::string& text, const std::string& reason, const std::string& place) {
      INFO(text);
      write_text(folder / "m.csv", text);
      audio_test::refuses([&] { read_manifest(folder / "m.csv"); }, reason);
      audio_test::refuses([&] { read_manifest(folder / "m.csv"); }, place);
    };
    const std::string good = "a,c.wav,n.wav,0,3\n";
    refuse("", "no rows", "m.csv");
    refuse(kHeader, "no rows", "m.csv");
    refuse("id,clean,noise,snr_db\n" + good, "the columns are", "m.csv:1");
    refuse(good, "the columns are", "m.csv:1");
    refuse(kHeader + good + "b,c.wav,n.wav,0\n", "4 fields", "m.csv:3");
    refuse(kHeader + good + "b,c.wav,n.wav,0,3,\n", "6 fields", "m.csv:3");
    refuse(kHeader + good + "\n", "1 fields", "m.csv:3");
    refuse(kHeader + "a,\"c.wav\",n.wav,0,3\n", "quoted", "m.csv:2");
    refuse(kHeader + ",c.wav,n.wav,0,3\n", "id is empty", "m.csv:2");
    refuse(kHeader + "a,,n.wav,0,3\n", "clean is empty", "m.csv:2");
    refuse(kHeader + "a,c.wav,,0,3\n", "noise is empty", "m.csv:2");
    refuse(kHeader + good + good, "taken by line 2", "m.csv:3");
    refuse(kHeader + "a,c.wav,n.wav,-1,3\n", "before the noise", "m.csv:2");
    for (const char* bad : {"", "x", "1.5", " 1", "1x", "99999999999999999999"})
      refuse(kHeader + "a,c.wav,n.wav," + bad + ",3\n", "noise_offset_samples", "m.csv:2");
    for (const char* bad : {"", "x", "nan", "inf", "3 ", "1e999"})
      refuse(kHeader + "a,c.wav,n.wav,0," + bad + "\n", "snr_db", "m.csv:2");
    audio_test::refuses([&] { read_manifest(folder / "none.csv"); }, "there is no manifest");
    audio_test::refuses([&] { read_manifest(folder.path()); }, "there is no manifest");
  }

  TEST_CASE("mixtures: a row is the speech plus the looped noise at its SNR") {
    const Folder folder;
    fill(folder, "a,clean/voice.wav,noise/hum.wav,2,-3\nb,clean/voice.wav,noise/hum.wav,6,20\n");
    const MixtureSet set(folder.path());
    REQUIRE(set.size() == 2);
    CHECK(set.rate() == 16000);
    CHECK(set.clean().size() == 1);
    REQUIRE(set.noise().size() == 1);
    CHECK(set.noise()[0].file == "noise/hum.wav");

    const std::vector<float> looped = {-0.25F, 0.125F, 0.25F, 0.5F, -0.25F, 0.125F};
    const double speech = 0.25 + 0.25 + 0.0625 + 0.015625 + 0.0625;
    const double noise = 2 * 0.0625 + 2 * 0.015625 + 0.0625 + 0.25;
    for (const std::size_t row : {0, 1}) {  // offsets 2 and 6 are the same place in a noise of 4 samples
      const Mixture parts = set.render(row);
      CHECK(parts.noise_type == "hum");
      CHECK(parts.snr_db == (row == 0 ? -3 : 20));
      CHECK(10 * std::log10(speech / (parts.gain * parts.gain * noise)) == doctest::Approx(parts.snr_db));
      CHECK(parts.clean == set.clean()[0].samples);
      REQUIRE(parts.mixture.size() == 6);
      for (std::size_t i = 0; i < 6; ++i) {
        CHECK(parts.noise[i] == doctest::Approx(parts.gain * looped[i]));
        CHECK(parts.mixture[i] == parts.clean[i] + parts.noise[i]);
      }
    }
  }

  TEST_CASE("mixtures: bad files and rows are refused with their line") {
    const Folder folder;
    fill(folder, "a,clean/voice.wav,noise/hum.wav,0,3\nb,clean/voice.wav,noise/none.wav,0,3\n");
    audio_test::refuses([&] { MixtureSet(folder.path()); }, "none.wav");
    audio_test::refuses([&] { MixtureSet(folder.path()); }, "mixtures.csv:3");
    fill(folder, "a,clean/voice.wav,noise/slow.wav,0,3\n");
    audio_test::refuses([&] { MixtureSet(folder.path()); }, "'noise/slow.wav' has 8000 samples per second");
    fill(folder, "a,clean/voice.wav,noise/hum.wav,0,3\nb,clean/voice.wav,noise/silence.wav,0,3\n");
    const MixtureSet set(folder.path());
    CHECK_NOTHROW(set.render(0));
    audio_test::refuses([&] { set.render(1); }, "silent");
    audio_test::refuses([&] { set.render(1); }, "mixtures.csv:3");
    audio_test::refuses([&] { set.render(2); }, "there is no mixture 2");
    audio_test::refuses([&] { MixtureSet(folder / "nowhere"); }, "there is no manifest");
  }
}
