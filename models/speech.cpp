#include "models/speech.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <future>
#include <locale>
#include <mutex>
#include <sstream>

#include "unfurl/metrics.hpp"

namespace unfurl {

namespace {

using detail::cat;

/// Entries of a dictionary before training: multiplicative steps cannot leave zero, and slow ones not a tiny number.
constexpr double smallest_entry = 1e-4;

std::size_t at(int i) { return static_cast<std::size_t>(i); }

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

/// Appends the frames first .. first + count - 1 of [frames, bins] values; outside they are zero.
template <class T>
void append(const std::vector<T>& from, int bins, int first, int count, std::vector<T>& to) {
  const int frames = static_cast<int>(from.size()) / bins;
  for (int f = first; f < first + count; ++f) {
    if (f < 0 || f >= frames)
      to.insert(to.end(), at(bins), T{});
    else
      to.insert(to.end(), from.begin() + static_cast<std::ptrdiff_t>(f) * bins,
                from.begin() + static_cast<std::ptrdiff_t>(f + 1) * bins);
  }
}

/// How much of each magnitude is speech.
std::vector<float> share_of(const std::vector<float>& speech, std::span<const float> mixture) {
  std::vector<float> share(speech.size());
  for (std::size_t i = 0; i < share.size(); ++i) share[i] = mixture[i] > 0 ? speech[i] / mixture[i] : 0;
  return share;
}

}  // namespace

Speech::Speech(const std::filesystem::path& folder) : train_(folder / "train"), dev_(folder / "dev") {
  for (const auto& [part, set] : {std::pair{"train", &train_}, std::pair{"dev", &dev_}})
    if (set->rate() != 16000)
      throw DataError(cat("the recordings have ", set->rate(), " samples per second"),
                      (folder / part).string(), "resample to 16000");
  for (std::size_t row = 0; row < dev_.size(); ++row) dev_mixtures_.push_back(dev_.render(row));
}

std::shared_ptr<const Speech> Speech::open(std::filesystem::path folder) {
  static std::mutex mutex;
  static std::map<std::string, std::shared_ptr<const Speech>> known;
  const std::lock_guard lock(mutex);
  if (folder.empty()) {
    std::error_code failure;
    folder = std::filesystem::temp_directory_path(failure) / "unfurl_synthetic_speech";
    if (failure)
      throw DataError("there is no folder for temporary files to make synthetic speech in", "",
                      "let TMPDIR name one that is there, or give recordings with --data");
    audio::make_synthetic_speech(folder);
  }
  auto& entry = known[folder.string()];
  if (!entry) entry.reset(new Speech(folder));
  return entry;
}

Samples Speech::dictionary_frames(bool speech, const FrameShape& shape) const {
  const audio::Stft stft = shape.stft();
  Samples stacks{1, shape.bins() * shape.width(), {}};
  for (const audio::Source& source : speech ? train_.clean() : train_.noise()) {
    const std::vector<float> magnitude = stft.forward(source.samples).magnitude();
    const int frames = static_cast<int>(magnitude.size()) / shape.bins();
    for (int f = 0; f < frames; f += 2)
      append(magnitude, shape.bins(), f - shape.past, shape.width(), stacks.values);
  }
  return stacks;
}

std::vector<double> Speech::dictionaries(const FrameShape& shape, SparseNmf of_speech,
                                         SparseNmf of_noise) const {
  of_speech.seed = 1, of_noise.seed = 101;
  std::ostringstream text;
  text.imbue(std::locale::classic());
  text.precision(17);
  text << shape.window << ' ' << shape.hop << ' ' << shape.transform() << ' ' << shape.past << ' '
       << shape.ahead;
  for (const SparseNmf& o : {of_speech, of_noise})
    text << ' ' << o.rank << ' ' << o.beta << ' ' << o.sparsity << ' ' << o.iterations;
  const std::string key = text.str();
  const std::lock_guard lock(mutex_);
  const auto found = dictionaries_.find(key);
  if (found != dictionaries_.end()) return found->second;
  const Dictionary speech = fit_dictionary(dictionary_frames(true, shape), of_speech),
                   noise = fit_dictionary(dictionary_frames(false, shape), of_noise);
  std::vector<double> both;
  for (int row = 0; row < shape.bins() * shape.width(); ++row)
    for (const Dictionary* d : {&speech, &noise})
      for (int k = 0; k < d->rank; ++k) both.push_back(std::max(d->W[at(row * d->rank + k)], smallest_entry));
  return dictionaries_.emplace(key, std::move(both)).first->second;
}

Dataset frame_samples(const std::vector<audio::Mixture>& mixtures, const FrameShape& shape) {
  const audio::Stft stft = shape.stft();
  const int bins = shape.bins(), n = shape.frames;
  std::vector<float> mixture, target, noise, cosine, sine, wave;
  std::size_t samples = 0;  // room for all at once: an epoch is hundreds of megabytes
  for (const audio::Mixture& m : mixtures) samples += at(stft.frames(m.mixture.size()) / n);
  mixture.reserve(samples * at(bins * (n + shape.past + shape.ahead)));
  for (std::vector<float>* values : {&target, shape.noise ? &noise : nullptr,
                                     shape.waveform ? &cosine : nullptr, shape.waveform ? &sine : nullptr})
    if (values) values->reserve(samples * at(bins * n));
  for (const audio::Mixture& m : mixtures) {
    const audio::Spectrogram v = stft.forward(m.mixture), s = stft.forward(m.clean);
    const std::vector<float> v_magnitude = v.magnitude();
    const auto wanted = [&](const audio::Spectrogram& source) {
      std::vector<float> magnitude = source.magnitude();
      if (shape.phase_sensitive)
        for (std::size_t i = 0; i < magnitude.size(); ++i) {
          const std::complex<float> product = source.values[i] * std::conj(v.values[i]);
          magnitude[i] = v_magnitude[i] > 0 ? std::max(0.0f, product.real() / v_magnitude[i]) : 0;
        }
      return magnitude;
    };
    const std::vector<float> s_magnitude = wanted(s),
                             n_magnitude = shape.noise ? wanted(stft.forward(m.noise)) : std::vector<float>();
    for (int f = 0; f + n <= v.frames; f += n) {
      append(v_magnitude, bins, f - shape.past, n + shape.past + shape.ahead, mixture);
      append(s_magnitude, bins, f, n, target);
      if (shape.noise) append(n_magnitude, bins, f, n, noise);
      if (!shape.waveform) continue;
      for (int i = f * bins; i < (f + n) * bins; ++i) {
        const float magnitude = std::max(v_magnitude[at(i)], 1e-12f);
        cosine.push_back(v.values[at(i)].real() / magnitude);
        sine.push_back(v.values[at(i)].imag() / magnitude);
      }
      for (int i = 0; i < (n - 1) * shape.hop + shape.window; ++i) {
        const std::ptrdiff_t sample = stft.start(f) + i;
        const bool inside = sample >= 0 && sample < std::ssize(m.clean);
        wave.push_back(inside ? m.clean[static_cast<std::size_t>(sample)] : 0);
      }
    }
  }
  Dataset data;
  data.add("V", 1, bins * (n + shape.past + shape.ahead), std::move(mixture));
  data.add("S", 1, bins * n, std::move(target));
  if (shape.noise) data.add("N", 1, bins * n, std::move(noise));
  if (shape.waveform) {
    data.add("cosine", 1, bins * n, std::move(cosine)).add("sine", 1, bins * n, std::move(sine));
    data.add("wave", 1, (n - 1) * shape.hop + shape.window, std::move(wave));
  }
  return data;
}

DataSource Speech::stream(const std::shared_ptr<const Speech>& speech, const Stream& o) {
  const int count = static_cast<int>(speech->train().size()), take = std::min(count, o.mixtures);
  const int parts = parts_of(speech->train(), take, o.vary ? o.excerpt : 0, o.part_seconds);
  struct Prefetch {
    int part = -1;  // of all epochs' parts
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
            next->part = part + 1;
            next->data = std::async(std::launch::async, render, part + 1);
            return data;
          },
          parts};
}

FrameRunner::FrameRunner(const Network& network, const FrameShape& shape, int signals, bool streaming)
    : shape_(shape), runner_([&] {
        std::vector<std::string> wanted{"speech"};
        const Signature& signature = network.unrolled().signature;
        for (const auto& [name, result] : signature.states) {
          const int rows = signature.input(name).type.rows;
          state_[name] = {1, rows, std::vector<float>(at(signals * rows))};
          wanted.push_back(result);
        }
        return streaming ? network.stream(wanted) : network.runner(wanted);
      }()) {}

std::vector<std::vector<float>> FrameRunner::run(const std::vector<std::vector<float>>& magnitudes) {
  std::size_t longest = 0;
  for (const auto& m : magnitudes) longest = std::max(longest, m.size());
  const int count = static_cast<int>(longest) / shape_.bins() - shape_.past - shape_.ahead;
  return state_.empty() ? run_at_once(magnitudes) : run_in_turn(magnitudes, count);
}

std::vector<std::vector<float>> FrameRunner::run_at_once(const std::vector<std::vector<float>>& magnitudes) {
  std::vector<std::vector<float>> speech;
  for (const auto& m : magnitudes) {
    std::vector<float> stacks;
    const int count = static_cast<int>(m.size()) / shape_.bins() - shape_.past - shape_.ahead;
    for (int f = 0; f < count; ++f) append(m, shape_.bins(), f, shape_.width(), stacks);
    Dataset data;
    data.add("V", 1, shape_.bins() * shape_.width(), std::move(stacks));
    speech.push_back(runner_.run(data).take("speech").values);
  }
  return speech;
}

std::vector<std::vector<float>> FrameRunner::run_in_turn(const std::vector<std::vector<float>>& magnitudes,
                                                         int count) {
  std::vector<std::vector<float>> speech(magnitudes.size());
  for (int f = 0; f < count; ++f) {
    std::vector<float> stacks;
    for (const auto& m : magnitudes) append(m, shape_.bins(), f, shape_.width(), stacks);
    Dataset data;
    data.add("V", 1, shape_.bins() * shape_.width(), std::move(stacks));
    for (const auto& [name, samples] : state_) data.add(name, samples);
    Dataset result = runner_.run(data);
    for (auto& [name, samples] : state_) samples = result.take(name.substr(0, name.find('.')));
    const std::vector<float>& all = result["speech"].values;
    for (std::size_t s = 0; s < speech.size(); ++s) {
      const int frames = static_cast<int>(magnitudes[s].size()) / shape_.bins() - shape_.past - shape_.ahead;
      if (f < frames) append(all, shape_.bins(), static_cast<int>(s), 1, speech[s]);
    }
  }
  return speech;
}

std::unique_ptr<audio::Enhancer> speech_enhancer(const Network& network, const FrameShape& shape) {
  struct State {
    FrameRunner runner;
    std::vector<float> recent;  // the frames that the next ones are looked at with
  };
  const int around = shape.past + shape.ahead;
  const auto state = std::make_shared<State>(
      State{FrameRunner(network, shape, 1, true), std::vector<float>(at(around * shape.bins()))});
  const auto mask = [state, shape, around](std::span<const float> magnitudes) {
    std::vector<float>& frames = state->recent;
    frames.insert(frames.end(), magnitudes.begin(), magnitudes.end());
    const std::vector<float> speech = state->runner.run({frames})[0];
    std::vector<float> share = share_of(speech, std::span(frames).subspan(at(shape.past * shape.bins())));
    frames.erase(frames.begin(), frames.end() - std::ptrdiff_t{around} * shape.bins());
    return share;
  };
  return std::make_unique<audio::MaskingEnhancer>(shape.stft(), mask, shape.ahead);
}

Network mask_network(const Samples& v, const FrameShape& shape, const std::vector<int>& hidden,
                     std::uint64_t seed) {
  const std::size_t bins = at(shape.bins());
  std::vector<double> mean(bins, 0), deviation(bins, 0);
  const double frames = static_cast<double>(v.values.size()) / static_cast<double>(bins);
  for (const bool second : {false, true})
    for (std::size_t i = 0; i < v.values.size(); ++i) {
      const double x = std::log(1e-3 + static_cast<double>(v.values[i]));
      double& to = (second ? deviation : mean)[i % bins];
      to += (second ? (x - mean[i % bins]) * (x - mean[i % bins]) : x) / frames;
    }
  for (double& d : deviation) d = std::sqrt(d) + 1e-3;
  for (std::size_t i = bins; i < bins * at(shape.width()); ++i) {
    mean.push_back(mean[i - bins]);
    deviation.push_back(deviation[i - bins]);
  }
  return feed_forward({.input = "V",
                       .input_type = {1, shape.bins() * shape.width(), true, nonneg},
                       .hidden = hidden,
                       .outputs = shape.bins(),
                       .activation = FeedForward::Activation::sigmoid,
                       .output = "speech",
                       .log_input = true,
                       .mean = mean,
                       .deviation = deviation,
                       .mask_of = "V",
                       .mask_first = shape.past * shape.bins(),
                       .seed = seed});
}

double mask_rate(const FrameShape& shape, int hidden) {
  return 1 / std::sqrt(static_cast<double>(shape.bins()) * shape.width() * hidden);
}

std::vector<std::vector<float>> enhance_mixtures(const Network& network, const FrameShape& shape,
                                                 const std::vector<audio::Mixture>& mixtures) {
  const audio::Stft stft = shape.stft();
  std::vector<audio::Spectrogram> spectrograms;
  std::vector<std::vector<float>> padded;
  for (const audio::Mixture& m : mixtures) {
    spectrograms.push_back(stft.forward(m.mixture));
    append(spectrograms.back().magnitude(), shape.bins(), -shape.past,
           spectrograms.back().frames + shape.past + shape.ahead, padded.emplace_back());
  }
  FrameRunner runner(network, shape, static_cast<int>(mixtures.size()));
  const std::vector<std::vector<float>> speech = runner.run(padded);
  std::vector<std::vector<float>> signals;
  for (std::size_t i = 0; i < mixtures.size(); ++i) {
    const std::vector<float> mask = share_of(speech[i], spectrograms[i].magnitude());
    signals.push_back(stft.inverse(spectrograms[i].masked(mask), mixtures[i].mixture.size()));
  }
  return signals;
}

std::vector<std::vector<float>> adapt_to_mixtures(Network network, const FrameShape& shape, SparseNmf options,
                                                  const std::vector<audio::Mixture>& mixtures) {
  const audio::Stft stft = shape.stft();
  options.start = network.parameter("W").values;
  options.fixed = options.rank / 2;
  std::vector<std::vector<float>> signals;
  for (const audio::Mixture& m : mixtures) {
    const std::vector<float> magnitude = stft.forward(m.mixture).magnitude();
    Samples stacks{1, shape.bins() * shape.width(), {}};
    for (int f = 0; f < static_cast<int>(magnitude.size()) / shape.bins(); ++f)
      append(magnitude, shape.bins(), f - shape.past, shape.width(), stacks.values);
    network.set("W", fit_dictionary(stacks, options).W);
    signals.push_back(enhance_mixtures(network, shape, {m}).front());
  }
  return signals;
}

std::vector<std::vector<float>> oracle_mixtures(const FrameShape& shape,
                                                const std::vector<audio::Mixture>& mixtures) {
  const audio::Stft stft = shape.stft();
  std::vector<std::vector<float>> signals;
  for (const audio::Mixture& m : mixtures) {
    std::vector<float> mask = stft.forward(m.clean).magnitude();
    const std::vector<float> rest = stft.forward(m.noise).magnitude();
    for (std::size_t i = 0; i < mask.size(); ++i) mask[i] = mask[i] > 0 ? mask[i] / (mask[i] + rest[i]) : 0;
    signals.push_back(stft.inverse(stft.forward(m.mixture).masked(mask), m.mixture.size()));
  }
  return signals;
}

std::vector<Metric> speech_metrics(const std::vector<audio::Mixture>& mixtures,
                                   const std::vector<std::vector<float>>& estimates) {
  Metric sdr{"SDR", "dB", true, 0, {}}, si_sdr{"SI-SDR", "dB", true, 0, {}};
  for (std::size_t i = 0; i < mixtures.size(); ++i) {
    sdr.per_item.push_back(audio::sdr(mixtures[i].clean, estimates[i]));
    si_sdr.per_item.push_back(audio::si_sdr(mixtures[i].clean, estimates[i]));
  }
  for (Metric* metric : {&sdr, &si_sdr})
    for (double v : metric->per_item) metric->value += v / static_cast<double>(metric->per_item.size());
  return {sdr, si_sdr};
}

}  // namespace unfurl
