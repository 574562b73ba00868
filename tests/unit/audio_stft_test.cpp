#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "unfurl/audio.hpp"
#include "unit/audio_helpers.hpp"

using namespace unfurl::audio;
using audio_test::largest_difference;
using audio_test::tone;
using audio_test::white_noise;

TEST_SUITE("unit") {
  TEST_CASE("stft: the inverse gives the signal back, edges included, for any length, window and hop") {
    const std::pair<int, int> sizes[] = {{400, 160}, {400, 100}, {512, 128}, {512, 511},
                                         {20, 19},   {6, 1},     {2, 1}};
    for (const auto& [window, hop] : sizes)
      for (const std::size_t length :
           {1U, 2U, 39U, 40U, 41U, 159U, 160U, 161U, 399U, 400U, 401U, 1000U, 16000U}) {
        const int transform = length % 2 == 0 ? window : window + 2 * (hop % 7);  // zeros behind some windows
        const Stft stft(window, hop, transform);
        const std::vector<float> signal = white_noise(length, static_cast<unsigned>(length));
        const Spectrogram spectrogram = stft.forward(signal);
        INFO("window " << window << ", hop " << hop << ", length " << length);
        CHECK(spectrogram.frames == stft.frames(length));
        CHECK(spectrogram.bins == transform / 2 + 1);
        // A hop of nearly the window leaves samples under a single frame's very edge, where rounding is
        // magnified.
        const double edge = std::sin(std::numbers::pi / window);
        CHECK(largest_difference(stft.inverse(spectrogram, length), signal) <
              1e-6 + 1e-7 / (edge * edge) * (2 * hop > window));
      }
  }

  TEST_CASE(
      "stft: a frame is the discrete Fourier transform of the windowed stretch around a multiple of hop") {
    const int window = 400, hop = 160, length = 1000;
    const std::vector<float> signal = white_noise(length, 3);
    for (const int transform : {400, 512})
      for (const int m : {0, 1, 2, 8})
        for (const int k : {0, 1, 77, 199, transform / 2}) {
          const Spectrogram spectrogram = Stft(window, hop, transform).forward(signal);
          REQUIRE(spectrogram.frames == 9);
          std::complex<double> expected = 0;
          for (int n = 0; n < window; ++n) {
            const int i = (m - 1) * hop - window / 2 + n;
            if (i < 0 || i >= length) continue;
            expected += std::sqrt(0.5 - 0.5 * std::cos(2 * std::numbers::pi * n / window)) *
                        static_cast<double>(signal[static_cast<std::size_t>(i)]) *
                        std::polar(1.0, -2 * std::numbers::pi * k * n / transform);
          }
          INFO("frame " << m << ", bin " << k);
          CHECK(std::abs(std::complex<double>(spectrogram.at(m, k)) - expected) < 1e-4);
        }
  }

  TEST_CASE("stft: a tone is largest in its own bin") {
    const Spectrogram spectrogram = Stft(400, 160).forward(tone(1000, 16000, 8000));
    const std::vector<float> magnitude = spectrogram.magnitude();
    for (int m = 5; m < 40; ++m) {
      const auto frame = magnitude.begin() + m * spectrogram.bins;
      CHECK(std::max_element(frame, frame + spectrogram.bins) - frame == 25);  // 1000 Hz * 400 / 16 kHz
      CHECK(frame[25] == doctest::Approx(std::abs(spectrogram.at(m, 25))));
    }
  }

  TEST_CASE("stft: masks scale the spectrogram") {
    const Stft stft;
    const std::vector<float> signal = white_noise(2000, 5);
    const Spectrogram spectrogram = stft.forward(signal);
    std::vector<float> mask(spectrogram.values.size(), 0.25F);
    std::vector<float> quarter = signal;
    for (float& x : quarter) x *= 0.25F;
    CHECK(largest_difference(stft.inverse(spectrogram.masked(mask), 2000), quarter) < 1e-6);
    mask.pop_back();
    audio_test::refuses([&] { spectrogram.masked(mask); }, "a mask of");
  }

  TEST_CASE("stft: what cannot be transformed is refused") {
    audio_test::refuses([] { Stft(401, 160); }, "window 401");
    audio_test::refuses([] { Stft(400, 400); }, "hop 400");
    audio_test::refuses([] { Stft(400, 0); }, "hop 0");
    audio_test::refuses([] { Stft(0, 0); }, "window 0");
    audio_test::refuses([] { Stft(400, 160, 398); }, "transform of 398 samples for a window of 400");
    audio_test::refuses([] { Stft(400, 160, 513); }, "transform of 513");
    const Stft stft;
    audio_test::refuses([&] { stft.forward({}); }, "empty signal");
    const float bad[] = {0, std::numeric_limits<float>::infinity()};
    audio_test::refuses([&] { stft.forward(bad); }, "at sample 1");
    const Spectrogram spectrogram = stft.forward(white_noise(1000, 1));
    audio_test::refuses([&] { stft.inverse(spectrogram, 2000); }, "which need");
    audio_test::refuses([&] { Stft(320, 160).inverse(spectrogram, 1000); }, "161 bins");
  }
}
