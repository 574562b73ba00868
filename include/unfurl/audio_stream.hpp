#pragma once
/// Sound in pieces, in constant memory: files, sample rates, spectra, and enhancement with a stated latency.
///
/// One law holds for everything here: the results depend on the samples alone, not on the pieces in which they come, to
/// the last bit.

#include <functional>

#include "unfurl/audio.hpp"

namespace unfurl::audio {

// ---- Files -------------------------------------------------------------------------------------------

/// Reads a sound file block by block. Throws as read_all_channels does; what is wrong with the samples shows when they are
/// read.
class Reader {
 public:
  explicit Reader(const std::filesystem::path& path);
  ~Reader();
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  int rate() const;
  int channels() const;
  /// Samples per channel, as the header promises.
  std::int64_t length() const;
  /// Where the loudspeakers of the channels stand: Recording::speakers.
  std::uint32_t speakers() const;
  /// What is odd about the file, but no reason to refuse it; empty: nothing. For the user to see.
  const std::string& warning() const;
  /// The next samples of every channel, at most `most`; fewer at the end, and then none.
  std::vector<std::vector<float>> read(std::size_t most);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Writes a 16-bit WAV or FLAC file block by block, scaled as a whole where it would clip, as write() does. How much is
/// known only at the end: until then the samples lie, as floats, in a nameless file in the folder of `path`. The file
/// appears under its name when it is whole. WAV files beyond 4 GB are written as RF64.
class Writer {
 public:
  /// Throws DataError for another extension, a rate, number of channels or loudspeakers that the format does not allow, and
  /// a place that cannot be written.
  Writer(std::filesystem::path path, int rate, int channels, std::uint32_t speakers = 0);
  /// Without finish() nothing is left.
  ~Writer();
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  /// Throws DataError for another number of channels, channels of unequal length, samples that are not finite, a full disk.
  void write(const std::vector<std::vector<float>>& block);
  /// Throws DataError when there is nothing to write or the disk is full.
  WriteReport finish();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// ---- Sample rates ------------------------------------------------------------------------------------

/// Converts one channel to another sample rate, as resample() does: what is below 0.88 of the lower rate's half passes.
class Resampler {
 public:
  /// Throws DataError for rates that are not positive or more than 256 times apart.
  Resampler(int from, int to);
  ~Resampler();
  Resampler(Resampler&&) noexcept;
  Resampler& operator=(Resampler&&) noexcept;

  /// Throws DataError for samples that are not finite, and for any after the end.
  std::vector<float> push(std::span<const float> samples);
  /// The end: the rest; all samples together are round(length * to / from), at least 1 unless nothing came.
  std::vector<float> finish();
  /// Samples that have to come, at most, before the one that is due is out; 0 when both rates are the same. Measured at the
  /// first call.
  int latency() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// ---- Short-time Fourier transform --------------------------------------------------------------------

/// The frames of Stft::forward, one after the other.
class Analysis {
 public:
  explicit Analysis(const Stft& stft);
  ~Analysis();
  Analysis(Analysis&&) noexcept;
  Analysis& operator=(Analysis&&) noexcept;

  /// The frames that these samples complete. Throws DataError for samples that are not finite.
  Spectrogram push(std::span<const float> samples);
  /// The frames that reach beyond the end.
  Spectrogram finish();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// The signal of Stft::inverse, from frames that come one after the other.
class Synthesis {
 public:
  explicit Synthesis(const Stft& stft);
  ~Synthesis();
  Synthesis(Synthesis&&) noexcept;
  Synthesis& operator=(Synthesis&&) noexcept;

  /// Appends the samples that no later frame reaches to `signal`. Throws DataError for frames with another number of bins.
  void push(const Spectrogram& frames, std::vector<float>& signal);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// ---- Enhancement -------------------------------------------------------------------------------------

/// Turns one channel of sound into another of the same length.
class Enhancer {
 public:
  virtual ~Enhancer() = default;
  /// The samples that are finished once these are known, possibly none.
  virtual std::vector<float> push(std::span<const float> samples) = 0;
  /// The rest: as many samples come out as went in. Nothing can be pushed afterwards.
  virtual std::vector<float> finish() = 0;
  /// A sample is finished when the stretch of this many samples that begins with it is known.
  virtual int latency() const = 0;
  /// Samples worth pushing at once when results are wanted soon.
  virtual int hop() const = 0;
};

/// Masks for magnitudes that follow each other: [frames, bins] in, as many out. It may remember what came before. With a
/// look-ahead of L frames, the mask given for frame m is that of frame m - L (and the first L go unused).
using Masker = std::function<std::vector<float>(std::span<const float> magnitudes)>;

/// Multiplies the short-time Fourier transform with a mask.
class MaskingEnhancer final : public Enhancer {
 public:
  /// After the last frame the masker sees `look_ahead` frames of silence. A masker that gives another number of values, or
  /// values that are not finite, makes push and finish throw DataError.
  MaskingEnhancer(const Stft& stft, Masker masker, int look_ahead = 0);

  std::vector<float> push(std::span<const float> samples) override;
  std::vector<float> finish() override;
  int latency() const override { return window_ + look_ahead_ * hop_; }
  int hop() const override { return hop_; }

 private:
  void enhance(const Spectrogram& frames, std::vector<float>& signal);

  Analysis analysis_;
  Synthesis synthesis_;
  Masker masker_;
  int window_, hop_, bins_, look_ahead_;
  Spectrogram waiting_;  // frames whose mask is not known yet
  std::int64_t in_ = 0, out_ = 0;
};

/// An enhancer of one sample rate for sound of another.
class ResampledEnhancer final : public Enhancer {
 public:
  /// Throws DataError for rates that are not positive or more than 256 times apart.
  ResampledEnhancer(std::unique_ptr<Enhancer> enhancer, int enhancer_rate, int rate);

  std::vector<float> push(std::span<const float> samples) override;
  std::vector<float> finish() override;
  int latency() const override;
  int hop() const override;

 private:
  std::unique_ptr<Enhancer> enhancer_;
  int enhancer_rate_, rate_;
  Resampler there_, back_;
  std::int64_t in_ = 0, out_ = 0;
};

}  // namespace unfurl::audio
