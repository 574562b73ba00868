/// The short-time Fourier transform of signals that come in pieces, there and back.

#include <kissfft/kiss_fftr.h>

#include <algorithm>

#include "audio/finite.hpp"
#include "unfurl/audio_stream.hpp"

namespace unfurl::audio {
namespace {

using detail::cat;

/// A real transform of fixed size. The tables hold scratch space, so every Analysis and Synthesis has its own: that is what
/// lets threads share an Stft.
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

struct Analysis::Impl {
  explicit Impl(const Stft& s)
      : stft(s),
        fft(s.transform(), false),
        stretch(static_cast<std::size_t>(s.transform())),
        waiting(static_cast<std::size_t>(-s.start(0))) {}

  /// The frames that lie in `waiting` as a whole.
  Spectrogram transform() {
    const std::vector<float>& w = stft.window_;
    const auto hop = static_cast<std::size_t>(stft.hop());
    const std::size_t count = waiting.size() < w.size() ? 0 : (waiting.size() - w.size()) / hop + 1;
    Spectrogram spectrogram{static_cast<int>(count), stft.bins(), {}};
    spectrogram.values.resize(count * static_cast<std::size_t>(stft.bins()));
    const float* from = waiting.data();
    for (int m = 0; m < spectrogram.frames; ++m, from += hop) {
      for (std::size_t n = 0; n < w.size(); ++n) stretch[n] = w[n] * from[n];
      fft.forward(stretch.data(), &spectrogram.at(m, 0));
    }
    waiting.erase(waiting.begin(), waiting.begin() + (from - waiting.data()));
    frames += spectrogram.frames;
    return spectrogram;
  }

  Stft stft;
  RealFft fft;
  std::vector<float> stretch,
      waiting;  // one frame under its window, then zeros; the samples from the next frame on
  std::size_t length = 0;
  int frames = 0;
};

Analysis::Analysis(const Stft& stft) : impl_(std::make_unique<Impl>(stft)) {}
Analysis::Analysis(Analysis&&) noexcept = default;
Analysis& Analysis::operator=(Analysis&&) noexcept = default;
Analysis::~Analysis() = default;

Spectrogram Analysis::push(std::span<const float> samples) {
  require_finite(samples, static_cast<std::int64_t>(impl_->length), "the signal");
  impl_->waiting.insert(impl_->waiting.end(), samples.begin(), samples.end());
  impl_->length += samples.size();
  return impl_->transform();
}

Spectrogram Analysis::finish() {
  const int missing = impl_->stft.frames(impl_->length) - impl_->frames;
  if (missing > 0)
    impl_->waiting.resize(impl_->stft.window_.size() + static_cast<std::size_t>(missing - 1) *
                                                           static_cast<std::size_t>(impl_->stft.hop()));
  else
    impl_->waiting.clear();
  return impl_->transform();
}

struct Synthesis::Impl {
  explicit Impl(const Stft& s)
      : stft(s),
        fft(s.transform(), true),
        stretch(static_cast<std::size_t>(s.transform())),
        sum(s.window_.size()),
        scale(static_cast<std::size_t>(s.hop())),
        before_zero(-s.start(0)) {
    // The sum of the squared windows repeats after a hop. Added up from the oldest frame to the newest, as the frames are.
    const std::vector<float>& w = stft.window_;
    for (std::size_t n = w.size(); n-- > 0;) scale[n % scale.size()] += w[n] * w[n];
    for (float& x : scale) x *= static_cast<float>(s.transform());  // the inverse transform is unscaled
  }

  Stft stft;
  RealFft fft;
  std::vector<float> stretch, sum;  // one frame; what is known of the samples under it
  std::vector<float> scale;         // of the samples that only this frame and earlier ones reach
  std::ptrdiff_t before_zero;       // samples to come that lie before the signal
};

Synthesis::Synthesis(const Stft& stft) : impl_(std::make_unique<Impl>(stft)) {}
Synthesis::Synthesis(Synthesis&&) noexcept = default;
Synthesis& Synthesis::operator=(Synthesis&&) noexcept = default;
Synthesis::~Synthesis() = default;

void Synthesis::push(const Spectrogram& frames, std::vector<float>& signal) {
  Impl& s = *impl_;
  if (frames.bins != s.stft.bins())
    throw DataError(cat("frames of ", frames.bins, " bins, where the transform has ", s.stft.bins()), {},
                    "use the window and the transform of the analysis");
  const std::vector<float>& w = s.stft.window_;
  const std::size_t hop = s.scale.size();
  for (int m = 0; m < frames.frames; ++m) {
    s.fft.inverse(frames.values.data() + static_cast<std::ptrdiff_t>(m) * frames.bins, s.stretch.data());
    for (std::size_t n = 0; n < w.size(); ++n) s.sum[n] += w[n] * s.stretch[n];
    const auto skipped =
        static_cast<std::size_t>(std::min<std::ptrdiff_t>(s.before_zero, std::ssize(s.scale)));
    for (std::size_t n = skipped; n < hop; ++n) signal.push_back(s.sum[n] / s.scale[n]);
    s.before_zero -= static_cast<std::ptrdiff_t>(skipped);
    std::fill(std::copy(s.sum.begin() + std::ssize(s.scale), s.sum.end(), s.sum.begin()), s.sum.end(), 0.0F);
  }
}

}  // namespace unfurl::audio
