/// Deep NMF for speech enhancement [Hershey14], [LeRoux15]: magnitudes of noisy speech are explained by a speech and a
/// noise dictionary; K multiplicative updates find the activations, and the share of the speech is the mask.
///
/// Dictionaries are first fitted to clean speech and to noise alone (sparse NMF); untying then gives every layer, and the
/// mask, its own copy, trained to reconstruct the clean magnitudes.
#include <algorithm>
#include <array>
#include <cmath>
#include <future>
#include <map>
#include <mutex>

#include "models.hpp"
#include "unfurl/audio.hpp"
#include "unfurl/metrics.hpp"
#include "unfurl/sparse_nmf.hpp"

namespace unfurl {

namespace {

constexpr int window = 400, hop = 160, bins = window / 2 + 1;
constexpr int rank = 100;  // atoms per source
constexpr double sparsity = 5;
constexpr int fit_iterations = 40;       // further ones fit the recordings at hand, and lose on others
constexpr int mixtures_per_epoch = 100;  // 700 mixtures in seven epochs
/// Entries of a dictionary before training: multiplicative steps cannot leave zero, and slow ones not a tiny number.
constexpr double smallest_entry = 1e-4;

/// The model: V is a frame of the mixture's magnitudes, one sample a frame.
Model declare(const std::vector<double>& speech, const std::vector<double>& noise) {
  Model m("deep_nmf");
  auto V = m.observed("V", {bins}, nonneg);
  auto Ws = m.param("Ws", matrix(bins, rank), speech, nonneg);
  auto Wn = m.param("Wn", matrix(bins, rank), noise, nonneg);
  auto Hs = m.latent("Hs", {rank}, nonneg);
  auto Hn = m.latent("Hn", {rank}, nonneg);
  m.factor("fit", KL{V, Ws * Hs + Wn * Hn});
  m.factor("sparse_speech", L1{sparsity, Hs});
  m.factor("sparse_noise", L1{sparsity, Hn});
  m.readout("speech", cwise(V, share(Ws * Hs, Wn * Hn)));
  return m;
}

/// Magnitudes of every second frame of the sources, for fitting a dictionary.
Samples training_frames(const std::vector<audio::Source>& sources) {
  const audio::Stft stft(window, hop);
  Samples frames{1, bins, {}};
  for (const audio::Source& source : sources) {
    const std::vector<float> magnitude = stft.forward(source.samples).magnitude();
    for (std::size_t f = 0; f + bins <= magnitude.size(); f += 2 * bins)
      frames.values.insert(frames.values.end(), magnitude.begin() + static_cast<std::ptrdiff_t>(f),
                           magnitude.begin() + static_cast<std::ptrdiff_t>(f + bins));
  }
  return frames;
}

/// Frames of mixtures ("V") and of their clean speech ("S").
Dataset render_frames(const audio::MixtureSet& set, const std::vector<int>& rows) {
  const audio::Stft stft(window, hop);
  std::vector<float> mixture, clean;
  for (int row : rows) {
    const audio::Mixture m = set.render(static_cast<std::size_t>(row));
    const std::vector<float> v = stft.forward(m.mixture).magnitude(), s = stft.forward(m.clean).magnitude();
    mixture.insert(mixture.end(), v.begin(), v.end());
    clean.insert(clean.end(), s.begin(), s.end());
  }
  Dataset data;
  data.add("V", 1, bins, std::move(mixture)).add("S", 1, bins, std::move(clean));
  return data;
}

/// Masks a signal's spectrogram with a network's speech magnitudes.
std::vector<float> mask_signal(const Network& network, const std::vector<float>& signal) {
  const audio::Stft stft(window, hop);
  const audio::Spectrogram spectrogram = stft.forward(signal);
  std::vector<float> mask = spectrogram.magnitude();
  const Dataset speech = network.run(Dataset().add("V", 1, bins, mask), {"speech"});
  const std::vector<float>& estimate = speech["speech"].values;
  for (std::size_t i = 0; i < mask.size(); ++i) mask[i] = mask[i] > 0 ? estimate[i] / mask[i] : 0;
  return stft.inverse(spectrogram.masked(mask), signal.size());
}

/// Recordings and dictionaries of one data folder; seeds share them.
struct Material {
  explicit Material(const std::filesystem::path& folder, int threads)
      : train(folder / "train"), dev(folder / "dev") {
    if (train.rate() != 16000 || dev.rate() != 16000)
      throw DataError(detail::cat("the recordings have ", train.rate(), " samples per second"),
                      folder.string(), "resample to 16000");
    const auto fit = [&](const std::vector<audio::Source>& sources, std::uint64_t seed) {
      std::vector<double> W = fit_dictionary(training_frames(sources), {.rank = rank,
                                                                        .sparsity = sparsity,
                                                                        .iterations = fit_iterations,
                                                                        .seed = seed,
                                                                        .threads = threads})
                                  .W;
      for (double& w : W) w = std::max(w, smallest_entry);
      return W;
    };
    speech = fit(train.clean(), 1);
    noise = fit(train.noise(), 101);
    for (std::size_t row = 0; row < dev.size(); ++row) dev_mixtures.push_back(dev.render(row));
    std::vector<int> some;  // every sixth mixture: validation losses and gradient checks
    for (std::size_t row = 0; row < dev.size(); row += 6) some.push_back(static_cast<int>(row));
    validation = render_frames(dev, some);
  }
  audio::MixtureSet train, dev;
  std::vector<audio::Mixture> dev_mixtures;
  std::vector<double> speech, noise;
  Dataset validation;
};

std::shared_ptr<const Material> material(const Settings& settings) {
  static std::mutex mutex;
  static std::map<std::string, std::shared_ptr<const Material>> known;
  const std::lock_guard lock(mutex);
  std::filesystem::path folder = settings.data;
  if (folder.empty()) {
    folder = std::filesystem::temp_directory_path() / "unfurl_synthetic_speech";
    audio::make_synthetic_speech(folder);
  }
  auto& entry = known[folder.string()];
  if (!entry) entry = std::make_shared<const Material>(folder, settings.threads);
  return entry;
}

class DeepNmfProblem final : public Problem {
 public:
  explicit DeepNmfProblem(const Settings& settings)
      : settings_(settings),
        material_(material(settings)),
        model_(declare(material_->speech, material_->noise)) {}

  const Model& model() const override { return model_; }
  Loss loss() const override { return loss::squared_error("speech", "S"); }
  Optimizer optimizer() const override { return rate(settings_.layers); }
  int batch() const override { return 512; }
  Dataset validation() const override { return material_->validation; }

  /// Other mixtures each epoch, in an order drawn from the seed; the next are rendered meanwhile.
  DataSource training() const override {
    struct Prefetch {
      int epoch = -1;
      std::future<std::shared_ptr<const Dataset>> data;
    };
    const auto next = std::make_shared<Prefetch>();
    const auto render = [material = material_,
                         seed = settings_.seed](int epoch) -> std::shared_ptr<const Dataset> {
      const int count = static_cast<int>(material->train.size()), take = std::min(count, mixtures_per_epoch);
      std::vector<int> rows;
      for (int at = epoch * take; at < (epoch + 1) * take; ++at) {
        const std::uint64_t pass = static_cast<std::uint64_t>(at / count);
        rows.push_back(Random(seed + 1000 * pass).permutation(count)[static_cast<std::size_t>(at % count)]);
      }
      return std::make_shared<const Dataset>(render_frames(material->train, rows));
    };
    return [next, render](int epoch) {
      auto data = next->epoch == epoch ? next->data.get() : render(epoch);
      next->epoch = epoch + 1;
      next->data = std::async(std::launch::async, render, epoch + 1);
      return data;
    };
  }

  std::vector<Metric> evaluate(const Network& network) const override {
    Metric sdr{"SDR", "dB", true, 0, {}}, si_sdr{"SI-SDR", "dB", true, 0, {}};
    for (const audio::Mixture& m : material_->dev_mixtures) {
      const std::vector<float> estimate = mask_signal(network, m.mixture);
      sdr.per_item.push_back(audio::sdr(m.clean, estimate));
      si_sdr.per_item.push_back(audio::si_sdr(m.clean, estimate));
    }
    for (Metric* metric : {&sdr, &si_sdr})
      for (double v : metric->per_item) metric->value += v / static_cast<double>(metric->per_item.size());
    return {sdr, si_sdr};
  }

  std::vector<Contender> contenders(const Settings& settings) const override {
    std::vector<Contender> rows;
    const auto unrolled = [&](int layers, const std::string& tying) {
      return unroll(model_, algorithm_by_name(settings.algorithm), layers).tying(tying).compile();
    };
    const auto train = [&](const std::string& name, int layers, const std::string& tying) {
      rows.push_back(
          {detail::cat(name, ", K=", layers), unrolled(layers, tying), true, rate(layers), -1, ""});
    };
    rows.push_back({"sparse NMF, K=25", unrolled(25, "tied"), false, nullptr, -1,
                    "plain inference with the fitted dictionaries"});
    std::vector<int> depths{settings.layers};
    if (settings.layers == 10) depths = {4, 10};
    for (int layers : depths) {
      rows.push_back(
          {detail::cat("untrained, K=", layers), unrolled(layers, "tied"), false, nullptr, -1, ""});
      train("tied", layers, "tied");
      train("tied, own reconstruction", layers, "readout");
      if (layers == depths.back()) train("one scalar per layer", layers, "scaled");
      train("untied", layers, "untied");
    }
    for (Contender& c : baselines(settings)) rows.push_back(std::move(c));
    return rows;
  }

  /// Masks of a network with two hidden layers on log-magnitudes, with the parameters of the untied network and ten times.
  std::vector<Contender> baselines(const Settings& settings) const override {
    std::vector<double> mean(bins, 0), deviation(bins, 0);
    const Samples& v = material_->validation["V"];
    const double frames = v.count();
    for (const bool second : {false, true})
      for (std::size_t i = 0; i < v.values.size(); ++i) {
        const double x = std::log(1e-3 + static_cast<double>(v.values[i]));
        double& to = (second ? deviation : mean)[i % bins];
        to += (second ? (x - mean[i % bins]) * (x - mean[i % bins]) : x) / frames;
      }
    for (double& d : deviation) d = std::sqrt(d) + 1e-3;
    std::vector<Contender> rows;
    const double target = static_cast<double>(settings.layers + 1) * 2 * rank * bins;
    for (const int times : {1, 10}) {
      // weights and biases of bins -> h -> h -> bins: h^2 + (2 bins + 2) h + bins
      const double linear = 2 * bins + 2;
      const int hidden =
          static_cast<int>((-linear + std::sqrt(linear * linear + 4 * (times * target - bins))) / 2);
      const FeedForward mask{.input = "V",
                             .input_type = {1, bins, true, nonneg},
                             .hidden = {hidden, hidden},
                             .outputs = bins,
                             .activation = FeedForward::Activation::sigmoid,
                             .output = "speech",
                             .log_input = true,
                             .mean = mean,
                             .deviation = deviation,
                             .mask_of = "V",
                             .seed = settings.seed};
      rows.push_back({detail::cat("feed-forward mask, 2 x ", hidden), feed_forward(mask), true,
                      Adam{.rate = 1e-3}, -1, ""});
    }
    return rows;
  }

 private:
  /// Logarithms of dictionaries take large rates, the larger the fewer layers.
  static Optimizer rate(int layers) { return Adam{.rate = layers <= 4 ? 0.3 : 0.1, .final_rate = 0.01}; }

  Settings settings_;
  std::shared_ptr<const Material> material_;
  Model model_;
};

class DeepNmf final : public Task {
 public:
  std::string name() const override { return "deep_nmf"; }
  std::string summary() const override {
    return "speech enhancement by unfolded sparse NMF; data: a folder of speech, noise and mixtures";
  }
  Settings defaults() const override {
    Settings s;
    s.algorithm = "mu";
    s.layers = 10;
    s.tying = "untied";
    s.epochs = 7;
    return s;
  }
  std::unique_ptr<Problem> prepare(const Settings& settings) const override {
    return std::make_unique<DeepNmfProblem>(settings);
  }
  Model sketch(const Settings&) const override {
    const std::vector<double> flat(static_cast<std::size_t>(bins) * rank, 0.1);
    return declare(flat, flat);
  }
  bool enhances_audio() const override { return true; }
  std::vector<float> enhance(const Network& network, const std::vector<float>& signal) const override {
    return mask_signal(network, signal);
  }
};

}  // namespace

std::shared_ptr<const Task> deep_nmf() { return std::make_shared<DeepNmf>(); }

}  // namespace unfurl
