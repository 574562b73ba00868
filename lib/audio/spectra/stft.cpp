/// The short-time Fourier transform of whole signals.

#include <algorithm>
#include <cmath>
#include <numbers>

#include "unfurl/audio_stream.hpp"
#include "unfurl/error.hpp"

namespace unfurl::audio {

using detail::cat;

std::vector<float> Spectrogram::magnitude() const {
  std::vector<float> magnitudes(values.size());
  // Not std::abs: it guards against overflow at a squared 1e38, which costs more than the transform itself.
  std::transform(values.begin(), values.end(), magnitudes.begin(),
                 [](std::complex<float> z) { return std::sqrt(z.real() * z.real() + z.imag() * z.imag()); });
  return magnitudes;
}

Spectrogram Spectrogram::masked(std::span<const float> mask) const {
  if (mask.size() != values.size())
    throw DataError(cat("a mask of ", mask.size(), " values on a spectrogram of ", frames, " frames times ",
                        bins, " bins = ", values.size()),
                    {}, "the mask needs one value per frame and bin, the bins of a frame together");
  Spectrogram product = *this;
  for (std::size_t i = 0; i < mask.size(); ++i) product.values[i] *= mask[i];
  return product;
}

Stft::Stft(int window, int hop, int transform) : hop_(hop), transform_(transform == 0 ? window : transform) {
  if (window < 2 || window % 2 != 0 || hop <= 0 || hop >= window)
    throw DataError(cat("a short-time Fourier transform with window ", window, " and hop ", hop), {},
                    "take an even window and a hop between 1 and window - 1, for example 400 and 160");
  if (transform_ < window || transform_ % 2 != 0)
    throw DataError(cat("a Fourier transform of ", transform_, " samples for a window of ", window), {},
                    "take an even number that is no smaller, for example the next power of two");
  window_.resize(static_cast<std::size_t>(window));
  // sqrt((1 - cos(2 pi n / N)) / 2) = sin(pi n / N)
  for (int n = 0; n < window; ++n)
    window_[static_cast<std::size_t>(n)] = static_cast<float>(std::sin(std::numbers::pi * n / window));
}

std::ptrdiff_t Stft::start(int frame) const {
  const int before_zero = (window() / 2 - 1) / hop_;  // frames centred before the signal that still reach it
  return (static_cast<std::ptrdiff_t>(frame) - before_zero) * hop_ - window() / 2;
}

int Stft::frames(std::size_t length) const {
  const std::ptrdiff_t span = static_cast<std::ptrdiff_t>(length) - start(0);
  return length == 0 ? 0 : static_cast<int>((span + hop_ - 1) / hop_);  // as many as start before the end
}

Spectrogram Stft::forward(std::span<const float> samples) const {
  if (samples.empty()) throw DataError("the spectrogram of an empty signal", {}, "give at least one sample");
  Analysis analysis(*this);
  Spectrogram spectrogram = analysis.push(samples);
  const Spectrogram last = analysis.finish();
  spectrogram.frames += last.frames;
  spectrogram.values.insert(spectrogram.values.end(), last.values.begin(), last.values.end());
  return spectrogram;
}

std::vector<float> Stft::inverse(const Spectrogram& spectrogram, std::size_t length) const {
  const std::size_t values = static_cast<std::size_t>(frames(length)) * static_cast<std::size_t>(bins());
  if (spectrogram.frames != frames(length) || spectrogram.bins != bins() ||
      spectrogram.values.size() != values)
    throw DataError(cat("a spectrogram of ", spectrogram.frames, " frames and ", spectrogram.bins, " bins (",
                        spectrogram.values.size(), " values) for ", length, " samples, which need ",
                        frames(length), " frames and ", bins(), " bins"),
                    {}, "use the window, hop, transform and length of the forward transform");

  std::vector<float> signal;
  signal.reserve(length + window_.size());
  Synthesis(*this).push(spectrogram, signal);
  signal.resize(length);
  return signal;
}

}  // namespace unfurl::audio
