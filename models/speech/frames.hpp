/// Mixtures of speech and noise, cut into samples of consecutive frames.
#pragma once

#include "unfurl/audio_task.hpp"

namespace unfurl {

/// How mixtures become samples: `frames` consecutive frames with those around them that the model looks at.
struct FrameShape {
  int window = 400, hop = 160;  ///< of the short-time Fourier transform, in samples
  int fft = 0;                  ///< samples that are transformed, zeros after the window; 0: the window's
  int past = 0, ahead = 0;      ///< frames before and after
  int frames = 1;
  bool phase_sensitive = false;  ///< the target is |S| cos(phase of S - phase of V), at least 0 [Erdogan15]
  bool waveform = false;         ///< adds what loss::si_sdr reads
  bool noise = false;            ///< adds the noise's magnitudes
  audio::Stft stft() const { return audio::Stft(window, hop, fft); }
  int transform() const { return fft > 0 ? fft : window; }
  int bins() const { return transform() / 2 + 1; }
  int width() const { return past + 1 + ahead; }
};

/// Arrays "V" [1, (past + frames + ahead) bins] and "S" [1, frames bins] of some mixtures, and where the shape asks for them
/// "N" like "S", "cosine" and "sine" of the mixture's phase, likewise, and "wave", the speech under the windows. An
/// incomplete last sample is left out. Frames outside of a recording are zero.
Dataset frame_samples(const std::vector<audio::Mixture>& mixtures, const FrameShape& shape);

/// Appends the frames first .. first + count - 1 of [frames, bins] values; outside they are zero.
void append_frames(const std::vector<float>& from, int bins, int first, int count, std::vector<float>& to);

}  // namespace unfurl
