/// A small set of synthetic speech and noise in the form of a speech-enhancement benchmark. espeak-ng speaks,
/// sox makes the noises; levels, babble and manifest are made here.

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <locale>
#include <random>
#include <sstream>

#include "program.hpp"
#include "synthetic_texts.hpp"
#include "unfurl/audio.hpp"
#include "unfurl/error.hpp"

namespace unfurl::audio {
namespace {

using unfurl::detail::cat;
namespace fs = std::filesystem;
using detail::Noise;
using detail::Split;
using detail::Talker;

constexpr int kRate = 16000;
constexpr double kSpeechLevel = -28, kNoiseLevel = -26;  // dB of full scale, root mean square
constexpr const char* kMarker = "synthetic.txt";
constexpr const char* kRecipe = "synthetic speech and noise made by unfurl, recipe 1\n";

std::string marker_of(const fs::path& folder) {
  std::ostringstream text;
  text << std::ifstream(folder / kMarker).rdbuf();
  return text.str();
}

/// Scales to a level in dB of full scale, or less if the peak would pass 0.95.
Signal levelled(Signal signal, double level) {
  double sum = 0, peak = 0;
  for (const float x : signal.samples) {
    sum += static_cast<double>(x) * x;
    peak = std::max(peak, std::abs(static_cast<double>(x)));
  }
  if (peak == 0) throw DataError("a synthetic sound came out silent", {}, "try espeak-ng and sox by hand");
  const double rms = std::sqrt(sum / static_cast<double>(signal.samples.size()));
  const double gain = std::min(std::pow(10.0, level / 20) / rms, 0.95 / peak);
  for (float& x : signal.samples) x = static_cast<float>(gain * x);
  return signal;
}

/// Makes the sounds of one data set; `scratch` takes files of passing interest.
class Studio {
 public:
  explicit Studio(fs::path scratch) : scratch_(std::move(scratch)) { fs::create_directories(scratch_); }

  Signal speech(const Talker& talker, const std::string& text) const {
    detail::run_program({"espeak-ng", "-v", talker.voice, "-p", std::to_string(talker.pitch), "-s",
                         std::to_string(talker.words_per_minute), "-w", raw().string(), text},
                        "espeak-ng", log());
    return sox(raw().string(), "");
  }

  Signal noise(const Noise& noise) const { return sox("-n", noise.effects); }

  /// All talkers at once; each reads all paragraphs, but starts with another one.
  Signal babble(const std::vector<Talker>& talkers, const std::vector<std::string>& paragraphs) const {
    Signal crowd;
    for (std::size_t t = 0; t < talkers.size(); ++t) {
      std::string text;
      for (std::size_t p = 0; p < paragraphs.size(); ++p)
        text += paragraphs[(t + p) % paragraphs.size()] + " ";
      const Signal voice = levelled(speech(talkers[t], text), kSpeechLevel);
      if (t == 0) crowd = {std::vector<float>(voice.samples.size()), voice.rate};
      crowd.samples.resize(std::min(crowd.samples.size(), voice.samples.size()));
      for (std::size_t i = 0; i < crowd.samples.size(); ++i) crowd.samples[i] += voice.samples[i];
    }
    return crowd;
  }

 private:
  /// The input (-n is none) after some effects, at 16 kHz. -R repeats the same random numbers in every run,
  /// -D switches dither off.
  Signal sox(const std::string& input, const std::string& effects) const {
    const fs::path output = scratch_ / "sox.wav";
    std::vector<std::string> words = {"sox", "-R", "-D", input, "-r",           std::to_string(kRate),
                                      "-c",  "1",  "-b", "16",  output.string()};
    std::istringstream in(effects);
    for (std::string word; in >> word;) words.push_back(word);
    detail::run_program(words, "sox", log());
    return read(output);
  }

  fs::path raw() const { return scratch_ / "raw.wav"; }
  fs::path log() const { return scratch_ / "log.txt"; }
  fs::path scratch_;
};

struct Stored {
  std::string file;  ///< relative to the split's folder
  std::size_t samples = 0;
};

Stored store(const fs::path& folder, const std::string& file, const Signal& signal) {
  write(folder / file, signal);
  return {file, signal.samples.size()};
}

/// Every sentence at every SNR; the noise types take turns, the offset is random.
void write_manifest(const fs::path& folder, const Split& split, const std::vector<Stored>& clean,
                    const std::vector<Stored>& noise) {
  std::mt19937 random(split.seed);
  std::ofstream manifest(folder / "mixtures.csv");
  manifest.imbue(std::locale::classic());
  manifest << "id,clean,noise,noise_offset_samples,snr_db\n";
  int row = 0;
  for (std::size_t sentence = 0; sentence < clean.size(); ++sentence)
    for (std::size_t level = 0; level < 6; ++level, ++row) {
      const Stored& n = noise[(sentence + level) % noise.size()];
      const std::size_t starts =
          n.samples > clean[sentence].samples ? n.samples - clean[sentence].samples : 1;
      manifest << split.name << '_' << row / 100 % 10 << row / 10 % 10 << row % 10 << ','
               << clean[sentence].file << ',' << n.file << ',' << random() % starts << ','
               << 3 * static_cast<int>(level) - 6 << '\n';
    }
  if (!manifest.flush()) throw DataError(cat("cannot write the manifest in '", folder.string(), "'"));
}

void make_split(const fs::path& folder, const Studio& studio, const Split& split) {
  fs::create_directories(folder / "clean");
  fs::create_directories(folder / "noise");
  std::vector<Stored> clean, noise;
  for (std::size_t i = 0; i < split.sentences.size(); ++i) {
    const std::size_t talker = i % split.talkers.size();
    const Signal speech = studio.speech(split.talkers[talker], split.sentences[i]);
    clean.push_back(store(folder, cat("clean/talker", talker + 1, "-sentence", i + 1, ".flac"),
                          levelled(speech, kSpeechLevel)));
  }
  for (const Noise& one : split.noises)
    noise.push_back(
        store(folder, cat("noise/", one.name, ".flac"), levelled(studio.noise(one), kNoiseLevel)));
  noise.push_back(store(folder, "noise/babble.flac",
                        levelled(studio.babble(split.crowd, split.paragraphs), kNoiseLevel)));
  write_manifest(folder, split, clean, noise);
}

void make_all(const fs::path& folder) {
  const Studio studio(folder / "scratch");
  for (const Split& split : detail::synthetic_splits()) make_split(folder / split.name, studio, split);
  fs::remove_all(folder / "scratch");
  std::ofstream(folder / kMarker) << kRecipe;
}

}  // namespace

void make_synthetic_speech(const fs::path& folder) {
  try {
    const std::string marker = marker_of(folder);
    if (marker == kRecipe) return;
    if (marker.empty() && fs::exists(folder) && !(fs::is_directory(folder) && fs::is_empty(folder)))
      throw DataError(cat("'", folder.string(), "' exists and is no synthetic speech set"), {},
                      "name a folder that does not exist yet; this one is left as it is");

    // Made beside its place and renamed when complete: nobody ever sees half a set.
    const fs::path unfinished =
        cat((folder.has_filename() ? folder : folder.parent_path()).string(), ".making-", getpid());
    fs::remove_all(unfinished);
    fs::create_directories(unfinished);
    try {
      make_all(unfinished);
      if (!marker.empty()) fs::remove_all(folder);  // a set of an older recipe
      fs::rename(unfinished, folder);
    } catch (...) {
      fs::remove_all(unfinished);
      if (marker_of(folder) == kRecipe) return;  // another process was faster
      throw;
    }
  } catch (const fs::filesystem_error& failure) {
    throw DataError(cat("cannot make the synthetic speech set: ", failure.what()), {},
                    "choose a folder that can be written");
  }
}

}  // namespace unfurl::audio
