/// What a model for speech enhancement works on: recordings, mixtures cut into samples of consecutive frames, and how good
/// a network's masks are.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>

#include "unfurl/audio_stream.hpp"
#include "unfurl/audio_task.hpp"
#include "unfurl/sparse_nmf.hpp"

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

/// A folder of speech: train/ and dev/, each with mixtures.csv and the recordings it names. Threads may share it.
class Speech {
 public:
  /// An empty folder means the synthetic set, made at need. Throws DataError for recordings that are not 16 kHz.
  static std::shared_ptr<const Speech> open(std::filesystem::path folder);

  const audio::MixtureSet& train() const { return train_; }
  const audio::MixtureSet& dev() const { return dev_; }
  const std::vector<audio::Mixture>& dev_mixtures() const { return dev_mixtures_; }

  /// Every second stack of `shape.width()` frames of all speech, or of all noise, of the training part.
  Samples dictionary_frames(bool speech, const FrameShape& shape) const;

  /// Dictionaries fitted to clean speech and to noise alone, side by side, [rows, atoms], without zeros. They take a while,
  /// so the same options give what was found the first time. The seeds are chosen here.
  std::vector<double> dictionaries(const FrameShape& shape, SparseNmf of_speech, SparseNmf of_noise) const;

  /// For every epoch other mixtures, in an order drawn from the seed, in parts that memory holds; the next part is made
  /// meanwhile. With `vary` they are speech and noise of the training part put together anew: which, from where, how
  /// loud (the manifest's ratios and a decibel on either side), how fast.
  struct Stream {
    FrameShape shape;
    int mixtures = 100;  ///< an epoch
    bool vary = false;
    std::size_t excerpt = 0;     ///< most samples of a varied mixture; 0: all
    double part_seconds = 1800;  ///< of mixtures, about, in a part of an epoch
    std::uint64_t seed = 1;
    std::map<std::string, int>
        zeros{};  ///< further arrays of zeros, [1, rows]: states before the first frame
  };
  static DataSource stream(const std::shared_ptr<const Speech>& speech, const Stream& options);

 private:
  explicit Speech(const std::filesystem::path& folder);
  audio::MixtureSet train_, dev_;
  std::vector<audio::Mixture> dev_mixtures_;
  mutable std::mutex mutex_;
  mutable std::map<std::string, std::vector<double>> dictionaries_;
};

/// Speech magnitudes by a network for samples of one frame, from magnitudes that come in blocks: carries inferred latents
/// from each frame to the next where the network looks back.
class FrameRunner {
 public:
  /// `network` reads "V" and gives "speech". Several signals run side by side, as one batch. When streaming, the bits do
  /// not depend on the blocks.
  FrameRunner(const Network& network, const FrameShape& shape, int signals = 1, bool streaming = false);

  /// `magnitudes[signal]` holds past + n + ahead frames; the result n frames of every signal.
  std::vector<std::vector<float>> run(const std::vector<std::vector<float>>& magnitudes);

 private:
  std::vector<std::vector<float>> run_at_once(const std::vector<std::vector<float>>& magnitudes);
  std::vector<std::vector<float>> run_in_turn(const std::vector<std::vector<float>>& magnitudes, int count);

  FrameShape shape_;
  std::map<std::string, Samples> state_;  ///< by input name
  Runner runner_;
};

/// Masks the spectrogram of one channel of 16 kHz with the share of a network's speech.
std::unique_ptr<audio::Enhancer> speech_enhancer(const Network& network, const FrameShape& shape);

/// A conventional network "V" -> "speech" for samples of one frame: dense layers on log-magnitudes, normalised as `frames`
/// are, give the mask.
Network mask_network(const Samples& frames, const FrameShape& shape, const std::vector<int>& hidden,
                     std::uint64_t seed);
/// Adam's learning rate for such a network with hidden layers of that width: 1 / sqrt(inputs * width), since the rates that
/// networks take fall with the number of inputs of their units [Yang21]. Within a factor of two of the best for 64 to 1024
/// units on one frame and on nine.
double mask_rate(const FrameShape& shape, int hidden);

/// The signals of dev mixtures, masked by a network.
std::vector<std::vector<float>> enhance_mixtures(const Network& network, const FrameShape& shape,
                                                 const std::vector<audio::Mixture>& mixtures);

/// The same where the noise is adapted to each mixture: the second half of the dictionary "W" of a tied network for single
/// frames, whose mask is made with "W", is fitted to it, the first half stays. A fit of many iterations explains the
/// speech as well.
std::vector<std::vector<float>> adapt_to_mixtures(Network network, const FrameShape& shape, SparseNmf options,
                                                  const std::vector<audio::Mixture>& mixtures);

/// The same, masked by the speech's share of the sum of both magnitudes.
std::vector<std::vector<float>> oracle_mixtures(const FrameShape& shape,
                                                const std::vector<audio::Mixture>& mixtures);

/// Mean SDR and SI-SDR of estimates, each with its values per mixture.
std::vector<Metric> speech_metrics(const std::vector<audio::Mixture>& mixtures,
                                   const std::vector<std::vector<float>>& estimates);

namespace loss {
/// Minus the scale-invariant signal-to-distortion ratio [LeRoux19] of the waveform: the result times the mixture's phase,
/// through the inverse short-time Fourier transform, in nats. Reads the arrays that FrameShape::waveform adds.
Loss si_sdr(const std::string& result, const FrameShape& shape);

/// A loss in which the result "noise" is what the mask leaves, V less the result "speech".
Loss of_noise(const Loss& loss, const FrameShape& shape);
}  // namespace loss

}  // namespace unfurl
