#include <kissfft/kiss_fftr.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "unfurl/audio.hpp"
#include "unfurl/error.hpp"

namespace unfurl::audio {
namespace {

using detail::cat;

/// A real transform of fixed size. The tables hold scratch space, so every call of forward() and inverse()
/// makes its own: that is what lets threads share an Stft.
class RealFft {
 public:
  RealFft(int size, bool inverse)
      : tables_(kiss_fftr_alloc(size, inverse ? 1 : 0, nullptr, nullptr), kiss_fftr_free_) {
    detail::check(tables_ != nullptr, "a Fourier transform of even size has tables");
  }
  void forward(const float* in, std::complex<float>* out) {
    kiss_fftr(tables_.get(), in, reinterpret_cast<kiss_fft_cpx*>(out));
  }
  void inverse(const std::complex<float>* in, float* out) {
    kiss_fftri(tables_.get(), reinterpret_cast<const kiss_fft_cpx*>(in), out);
  }

 private:
  static void kiss_fftr_free_(kiss_fftr_cfg tables) { kiss_fftr_free(tables); }
  std::unique_ptr<kiss_fftr_state, void (*)(kiss_fftr_cfg)> tables_;
};

static_assert(sizeof(std::complex<float>) == sizeof(kiss_fft_cpx));

}  // namespace

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

Stft::Stft(int window, int hop) : hop_(hop) {
  if (window < 2 || window % 2 != 0 || hop <= 0 || hop >= window)
    throw DataError(cat("a short-time Fourier transform with window ", window, " and hop ", hop), {},
                    "take an even window and a hop between 1 and window - 1, for example 400 and 160");
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
  for (std::size_t i = 0; i < samples.size(); ++i)
    if (!std::isfinite(samples[i]))
      throw DataError(cat("the signal holds a value that is not finite, at sample ", i), {},
                      "find out what made it before taking spectra");

  Spectrogram spectrogram{frames(samples.size()), bins(), {}};
  spectrogram.values.resize(static_cast<std::size_t>(spectrogram.frames) * static_cast<std::size_t>(bins()));
  RealFft fft(window(), false);
  std::vector<float> stretch(window_.size());
  const auto length = static_cast<std::ptrdiff_t>(samples.size());
  for (int m = 0; m < spectrogram.frames; ++m) {
    for (int n = 0; n < window(); ++n) {
      const std::ptrdiff_t i = start(m) + n;
      const auto j = static_cast<std::size_t>(n);
      stretch[j] = i >= 0 && i < length ? window_[j] * samples[static_cast<std::size_t>(i)] : 0.0F;
    }
    fft.forward(stretch.data(), &spectrogram.at(m, 0));
  }
  return spectrogram;
}

std::vector<float> Stft::inverse(const Spectrogram& spectrogram, std::size_t length) const {
  const std::size_t values = static_cast<std::size_t>(frames(length)) * static_cast<std::size_t>(bins());
  if (spectrogram.frames != frames(length) || spectrogram.bins != bins() ||
      spectrogram.values.size() != values)
    throw DataError(cat("a spectrogram of ", spectrogram.frames, " frames and ", spectrogram.bins, " bins (",
                        spectrogram.values.size(), " values) for ", length, " samples, which need ",
                        frames(length), " frames and ", bins(), " bins"),
                    {}, "use the window, hop and length of the forward transform");

  std::vector<float> signal(length), weight(length), stretch(window_.size());
  RealFft fft(window(), true);
  for (int m = 0; m < spectrogram.frames; ++m) {
    fft.inverse(&spectrogram.at(m, 0), stretch.data());
    for (int n = 0; n < window(); ++n) {
      const std::ptrdiff_t i = start(m) + n;
      if (i < 0 || i >= static_cast<std::ptrdiff_t>(length)) continue;
      const float w = window_[static_cast<std::size_t>(n)];
      signal[static_cast<std::size_t>(i)] += w * stretch[static_cast<std::size_t>(n)];
      weight[static_cast<std::size_t>(i)] += w * w;
    }
  }
  // The inverse transform is unscaled, hence the window's length.
  for (std::size_t i = 0; i < length; ++i) signal[i] /= weight[i] * static_cast<float>(window());
  return signal;
}

}  // namespace unfurl::audio
