#include "models/speech/report.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <numeric>

#include "models/speech/enhance.hpp"
#include "unfurl/metrics.hpp"

namespace unfurl {

namespace {

using detail::cat;

constexpr double rate = 16000;
constexpr double shown_seconds = 5;  ///< longer pictures hide harmonics
constexpr float range_db = 70;       ///< quieter is as dark as silence

/// Decibels below full scale of the beginning, [bins, frames], the highest frequency on top.
Panel spectrogram(const std::string& name, const std::vector<float>& samples, const FrameShape& shape) {
  const audio::Stft stft = shape.stft();
  const audio::Spectrogram s = stft.forward(samples);
  const std::vector<float> magnitude = s.magnitude();
  Panel panel{name, s.bins, std::min(s.frames, static_cast<int>(shown_seconds * rate / shape.hop)), {}, {}};
  const float full = static_cast<float>(shape.window) / 4;  // near the magnitude of a sine of amplitude 1
  for (int bin = s.bins - 1; bin >= 0; --bin)
    for (int frame = 0; frame < panel.columns; ++frame) {
      const float v = magnitude[static_cast<std::size_t>(std::ptrdiff_t{frame} * s.bins + bin)];
      panel.values.push_back(std::max(-range_db, 20 * std::log10(std::max(v / full, 1e-6f))));
    }
  return panel;
}

/// The deepest network of a role; null without one.
const Exhibit* deepest(const std::vector<Exhibit>& networks, Role role) {
  const Exhibit* found = nullptr;
  for (const Exhibit& e : networks)
    if (e.role == role && !e.own_problem && (!found || e.layers > found->layers)) found = &e;
  return found;
}

std::string decibels(double value) {
  char text[64];
  const auto end = std::to_chars(text, text + sizeof text, value, std::chars_format::fixed, 1);
  return end.ec == std::errc() ? std::string(text, end.ptr) + " dB" : detail::cat(value, " dB");
}

}  // namespace

std::vector<Grouping> speech_groupings(const std::vector<audio::Mixture>& mixtures) {
  Grouping levels{"SNR [dB]", {}}, noises{"noise", {}};
  for (const audio::Mixture& m : mixtures) {
    levels.labels.push_back(cat(m.snr_db));
    noises.labels.push_back(m.noise_type);
  }
  return {levels, noises};
}

std::vector<Illustration> illustrate_speech(const std::vector<Exhibit>& networks, const FrameShape& shape,
                                            const std::vector<audio::Mixture>& mixtures,
                                            const std::filesystem::path& folder) {
  if (mixtures.empty()) return {};
  std::vector<std::size_t> order(mixtures.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return mixtures[a].snr_db < mixtures[b].snr_db; });
  std::vector<std::size_t> chosen{order.front()};
  if (order.size() > 1) chosen.push_back(order[order.size() / 2]);

  const std::filesystem::path sounds = "sounds";
  std::error_code failed;
  std::filesystem::create_directories(folder / sounds, failed);
  if (failed)
    throw DataError("no folder for sounds can be made: " + failed.message(), (folder / sounds).string(),
                    "choose a place where you may write");

  std::vector<Illustration> illustrations;
  for (const std::size_t which : chosen) {
    const audio::Mixture& m = mixtures[which];
    Illustration shown;
    shown.title = cat("Mixture ", which, ": ", m.noise_type, " at ", m.snr_db, " dB");
    shown.caption = "Spectrograms of the first seconds, and the whole sounds.";
    shown.unit = "dB";
    shown.across = "time [s]";
    shown.upward = "frequency [kHz]";
    shown.height = rate / 2000;
    const auto show = [&](const std::string& name, const std::vector<float>& samples) {
      const std::string title =
          name == "clean" ? name : cat(name, ": SDR ", decibels(audio::sdr(m.clean, samples)));
      Panel panel = spectrogram(title, samples, shape);
      shown.length = panel.columns * shape.hop / rate;
      panel.file = sounds / cat("mixture_", which, "_", name, ".flac");
      audio::write(folder / panel.file, audio::Signal{samples, static_cast<int>(rate)});
      shown.panels.push_back(std::move(panel));
    };
    show("mixture", m.mixture);
    show("clean", m.clean);
    for (const Role role : {Role::tied, Role::untied})
      if (const Exhibit* network = deepest(networks, role))
        show(network->name, enhance_mixtures(network->network.frames(1), shape, {m}).front());
    illustrations.push_back(std::move(shown));
  }
  return illustrations;
}

}  // namespace unfurl
