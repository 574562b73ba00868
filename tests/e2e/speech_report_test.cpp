// What the report shows of speech: groups by level and noise, spectrograms, sounds.
#include <doctest/doctest.h>

#include <cmath>
#include <numbers>

#include "e2e/cli_helpers.hpp"
#include "models/speech/report.hpp"
#include "unfurl/audio.hpp"

using namespace unfurl;

namespace {

/// A tone as the speech, another as the noise, one second each.
audio::Mixture tones(double snr_db, const std::string& noise) {
  std::vector<float> speech, other;
  for (int i = 0; i < 16000; ++i) {
    speech.push_back(static_cast<float>(0.3 * std::sin(2 * std::numbers::pi * 1000 * i / 16000)));
    other.push_back(static_cast<float>(0.3 * std::sin(2 * std::numbers::pi * 6000 * i / 16000)));
  }
  audio::Mixture m = audio::mix(speech, other, 0, snr_db);
  m.noise_type = noise;
  return m;
}

/// A mask of one half everywhere.
Network halving(int bins) {
  FeedForward mask{.input = "V",
                   .input_type = {1, bins, true, nonneg},
                   .hidden = {2},
                   .outputs = bins,
                   .activation = FeedForward::Activation::sigmoid,
                   .output = "speech",
                   .log_input = true,
                   .mask_of = "V"};
  Network network = feed_forward(mask);
  for (Parameter& p : network.parameters()) std::fill(p.values.begin(), p.values.end(), 0);
  return network;
}

}  // namespace

TEST_SUITE("e2e") {
  TEST_CASE("speech report: groups by level and by noise") {
    const auto groupings = speech_groupings({tones(-3, "wind"), tones(2.5, "rain")});
    REQUIRE(groupings.size() == 2);
    CHECK(groupings[0].labels == std::vector<std::string>{"-3", "2.5"});
    CHECK(groupings[1].labels == std::vector<std::string>{"wind", "rain"});
  }

  TEST_CASE("speech report: spectrograms show the tones where they are, and sounds are what was enhanced") {
    const cli_test::Folder folder;
    const FrameShape shape;
    const std::vector<audio::Mixture> mixtures{tones(9, "wind"), tones(-6, "rain"), tones(0, "hum")};
    const std::vector<Exhibit> networks{{"untrained", Role::untrained, 3, halving(shape.bins())},
                                        {"untied", Role::untied, 3, halving(shape.bins())}};
    const auto shown = illustrate_speech(networks, shape, mixtures, folder / ".");
    REQUIRE(shown.size() == 2);
    CHECK(shown[0].title == "Mixture 1: rain at -6 dB");  // the noisiest
    CHECK(shown[1].title == "Mixture 2: hum at 0 dB");
    REQUIRE(shown[0].panels.size() == 3);  // there is no tied network
    CHECK(shown[0].panels[0].name.starts_with("mixture: SDR "));
    CHECK(shown[0].panels[1].name == "clean");
    CHECK(shown[0].panels[2].name.starts_with("untied: SDR "));

    // Bins are 40 Hz wide, the highest on top.
    const auto at = [](const Panel& panel, int hertz) {
      return panel.values[static_cast<std::size_t>((panel.rows - 1 - hertz / 40) * panel.columns +
                                                   panel.columns / 2)];
    };
    const Panel &mixture = shown[0].panels[0], &clean = shown[0].panels[1], &half = shown[0].panels[2];
    REQUIRE(clean.values.size() == static_cast<std::size_t>(clean.rows * clean.columns));
    CHECK(at(mixture, 6000) - at(mixture, 1000) == doctest::Approx(6).epsilon(0.02));
    CHECK(at(clean, 1000) == doctest::Approx(20 * std::log10(0.3)).epsilon(0.2));
    CHECK(at(clean, 6000) == -70);
    CHECK(at(half, 6000) - at(mixture, 6000) == doctest::Approx(-6.02).epsilon(0.02));

    const audio::Signal sound = audio::read(folder / half.file.string());
    CHECK(sound.rate == 16000);
    REQUIRE(sound.samples.size() == 16000);
    CHECK(sound.samples[8003] == doctest::Approx(mixtures[1].mixture[8003] / 2).epsilon(0.01));
  }

  TEST_CASE("speech report: a folder that cannot be made is refused") {
    const cli_test::Folder folder;
    std::ofstream(folder / "sounds") << "a file";
    CHECK_THROWS_AS(illustrate_speech({}, FrameShape{}, {tones(0, "hum")}, folder / "."), DataError);
    CHECK(illustrate_speech({}, FrameShape{}, {}, folder / ".").empty());
  }
}
