#include "models/speech/recordings.hpp"

#include <algorithm>
#include <locale>
#include <sstream>

#include "unfurl/at.hpp"

namespace unfurl {

namespace {

using detail::cat;

/// Entries of a dictionary before training: multiplicative steps cannot leave zero, and slow ones not a tiny number.
constexpr double smallest_entry = 1e-4;

}  // namespace

Speech::Speech(const std::filesystem::path& folder) : train_(folder / "train"), dev_(folder / "dev") {
  for (const auto& [part, set] : {std::pair{"train", &train_}, std::pair{"dev", &dev_}})
    if (set->rate() != 16000)
      throw DataError(cat("the recordings have ", set->rate(), " samples per second"),
                      (folder / part).string(), "resample to 16000");
  for (std::size_t row = 0; row < dev_.size(); ++row) dev_mixtures_.push_back(dev_.render(row));
}

std::shared_ptr<const Speech> Speech::open(std::filesystem::path folder) {
  static std::mutex mutex;
  static std::map<std::string, std::shared_ptr<const Speech>> known;
  const std::lock_guard lock(mutex);
  if (folder.empty()) {
    std::error_code failure;
    folder = std::filesystem::temp_directory_path(failure) / "unfurl_synthetic_speech";
    if (failure)
      throw DataError("there is no folder for temporary files to make synthetic speech in", "",
                      "let TMPDIR name one that is there, or give recordings with --data");
    audio::make_synthetic_speech(folder);
  }
  auto& entry = known[folder.string()];
  if (!entry) entry.reset(new Speech(folder));
  return entry;
}

Samples Speech::dictionary_frames(bool speech, const FrameShape& shape) const {
  const audio::Stft stft = shape.stft();
  Samples stacks{1, shape.bins() * shape.width(), {}};
  for (const audio::Source& source : speech ? train_.clean() : train_.noise()) {
    const std::vector<float> magnitude = stft.forward(source.samples).magnitude();
    const int frames = static_cast<int>(magnitude.size()) / shape.bins();
    for (int f = 0; f < frames; f += 2)
      append_frames(magnitude, shape.bins(), f - shape.past, shape.width(), stacks.values);
  }
  return stacks;
}

std::vector<double> Speech::dictionaries(const FrameShape& shape, SparseNmf of_speech,
                                         SparseNmf of_noise) const {
  of_speech.seed = 1, of_noise.seed = 101;
  std::ostringstream text;
  text.imbue(std::locale::classic());
  text.precision(17);
  text << shape.window << ' ' << shape.hop << ' ' << shape.transform() << ' ' << shape.past << ' '
       << shape.ahead;
  for (const SparseNmf& o : {of_speech, of_noise})
    text << ' ' << o.rank << ' ' << o.beta << ' ' << o.sparsity << ' ' << o.iterations;
  const std::string key = text.str();
  const std::lock_guard lock(mutex_);
  const auto found = dictionaries_.find(key);
  if (found != dictionaries_.end()) return found->second;
  const Dictionary speech = fit_dictionary(dictionary_frames(true, shape), of_speech),
                   noise = fit_dictionary(dictionary_frames(false, shape), of_noise);
  std::vector<double> both;
  for (int row = 0; row < shape.bins() * shape.width(); ++row)
    for (const Dictionary* d : {&speech, &noise})
      for (int k = 0; k < d->rank; ++k) both.push_back(std::max(d->W[at(row * d->rank + k)], smallest_entry));
  return dictionaries_.emplace(key, std::move(both)).first->second;
}

}  // namespace unfurl
