/// Sparse codes from few measurements: the synthetic benchmark of learned ISTA [Gregor10] in the setting of
/// [Chen18], m = 250 measurements of n = 500 numbers, each non-zero with probability 0.1 and then Gaussian,
/// without noise.
///
///     minimise over x   1/2 |b - A x|^2 + lambda |x|_1
///
/// Sixteen iterations of soft thresholding leave much of the error; learned ones, of the same form and cost,
/// do not.
#include "models/lista/code_pictures.hpp"
#include "models/lista/systems.hpp"
#include "models/models.hpp"

namespace unfurl::lista_model {

namespace {

class ListaProblem final : public Problem {
 public:
  explicit ListaProblem(const Settings& settings)
      : seed_(settings.seed),
        algorithm_(settings.algorithm),
        codes_(codes_of(settings, gaussian_dictionary(stream(seed_, 0)))),
        test_(codes_.draw(test_codes, stream(seed_, 1))),
        validation_(denser() ? codes_.draw_denser(4 * validation_codes, stream(seed_, 2))
                             : codes_.draw(validation_codes, stream(seed_, 2))
                                   .add("weight", 1, 1, std::vector<float>(validation_codes, 1))),
        model_(model_for(algorithm_, codes_)) {}

  const Model& model() const override { return model_; }
  Loss loss() const override { return denser() ? weighted_code_error() : loss::squared_error("x", "code"); }
  Optimizer optimizer() const override { return optimizer_for(algorithm_); }
  int batch() const override { return batch_for(algorithm_); }
  /// Fresh codes in every epoch.
  DataSource training() const override {
    return fresh([this](int epoch) {
      const std::uint64_t seed = stream(seed_, 3 + epoch);
      return denser() ? codes_.draw_denser(codes_per_epoch, seed) : codes_.draw(codes_per_epoch, seed);
    });
  }
  Dataset validation() const override { return validation_; }
  std::vector<Metric> evaluate(const Network& network) const override { return {code_error(network, test_)}; }

  std::vector<Illustration> illustrate(const std::vector<Exhibit>& networks,
                                       const std::filesystem::path&) const override {
    return codes_and_spectra(networks, test_);
  }

  Network network(const Settings& settings) const override { return unfolded(model_, settings); }

  std::vector<Contender> contenders(const Settings& settings) const override {
    if (settings.algorithm != "ista")
      throw ModelError("the comparison of 'lista' has ISTA, FISTA and learned forms in any case",
                       detail::cat("--algorithm ", settings.algorithm), "leave it out");
    const std::string& systems = settings.word("systems");
    const Bench bench = bench_of(settings);
    if (systems == "matrices") return matrix_systems(bench);
    if (systems == "analytic") return analytic_systems(bench);
    if (systems == "transferred") return transferred(bench);
    return usual_systems(bench);
  }

  std::vector<Contender> baselines(const Settings& settings) const override { return conventional(settings); }

 private:
  /// Where few codes decide that are hard, it learns from more of them.
  bool denser() const { return algorithm_ == "alista-ss"; }
  /// From a problem of another seed, as the usual settings have it.
  std::vector<Contender> transferred(const Bench& bench) const {
    Settings usual = bench.settings;
    usual.seed += 1000;
    usual.options["density"] = "0.1";
    usual.options["snr"] = "200";
    const ListaProblem other(usual);
    return transferred_systems(bench, other.bench_of(usual));
  }

  Bench bench_of(const Settings& settings) const {
    const auto as = [settings](const std::string& algorithm) {
      Settings other = settings;
      other.algorithm = algorithm;
      return std::make_shared<const ListaProblem>(other);
    };
    return {*this, as, settings, codes_, validation_};
  }

  std::uint64_t seed_;
  std::string algorithm_;
  SparseCodes codes_;
  Dataset test_, validation_;
  Model model_;
};

class Lista final : public Task {
 public:
  std::string name() const override { return "lista"; }
  std::string summary() const override {
    return "sparse codes from few measurements, by unfolded ISTA; makes its own data";
  }
  Settings defaults() const override { return defaults_of("ista", 16, "untied", 12); }
  std::vector<Option> options() const override {
    using Number = Option::Number;
    return {
        {"density", Number{0.1, 0.001, 1}, "share of the codes' entries that are not zero"},
        {"snr", Number{noiseless, 0, noiseless}, "of the measurements, in dB; 200: no noise"},
        {"systems", Option::Word{"usual", {"usual", "matrices", "analytic", "transferred"}},
         "what is compared: LISTA-CPSS with matrices, networks with the analytic weight, these as trained "
         "elsewhere",
         Option::Scope::comparing}};
  }
  std::unique_ptr<Problem> prepare(const Settings& settings) const override {
    return std::make_unique<ListaProblem>(complete(*this, settings));
  }
  Model sketch(const Settings& settings) const override {
    const Settings all = complete(*this, settings);
    return model_for(all.algorithm, codes_of(all, gaussian_dictionary(1)));
  }
  Network sketch_network(const Settings& settings) const override {
    return unfolded(sketch(settings), complete(*this, settings));
  }
};

}  // namespace

}  // namespace unfurl::lista_model

std::shared_ptr<const unfurl::Task> unfurl::lista() { return std::make_shared<lista_model::Lista>(); }
