/// Recordings of speech and noise, and the mixtures and dictionaries made of them.
#pragma once

#include <map>
#include <memory>
#include <mutex>

#include "models/speech/frames.hpp"
#include "unfurl/sparse_nmf.hpp"

namespace unfurl {

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

}  // namespace unfurl
