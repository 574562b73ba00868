#pragma once
/// Audio: sound files, the short-time Fourier transform, and folders of speech to be mixed with noise.
///
/// Samples are floats with full scale at -1 and +1; 16-bit files read as integer / 32768.

#include <complex>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace unfurl::audio {

// ---- Sound files -------------------------------------------------------------------------------------

/// One channel of sound.
struct Signal {
  std::vector<float> samples;
  int rate = 16000;       ///< samples per second
  std::string warning{};  ///< what was odd about the file it was read from; empty: nothing
};

/// Several channels of equal length.
struct Recording {
  std::vector<std::vector<float>> channels;
  int rate = 16000;  ///< samples per second
  /// Where the loudspeakers of the channels stand, a bit for each as in the channel mask of WAVE_FORMAT_EXTENSIBLE; 0: it is
  /// not said.
  std::uint32_t speakers = 0;
  std::string warning{};  ///< what was odd about the file it was read from; empty: nothing
};

/// Reads every channel of a WAV, RF64, AIFF, W64, CAF (without ALAC), FLAC, Ogg, MP3, AU or NIST SPHERE file, or of a pipe that
/// holds one (of up to 2^32 bytes). Throws DataError when the file is missing, empty, unreadable, truncated, without samples,
/// or holds a sample that is not finite; and for more than 2^30 samples in all channels, which are for Reader. A file whose
/// writer did not come back to put down the length (0, 0xFFFFFFFF and the like) is read to its end, with a warning.
Recording read_all_channels(const std::filesystem::path& path);

/// Reads a file as one channel, the mean of all its channels. Throws as read_all_channels does.
Signal read(const std::filesystem::path& path);

/// Mean of the channels. Throws DataError when there is none or their lengths differ.
Signal mix_down(const Recording& recording);

/// Converts to another sample rate by band-limited interpolation; the length becomes
/// round(length * rate / signal.rate), at least 1. Throws DataError for a rate that is not positive or more
/// than 256 times away from the signal's own.
Signal resample(const Signal& signal, int rate);

/// What write() had to do so that nothing clips.
struct WriteReport {
  float peak = 0;  ///< largest magnitude among the samples given
  float gain = 1;  ///< factor applied to every sample; 1 unless the samples left the 16-bit range
};

/// Writes 16-bit WAV or FLAC, by the extension of `path`, whole or not at all. Samples beyond full scale would be cut off, so the
/// whole file is then scaled down to fit, and the report says by how much. Throws DataError for another
/// extension, samples that are not finite, no samples, channels of unequal length, loudspeakers that FLAC cannot name, or a
/// place that cannot be written.
WriteReport write(const std::filesystem::path& path, const Recording& recording);
WriteReport write(const std::filesystem::path& path, const Signal& signal);

// ---- Short-time Fourier transform --------------------------------------------------------------------

/// Complex spectra of overlapping stretches ("frames") of a signal: `values` has shape [frames, bins], the
/// bins of one frame contiguous, bin k at frequency k * rate / window.
struct Spectrogram {
  int frames = 0;
  int bins = 0;
  std::vector<std::complex<float>> values;

  std::complex<float>& at(int frame, int bin) & { return values[index(frame, bin)]; }
  const std::complex<float>& at(int frame, int bin) const& { return values[index(frame, bin)]; }
  std::complex<float> at(int frame, int bin) && { return values[index(frame, bin)]; }

  /// Magnitudes, shape [frames, bins] as `values`.
  std::vector<float> magnitude() const;

  /// The spectrogram times a real mask of shape [frames, bins]; the phase stays. Throws DataError when the
  /// mask has another size.
  Spectrogram masked(std::span<const float> mask) const;

 private:
  std::size_t index(int frame, int bin) const {
    return static_cast<std::size_t>(frame) * static_cast<std::size_t>(bins) + static_cast<std::size_t>(bin);
  }
};

/// Short-time Fourier transform with periodic square-root Hann windows for analysis and synthesis. The
/// transform is not scaled; it may be longer than the window, with zeros behind it, for finer bins.
///
/// Frames are centred on the multiples of hop, with zeros outside of the signal, from the first to the last
/// one that reaches a sample: so the edges lie under as many frames as the middle. The inverse divides by the
/// sum of the squared windows, hence inverse(forward(x)) = x for every hop below the window.
/// All methods are const and may be called from several threads.
class Stft {
 public:
  /// Sizes in samples; the window must be even, 0 < hop < window, and the transform even and at least the
  /// window's, which it is for 0. Throws DataError otherwise.
  explicit Stft(int window = 400, int hop = 160, int transform = 0);

  int window() const { return static_cast<int>(window_.size()); }
  int hop() const { return hop_; }
  int transform() const { return transform_; }
  int bins() const { return transform_ / 2 + 1; }

  /// Number of frames of a signal of this many samples.
  int frames(std::size_t length) const;
  /// First sample under a frame; negative where it begins before the signal.
  std::ptrdiff_t start(int frame) const;

  /// Throws DataError for an empty signal or samples that are not finite.
  Spectrogram forward(std::span<const float> samples) const;

  /// The signal of `length` samples whose frames are nearest to the spectrogram in squared error. Throws
  /// DataError when the spectrogram has not frames(length) frames of bins() bins.
  std::vector<float> inverse(const Spectrogram& spectrogram, std::size_t length) const;

 private:
  friend class Analysis;
  friend class Synthesis;

  std::vector<float> window_;
  int hop_, transform_;
};

// ---- Mixtures of speech and noise --------------------------------------------------------------------

/// A row of a manifest: which files are mixed, from where in the noise, how loud.
struct MixtureRow {
  std::string id;
  std::string clean;              ///< relative to the folder of the manifest
  std::string noise;              ///< relative to the folder of the manifest
  std::int64_t noise_offset = 0;  ///< samples
  double snr_db = 0;              ///< speech over noise, energies of the whole utterance
  int line = 0;                   ///< line in the manifest, for messages
};

/// At a larger ratio than this, in either direction, the fainter one of two signals is below the last bit of the other.
inline constexpr double largest_snr_db = 150;

/// Reads a file with the columns id, clean, noise, noise_offset_samples and snr_db, in any order, and at least one row; other
/// columns are ignored. Takes memory of a small multiple of the file's size. Throws DataError, with file and line, for
/// whatever else it meets: columns that are missing, quotes in one of the five, empty or repeated ids, numbers that are none,
/// ratios beyond largest_snr_db.
std::vector<MixtureRow> read_manifest(const std::filesystem::path& path);

/// A mixture and what it was made of: mixture = clean + noise, sample by sample.
struct Mixture {
  std::vector<float> mixture;
  std::vector<float> clean;
  std::vector<float> noise;  ///< as it is in the mixture, that is, times the gain
  double gain = 0;
  double snr_db = 0;
  std::string noise_type;  ///< name of the noise file without folder and extension
};

/// Mixes speech with a stretch of noise that begins at `offset` and goes on from the start at its end:
///
///     mixture[i] = clean[i] + g * noise[(offset + i) mod length(noise)],   0 <= i < length(clean)
///
/// with g such that 10 log10(sum clean^2 / sum (g noise)^2) = snr_db. Throws DataError for silent speech or noise, for
/// which no g does that, for ratios beyond largest_snr_db, and for mixtures beyond the range of floats.
Mixture mix(std::span<const float> clean, std::span<const float> noise, std::int64_t offset, double snr_db);

/// A decoded file of a mixture set.
struct Source {
  std::string file;  ///< as the manifest spells it
  std::vector<float> samples;
};

/// A folder with `mixtures.csv` and the sound files it names (usually under clean/ and noise/). Every file is
/// decoded once, in the constructor; nothing changes afterwards, so threads may share one set.
class MixtureSet {
 public:
  /// Throws DataError when the manifest or a file is bad, or when the sample rates differ.
  explicit MixtureSet(const std::filesystem::path& folder);

  std::size_t size() const { return rows_.size(); }
  int rate() const { return rate_; }
  const std::vector<MixtureRow>& rows() const& { return rows_; }
  std::vector<MixtureRow> rows() && { return std::move(rows_); }
  /// What was odd about files that were read all the same. For the user to see.
  const std::vector<std::string>& warnings() const& { return warnings_; }
  std::vector<std::string> warnings() && { return std::move(warnings_); }

  /// The distinct files, in the order in which the manifest first names them.
  const std::vector<Source>& clean() const& { return clean_; }
  const std::vector<Source>& noise() const& { return noise_; }
  std::vector<Source> clean() && { return std::move(clean_); }
  std::vector<Source> noise() && { return std::move(noise_); }

  /// Makes mixture `row` as mix() does. Throws DataError for a row that does not exist, and where mix() does.
  Mixture render(std::size_t row) const;

 private:
  std::vector<MixtureRow> rows_;
  std::vector<std::size_t> clean_of_row_, noise_of_row_;
  std::vector<Source> clean_, noise_;
  std::filesystem::path manifest_;
  std::vector<std::string> warnings_;
  int rate_ = 0;
};

// ---- A small synthetic set ---------------------------------------------------------------------------

/// Makes a small data set of synthetic speech and noise at 16 kHz, with the programs espeak-ng and sox:
/// `train/` and `dev/`, each with clean/, noise/ and mixtures.csv, at -6, -3, 0, 3, 6 and 9 dB. The voices,
/// the sentences and the stretches of noise of `dev` do not occur in `train`. The same programs make the
/// same bits every time; a folder that is complete is left as it is.
///
/// Throws DataError when a program is missing (naming the package to install) or fails, and when `folder`
/// exists but was not made by this function.
void make_synthetic_speech(const std::filesystem::path& folder);

}  // namespace unfurl::audio
