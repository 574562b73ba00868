/// Feedback of a channel that is superimposed on data: a base station hears the user's symbols d and, spread over all of them and
/// much weaker, the channel h that the user has measured [Qing19],
///
///     y = sqrt(rho / N) Q h + sqrt(1 - rho) d + noise.
///
/// A layer estimates one of the two with the other subtracted, and with what is left of it taken for noise: soft interference
/// cancellation. The channel is sparse in the Fourier domain, and the layers learn how.
#include "models/models.hpp"
#include "models/superimposed_csi/frames.hpp"
#include "models/superimposed_csi/model.hpp"
#include "unfurl/contenders.hpp"

namespace unfurl::superimposed_csi_model {

namespace {

using detail::cat;

class CsiProblem final : public Problem {
 public:
  explicit CsiProblem(const Settings& settings)
      : seed_(settings.seed),
        setting_{settings.word("channel") == "paths", settings.number("rho"), settings.number("snr")},
        model_(declare(Prior::learned, settings.seed)),
        validation_(make_frames({setting_}, 64, stream(seed_, 1))) {
    if (settings.word("test") == "same")
      test_settings_ = {setting_};
    else
      for (const double rho : {0.05, 0.1, 0.2})
        for (const double snr : {4, 8, 12, 16}) test_settings_.push_back({setting_.paths, rho, snr});
    test_ = make_frames(test_settings_, settings.whole("frames"), stream(seed_, 0));
  }

  const Model& model() const override { return model_; }
  /// Of the channel relative to its power, and of the bits.
  Loss loss() const override {
    return (1.0 / antennas) * loss::squared_error("channel", "truth") + 2 * loss::cross_entropy("d", "bits");
  }
  Optimizer optimizer() const override { return Adam{.rate = 5e-3, .final_rate = 0.02, .clip = 1}; }
  int batch() const override { return 32; }
  DataSource training() const override {
    return fresh([this](int epoch) { return make_frames({setting_}, 1024, stream(seed_, 2 + epoch)); });
  }
  Dataset validation() const override { return validation_; }
  std::vector<Metric> evaluate(const Network& network) const override { return measure(network, test_); }
  std::vector<Grouping> groupings() const override {
    if (test_settings_.size() == 1) return {};
    Grouping by{"share of power, SNR", {}};
    const int each = test_.samples() / static_cast<int>(test_settings_.size());
    for (const Setting& s : test_settings_)
      by.labels.insert(by.labels.end(), static_cast<std::size_t>(each),
                       cat(s.rho, ", ", s.snr < 10 ? " " : "", s.snr, " dB"));
    return {by};
  }
  Network network(const Settings& settings) const override {
    return unrolled(model_, settings).freeze("Q").compile();
  }

  std::vector<Contender> contenders(const Settings& settings) const override {
    const int k = settings.layers;
    std::vector<Contender> rows;
    const auto plain = [&](const std::string& name, Prior prior, const InterferenceCancellation& how,
                           int layers, const std::string& note = {}, Role role = Role::other) {
      rows.push_back(untrained_row(name, schedule(declare(prior, 1), how, layers).compile(), note, role));
    };
    plain("LMMSE", Prior::gaussian, {}, 2, "the channel with the symbols as noise, then the symbols");
    plain("plain mean field", Prior::gaussian, {.remaining_variance = false}, k,
          "as if what was subtracted were known");
    plain("hard decisions", Prior::gaussian, {.hard = true}, k);
    plain("soft", Prior::gaussian, {}, k);
    plain("soft, Wiener filter in the Fourier domain", Prior::spectral, {}, k, "", Role::untrained);
    // The learned prior shrinks already.
    const Schedule learned = schedule(model_, {}, k).freeze("cancellation.shrinkage"),
                   untied = schedule(model_, {}, k).untie(all).freeze("Q").freeze("cancellation.shrinkage");
    rows.push_back(trained_row("tied", learned.compile(), "", Role::tied));
    rows.push_back(trained_row("untied", untied.compile(), "all layers jointly", Role::untied));
    rows.push_back({.name = "untied, layer by layer",
                    .network = untied.compile(),
                    .note = cat("in ", k, " stages"),
                    .curriculum = k});
    append(rows, baselines(settings));
    return rows;
  }

  /// What takes the least-squares estimate to the channel, with ten times the parameters of the untied network.
  std::vector<Contender> baselines(const Settings& settings) const override {
    const FeedForward network{.input = "spread",
                              .input_type = {1, 2 * antennas, true},
                              .hidden = {150, 150},
                              .outputs = 2 * antennas,
                              .output = "channel",
                              .seed = settings.seed};
    return {{.name = "feed-forward, 150 and 150 hidden",
             .network = feed_forward(network),
             .optimizer = Adam{.rate = 2e-3, .final_rate = 0.02},
             .epochs = 20 * settings.epochs,
             .note = "of the channel alone, which is then subtracted; twenty times the epochs",
             .loss = (1.0 / antennas) * loss::squared_error("channel", "truth")}};
  }

 private:
  std::uint64_t seed_;
  Setting setting_;
  std::vector<Setting> test_settings_;
  Model model_;
  Dataset test_, validation_;
};

class SuperimposedCsi final : public Task {
 public:
  std::string name() const override { return "superimposed_csi"; }
  std::string summary() const override {
    return "a channel superimposed on data symbols, by soft interference cancellation; makes its own data";
  }
  Settings defaults() const override { return defaults_of("cancel", 6, "untied", 8); }
  std::vector<Option> options() const override {
    return {
        {"channel", Option::Word{"paths", {"paths", "independent"}}, "three paths, or independent antennas"},
        {"rho", Option::Number{0.1, 0.001, 0.9}, "the channel's share of the power"},
        {"snr", Option::Number{8, -20, 60}, "signal-to-noise ratio in dB"},
        {"test", Option::Word{"same", {"same", "others"}},
         "where to test: as in training, or shares of 0.05, 0.1, 0.2 at 4, 8, 12 and 16 dB"},
        {"frames", Option::Whole{500, 1, 100000}, "to test at each setting"}};
  }
  std::unique_ptr<Problem> prepare(const Settings& settings) const override {
    return std::make_unique<CsiProblem>(complete(*this, settings));
  }
  Model sketch(const Settings& settings) const override { return declare(Prior::learned, settings.seed); }
  Network sketch_network(const Settings& settings) const override {
    return unrolled(sketch(settings), complete(*this, settings)).freeze("Q").compile();
  }
};

}  // namespace

}  // namespace unfurl::superimposed_csi_model

std::shared_ptr<const unfurl::Task> unfurl::superimposed_csi() {
  return std::make_shared<superimposed_csi_model::SuperimposedCsi>();
}
