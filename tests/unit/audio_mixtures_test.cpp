#include <doctest/doctest.h>
#include <sys/stat.h>

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

  TEST_CASE("mixtures: columns may stand in any order, with others between them") {
    const Folder folder;
    write_text(folder / "m.csv",
               "\xEF\xBB\xBFspeaker,snr_db,id,text,noise,clean,noise_offset_samples\r\n"
               "anna,-3,a,\"Well, yes.\",noise/y.wav,clean/x.wav,17\r\n,4.5,b,,noise/z.wav,clean/x.wav,0");
    const auto rows = read_manifest(folder / "m.csv");
    REQUIRE(rows.size() == 2);
    CHECK(rows[0].id == "a");
    CHECK(rows[0].clean == "clean/x.wav");
    CHECK(rows[0].noise == "noise/y.wav");
    CHECK(rows[0].noise_offset == 17);
    CHECK(rows[0].snr_db == -3);
    CHECK(rows[1].id == "b");
    CHECK(rows[1].snr_db == 4.5);
    CHECK(rows[1].line == 3);
  }

  TEST_CASE("mixtures: at every ratio that is allowed the noise has its energy, and others are refused") {
    const std::vector<float> speech = audio_test::white_noise(1000, 1),
                             noise = audio_test::white_noise(1000, 2);
    for (const double snr : {-150.0, -30.0, 0.0, 30.0, 150.0}) {
      const Mixture parts = mix(speech, noise, 0, snr);
      double clean = 0, disturbed = 0;
      for (std::size_t i = 0; i < 1000; ++i) {
        clean += static_cast<double>(parts.clean[i]) * parts.clean[i];
        disturbed += static_cast<double>(parts.noise[i]) * parts.noise[i];
      }
      CHECK(10 * std::log10(clean / disturbed) == doctest::Approx(snr).epsilon(1e-6));
    }
    for (const double snr : {1e308, -1e308, 151.0, std::nan("")})
      audio_test::refuses([&] { mix(speech, noise, 0, snr); }, "choose one from -150 to 150 dB");
    const std::vector<float> loud = {3e38F, -3e38F};
    audio_test::refuses([&] { mix(loud, loud, 0, 0); }, "beyond the range");
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
    refuse("id,clean,noise,snr_db\n" + good, "no noise_offset_samples", "m.csv:1");
    refuse("id,clean,noise,noise_offset_samples,snr_db,id\n", "more than one id", "m.csv:1");
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
    for (const char* bad : {"1e308", "-1e308", "150.1"})
      refuse(kHeader + "a,c.wav,n.wav,0," + bad + "\n", "leaves nothing", "m.csv:2");
    for (const char* bad : {"", "x", "nan", "inf", "3 ", "1e999"})
      refuse(kHeader + "a,c.wav,n.wav,0," + bad + "\n", "snr_db", "m.csv:2");
    std::string message;
    std::string rows(1 << 20, 'x');
    write_text(folder / "m.csv", rows.append("\n").append(good));
    try {
      read_manifest(folder / "m.csv");
    } catch (const unfurl::DataError& error) {
      message = error.what();
    }
    CHECK(message.find("the columns are") != std::string::npos);
    CHECK(message.size() < 1000);
    REQUIRE(mkfifo((folder / "pipe.csv").c_str(), 0600) == 0);  // it would never open
    audio_test::refuses([&] { read_manifest(folder / "pipe.csv"); }, "there is no manifest");
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
    for (const std::size_t row : {0U, 1U}) {  // offsets 2 and 6 are the same place in a noise of 4 samples
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
