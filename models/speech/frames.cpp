#include "models/speech/frames.hpp"

#include <algorithm>

#include "unfurl/at.hpp"

namespace unfurl {

namespace {}  // namespace

void append_frames(const std::vector<float>& from, int bins, int first, int count, std::vector<float>& to) {
  const int frames = static_cast<int>(from.size()) / bins;
  for (int f = first; f < first + count; ++f) {
    if (f < 0 || f >= frames)
      to.insert(to.end(), at(bins), 0.0F);
    else
      to.insert(to.end(), from.begin() + static_cast<std::ptrdiff_t>(f) * bins,
                from.begin() + static_cast<std::ptrdiff_t>(f + 1) * bins);
  }
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
      append_frames(v_magnitude, bins, f - shape.past, n + shape.past + shape.ahead, mixture);
      append_frames(s_magnitude, bins, f, n, target);
      if (shape.noise) append_frames(n_magnitude, bins, f, n, noise);
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

}  // namespace unfurl
