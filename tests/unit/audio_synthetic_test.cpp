#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <map>
#include <set>

#include "audio/mixtures/program.hpp"
#include "audio/mixtures/synthetic_texts.hpp"
#include "unfurl/audio.hpp"
#include "unfurl/metrics.hpp"
#include "unit/audio_helpers.hpp"

using namespace unfurl::audio;
using audio_test::Folder;

TEST_SUITE("unit") {
  TEST_CASE("synthetic speech: a complete set in the form of the benchmark, made once") {
    const Folder folder;
    const auto place = folder / "set";
    make_synthetic_speech(place);
    const MixtureSet train(place / "train"), dev(place / "dev");
    CHECK(train.clean().size() == 24);
    CHECK(train.size() == 24 * 6);
    CHECK(dev.clean().size() == 6);
    CHECK(dev.size() == 6 * 6);
    CHECK(train.noise().size() == 5);
    CHECK(dev.noise().size() == 6);  // one of them is not in train
    for (const MixtureSet* set : {&train, &dev}) {
      CHECK(set->rate() == 16000);
      std::map<double, int> rows_at;
      for (const MixtureRow& row : set->rows()) ++rows_at[row.snr_db];
      CHECK(rows_at.size() == 6);
      CHECK(rows_at.begin()->first == -6);
      CHECK(rows_at.rbegin()->first == 9);
      for (std::size_t i = 0; i < set->size(); ++i) {
        const Mixture parts = set->render(i);
        INFO(set->rows()[i].id);
        CHECK(parts.mixture.size() > 24000);  // 1.5 s
        CHECK(std::all_of(parts.mixture.begin(), parts.mixture.end(),
                          [](float x) { return std::abs(x) < 0.98F; }));
        CHECK(si_sdr(parts.clean, parts.mixture) == doctest::Approx(parts.snr_db).epsilon(0.5));
      }
    }

    // What is complete is left alone; what is made again is the same.
    const auto time = std::filesystem::last_write_time(place / "train/mixtures.csv");
    make_synthetic_speech(place);
    CHECK(std::filesystem::last_write_time(place / "train/mixtures.csv") == time);
    std::filesystem::create_directory(folder / "again");
    make_synthetic_speech(folder / "again");
    int files = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(place)) {
      if (!entry.is_regular_file()) continue;
      const auto name = std::filesystem::relative(entry.path(), place);
      INFO(name.string());
      CHECK(audio_test::contents(entry.path()) == audio_test::contents(folder / "again" / name));
      ++files;
    }
    CHECK(files == 24 + 5 + 6 + 6 + 2 + 1);
    int places = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder.path()))
      places += entry.is_directory() ? 1 : 0;
    CHECK(places == 2);  // no leftovers
  }

  TEST_CASE(
      "synthetic speech: dev has other talkers and sentences than train, and the crowds speak nowhere else") {
    std::set<std::string> voices, sentences;
    std::size_t talkers = 0, texts = 0;
    for (const auto& split : unfurl::audio::detail::synthetic_splits()) {
      for (const auto* group : {&split.talkers, &split.crowd})
        for (const auto& talker : *group) voices.insert(talker.voice);
      for (const auto* group : {&split.sentences, &split.paragraphs})
        sentences.insert(group->begin(), group->end());
      talkers += split.talkers.size() + split.crowd.size();
      texts += split.sentences.size() + split.paragraphs.size();
    }
    CHECK(voices.size() == talkers);
    CHECK(sentences.size() == texts);
  }

  TEST_CASE("synthetic speech: a folder of other things is left as it is") {
    const Folder folder;
    std::ofstream(folder / "thesis.txt") << "years of work";
    audio_test::refuses([&] { make_synthetic_speech(folder.path()); }, "is no synthetic speech set");
    CHECK(audio_test::contents(folder / "thesis.txt") == "years of work");
    audio_test::refuses([&] { make_synthetic_speech(folder / "thesis.txt"); }, "is no synthetic speech set");
    audio_test::refuses([&] { make_synthetic_speech(folder / "thesis.txt/set"); }, "cannot make");
  }

  TEST_CASE("synthetic speech: a missing program is named with its package, and nothing is left behind") {
    const Folder folder;
    const char* path = std::getenv("PATH");
    REQUIRE(path != nullptr);
    const std::string saved = path;
    setenv("PATH", folder.path().c_str(), 1);
    audio_test::refuses([&] { make_synthetic_speech(folder / "set"); }, "'espeak-ng' is not installed");
    audio_test::refuses([&] { make_synthetic_speech(folder / "set"); }, "apt-get install espeak-ng");
    setenv("PATH", saved.c_str(), 1);
    CHECK(std::filesystem::is_empty(folder.path()));
  }

  TEST_CASE("programs: words need no quoting, and a failure shows what the program said") {
    const Folder folder;
    using unfurl::audio::detail::run_program;
    const auto log = folder / "log.txt";
    run_program({"printf", "%s|", "two words", "$HOME", "'a\"b", ";ls"}, "coreutils", log);
    CHECK(audio_test::contents(log) == "two words|$HOME|'a\"b|;ls|");
    audio_test::refuses(
        [&] {
          run_program({"sh", "-c", "echo no luck >&2; exit 3"}, "dash", log);
        },
        "no luck");
    audio_test::refuses([&] { run_program({"sh", "-c", "kill -9 $$"}, "dash", log); }, "'sh' failed");
  }
}
