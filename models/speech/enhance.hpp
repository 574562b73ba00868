/// Networks at work on signals, and how good their masks are.
#pragma once

#include <map>
#include <memory>

#include "models/speech/frames.hpp"
#include "unfurl/audio_stream.hpp"
#include "unfurl/sparse_nmf.hpp"

namespace unfurl {

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
  struct Carried {
    std::string result;  ///< which the next frame's input is
    Samples samples;
  };
  std::map<std::string, Carried> state_;  ///< by input name
  Runner runner_;
};

/// Masks the spectrogram of one channel of 16 kHz with the share of a network's speech.
std::unique_ptr<audio::Enhancer> speech_enhancer(const Network& network, const FrameShape& shape);

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

}  // namespace unfurl
