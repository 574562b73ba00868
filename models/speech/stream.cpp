// Mixtures to train with, other ones in every epoch.
#include <algorithm>
#include <atomic>
#include <cmath>
#include <future>

#include "models/speech/recordings.hpp"
#include "unfurl/at.hpp"

namespace unfurl {

namespace {

/// How long a recording becomes at another speed.
std::size_t played(const std::vector<float>& samples, double speed) {
  return std::max<std::size_t>(static_cast<std::size_t>(static_cast<double>(samples.size() - 1) / speed), 1);
}

/// n samples from `first` on of a recording that is played at another speed, from the start again at its end.
std::vector<float> play(const std::vector<float>& samples, double speed, std::size_t first, std::size_t n) {
  const auto length = played(samples, speed);
  std::vector<float> out(n);
  std::size_t now = first % length;
  for (std::size_t i = 0; i < n; ++i) {  // between samples by a line: a little dull, and cheap
    const double x = static_cast<double>(now) * speed;
    if (++now == length) now = 0;
    const auto whole = std::min(static_cast<std::size_t>(x), samples.size() - 1);
    const float next = samples[std::min(whole + 1, samples.size() - 1)];
    out[i] = samples[whole] + static_cast<float>(x - static_cast<double>(whole)) * (next - samples[whole]);
  }
  return out;
}

/// Speech and noise of the training part put together anew. Faster and slower copies have other pitches and formants, so
/// that few speakers stand for more. Between the two ratios `snr`, in dB. At most `excerpt` samples; 0: all of the speech.
audio::Mixture vary(const audio::MixtureSet& set, std::pair<double, double> snr, std::size_t excerpt,
                    Random& random) {
  const auto pick = [&](const std::vector<audio::Source>& sources) -> const std::vector<float>& {
    return sources[at(random.below(static_cast<int>(sources.size())))].samples;
  };
  const auto below = [&](std::size_t n) {
    return static_cast<std::size_t>(random.uniform() * static_cast<double>(n));
  };
  for (int attempt = 0;; ++attempt) {
    const std::vector<float>&speech = pick(set.clean()), &noise = pick(set.noise());
    const double speech_speed = 0.88 + 0.24 * random.uniform(), noise_speed = 0.88 + 0.24 * random.uniform();
    const std::size_t from = below(played(noise, noise_speed)), whole = played(speech, speech_speed);
    const double level = snr.first + (snr.second - snr.first) * random.uniform();
    const std::size_t n = excerpt > 0 ? std::min(excerpt, whole) : whole;
    const std::size_t first = n < whole ? below(whole - n) : 0;
    try {
      return audio::mix(play(speech, speech_speed, first, n), play(noise, noise_speed, from, n), 0, level);
    } catch (const DataError&) {  // a silent stretch
      if (attempt > 100) throw;
    }
  }
}

/// The manifest's signal-to-noise ratios and a decibel on either side.
std::pair<double, double> ratios(const audio::MixtureSet& set) {
  const auto [low, high] = std::ranges::minmax(set.rows(), {}, &audio::MixtureRow::snr_db);
  return {low.snr_db - 1, high.snr_db + 1};
}

/// Into how many parts an epoch of `mixtures` falls such that none is much longer than `seconds`.
int parts_of(const audio::MixtureSet& set, int mixtures, std::size_t excerpt, double seconds) {
  double mean = 0;  // length of a mixture, in samples
  for (const audio::Source& s : set.clean()) {
    const std::size_t n = excerpt > 0 ? std::min(excerpt, s.samples.size()) : s.samples.size();
    mean += static_cast<double>(n) / static_cast<double>(set.clean().size());
  }
  return static_cast<int>(
      std::clamp(std::ceil(mixtures * mean / set.rate() / seconds), 1.0, static_cast<double>(mixtures)));
}

}  // namespace

DataSource Speech::stream(const std::shared_ptr<const Speech>& speech, const Stream& o) {
  const int count = static_cast<int>(speech->train().size()), take = std::min(count, o.mixtures);
  const int parts = parts_of(speech->train(), take, o.vary ? o.excerpt : 0, o.part_seconds);
  struct Prefetch {
    int part = -1, asked = -1;  // of all epochs' parts
    std::shared_ptr<std::atomic<bool>> unwanted = std::make_shared<std::atomic<bool>>(false);
    std::future<std::shared_ptr<const Dataset>> data;
    ~Prefetch() { *unwanted = true; }  // nobody waits for an epoch after the last one
  };
  const auto next = std::make_shared<Prefetch>();
  const auto render = [=, snr = ratios(speech->train()),
                       unwanted = next->unwanted](int part) -> std::shared_ptr<const Dataset> {
    const std::int64_t epoch = part / parts,
                       first = epoch * take + std::int64_t{take} * (part % parts) / parts,
                       end = epoch * take + std::int64_t{take} * (part % parts + 1) / parts;
    std::vector<audio::Mixture> mixtures;
    Random random(o.seed * 7919 + static_cast<std::uint64_t>(part));
    for (std::int64_t i = first; i < end; ++i) {
      if (*unwanted) return nullptr;
      if (o.vary) {
        mixtures.push_back(vary(speech->train(), snr, o.excerpt, random));
        continue;
      }
      const std::uint64_t pass = static_cast<std::uint64_t>(i / count);
      const int row = Random(o.seed + 1000 * pass).permutation(count)[static_cast<std::size_t>(i % count)];
      mixtures.push_back(speech->train().render(at(row)));
    }
    auto data = std::make_shared<Dataset>(frame_samples(mixtures, o.shape));
    const auto samples = static_cast<std::size_t>(data->samples());
    for (const auto& [name, rows] : o.zeros) data->add(name, 1, rows, std::vector<float>(samples * at(rows)));
    return data;
  };
  return {[next, render, parts](int epoch, int part_of_epoch) {
            const int part = epoch * parts + part_of_epoch;
            auto data = next->part == part ? next->data.get() : render(part);
            // As far ahead as this one is of the one before: several processes ask for some of the parts each.
            next->part = part + (next->asked < 0 ? 1 : std::max(1, part - next->asked));
            next->asked = part;
            next->data = std::async(std::launch::async, render, next->part);
            return data;
          },
          parts, true};
}

}  // namespace unfurl
