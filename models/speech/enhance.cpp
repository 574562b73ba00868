#include "models/speech/enhance.hpp"

#include <algorithm>

#include "unfurl/at.hpp"
#include "unfurl/metrics.hpp"

namespace unfurl {

namespace {

/// How much of each magnitude is speech.
std::vector<float> share_of(const std::vector<float>& speech, std::span<const float> mixture) {
  std::vector<float> share(speech.size());
  for (std::size_t i = 0; i < share.size(); ++i) share[i] = mixture[i] > 0 ? speech[i] / mixture[i] : 0;
  return share;
}

}  // namespace

FrameRunner::FrameRunner(const Network& network, const FrameShape& shape, int signals, bool streaming)
    : shape_(shape), runner_([&] {
        std::vector<std::string> wanted{"speech"};
        const Signature& signature = network.unrolled().signature;
        for (const auto& [name, result] : signature.states) {
          const int rows = signature.input(name).type.rows;
          state_[name] = {result, {1, rows, std::vector<float>(at(signals * rows))}};
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
    for (int f = 0; f < count; ++f) append_frames(m, shape_.bins(), f, shape_.width(), stacks);
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
    for (const auto& m : magnitudes) append_frames(m, shape_.bins(), f, shape_.width(), stacks);
    Dataset data;
    data.add("V", 1, shape_.bins() * shape_.width(), std::move(stacks));
    for (const auto& [name, carried] : state_) data.add(name, carried.samples);
    Dataset result = runner_.run(data);
    for (auto& [name, carried] : state_) carried.samples = result.take(carried.result);
    const std::vector<float>& all = result["speech"].values;
    for (std::size_t s = 0; s < speech.size(); ++s) {
      const int frames = static_cast<int>(magnitudes[s].size()) / shape_.bins() - shape_.past - shape_.ahead;
      if (f < frames) append_frames(all, shape_.bins(), static_cast<int>(s), 1, speech[s]);
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

std::vector<std::vector<float>> enhance_mixtures(const Network& network, const FrameShape& shape,
                                                 const std::vector<audio::Mixture>& mixtures) {
  const audio::Stft stft = shape.stft();
  std::vector<audio::Spectrogram> spectrograms;
  std::vector<std::vector<float>> padded;
  for (const audio::Mixture& m : mixtures) {
    spectrograms.push_back(stft.forward(m.mixture));
    append_frames(spectrograms.back().magnitude(), shape.bins(), -shape.past,
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
      append_frames(magnitude, shape.bins(), f - shape.past, shape.width(), stacks.values);
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
