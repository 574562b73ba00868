/// Enhancement in pieces: masks on spectra, and enhancers at other sample rates.

#include <algorithm>
#include <cmath>

#include "audio/finite.hpp"
#include "unfurl/audio_stream.hpp"

namespace unfurl::audio {
namespace {

using detail::cat;

constexpr std::size_t most_frames = 128;  // that a masker sees at once: enough to keep threads busy

/// What is still to come of `in` samples, after `out`.
void fit(std::vector<float>& rest, std::int64_t in, std::int64_t out) {
  rest.resize(static_cast<std::size_t>(std::max<std::int64_t>(0, in - out)));
}

void append(std::vector<float>& to, const std::vector<float>& more) {
  to.insert(to.end(), more.begin(), more.end());
}

}  // namespace

MaskingEnhancer::MaskingEnhancer(const Stft& stft, Masker masker, int look_ahead)
    : analysis_(stft),
      synthesis_(stft),
      masker_(std::move(masker)),
      window_(stft.window()),
      hop_(stft.hop()),
      bins_(stft.bins()),
      look_ahead_(look_ahead),
      waiting_{0, stft.bins(), {}} {
  if (look_ahead < 0)
    throw DataError(cat("a look-ahead of ", look_ahead, " frames"), {}, "give 0 or more frames");
}

void MaskingEnhancer::enhance(const Spectrogram& frames, std::vector<float>& signal) {
  if (frames.frames == 0) return;
  const std::vector<float> mask = masker_(frames.magnitude());
  if (mask.size() != frames.values.size())
    throw DataError(
        cat("a masker gave ", mask.size(), " values for ", frames.frames, " frames of ", bins_, " bins"), {},
        "give one value per frame and bin, the bins of a frame together");
  for (const float x : mask)
    if (!std::isfinite(x))
      throw DataError(cat("a masker gave a value that is not finite, near sample ", out_), {},
                      "a mask is a share, usually between 0 and 1");
  waiting_.frames += frames.frames;
  waiting_.values.insert(waiting_.values.end(), frames.values.begin(), frames.values.end());
  const int known = std::max(0, waiting_.frames - look_ahead_);
  const auto count = static_cast<std::ptrdiff_t>(known) * bins_;
  Spectrogram masked{known, bins_, {waiting_.values.begin(), waiting_.values.begin() + count}};
  const float* from = mask.data() + mask.size() - count;
  for (std::size_t i = 0; i < masked.values.size(); ++i) masked.values[i] *= from[i];
  waiting_.frames -= known;
  waiting_.values.erase(waiting_.values.begin(), waiting_.values.begin() + count);
  synthesis_.push(masked, signal);
}

std::vector<float> MaskingEnhancer::push(std::span<const float> samples) {
  std::vector<float> signal;
  const std::size_t block = most_frames * static_cast<std::size_t>(hop_);
  for (std::size_t begin = 0; begin < samples.size(); begin += block)
    enhance(analysis_.push(samples.subspan(begin, std::min(block, samples.size() - begin))), signal);
  in_ += static_cast<std::int64_t>(samples.size());
  out_ += static_cast<std::int64_t>(signal.size());
  return signal;
}

std::vector<float> MaskingEnhancer::finish() {
  std::vector<float> signal;
  enhance(analysis_.finish(), signal);
  const Spectrogram silence{1, bins_, std::vector<std::complex<float>>(static_cast<std::size_t>(bins_))};
  for (int ahead = 0; ahead < look_ahead_ && in_ > 0; ++ahead) enhance(silence, signal);
  fit(signal, in_, out_);
  return signal;
}

ResampledEnhancer::ResampledEnhancer(std::unique_ptr<Enhancer> enhancer, int enhancer_rate, int rate)
    : enhancer_(std::move(enhancer)),
      enhancer_rate_(enhancer_rate),
      rate_(rate),
      there_(rate, enhancer_rate),
      back_(enhancer_rate, rate) {}

std::vector<float> ResampledEnhancer::push(std::span<const float> samples) {
  in_ += static_cast<std::int64_t>(samples.size());
  std::vector<float> signal = back_.push(enhancer_->push(there_.push(samples)));
  out_ += static_cast<std::int64_t>(signal.size());
  return signal;
}

std::vector<float> ResampledEnhancer::finish() {
  std::vector<float> signal = back_.push(enhancer_->push(there_.finish()));
  append(signal, back_.push(enhancer_->finish()));
  append(signal, back_.finish());
  fit(signal, in_, out_);  // resampling twice may round to one sample more or less
  return signal;
}

int ResampledEnhancer::latency() const {
  const double inside = enhancer_->latency() + back_.latency();
  return there_.latency() + static_cast<int>(std::ceil(inside * rate_ / enhancer_rate_));
}

int ResampledEnhancer::hop() const {
  return std::max(1, static_cast<int>(static_cast<std::int64_t>(enhancer_->hop()) * rate_ / enhancer_rate_));
}

}  // namespace unfurl::audio
