/// Two scatterers in one pixel of a radar image, told apart by their heights from 25 passes: sparse inversion of complex
/// measurements with nearly parallel columns (tomographic SAR),
///
///     minimise over complex x   1/2 |g - A x|^2 + lambda sum |x_l|,   a_l the steering vector of height s_l,
///
/// by layers of HyperLISTA with a regularised analytic weight whose thresholds adapt by block of neighbouring heights, after an
/// idea of HyperLISTA-ABT (arXiv 2309.16468, whose body was not to be had; so the setting and the rule are our own).
#include "models/models.hpp"
#include "models/tomosar/detection.hpp"
#include "models/tomosar/model.hpp"
#include "models/tomosar/rates.hpp"
#include "models/tomosar/scene.hpp"
#include "unfurl/contenders.hpp"

namespace unfurl::tomosar_model {

namespace {

class TomosarProblem final : public Problem {
 public:
  TomosarProblem(const Settings& settings, const TomosarSizes& sizes)
      : settings_(settings),
        sizes_(sizes),
        scenes_(test_scenes(sizes, stream(settings_.seed, 0))),
        test_(measured(scenes_, stream(settings_.seed, 1))),
        between_(scenes_between(sizes, stream(settings_.seed, 1000001))),
        test_between_(measured(between_, stream(settings_.seed, 1000002))),
        validation_(measured(training_scenes(sizes.validation, stream(settings_.seed, 2)),
                             stream(settings_.seed, 3))),
        model_(declare(settings.algorithm == "hyperlista", 0.2, settings.algorithm == "hyperlista")) {}

  const Model& model() const override { return model_; }
  Loss loss() const override { return profile_error(); }
  Optimizer optimizer() const override {
    return Adam{.rate = 3e-2, .beta2 = 0.99, .final_rate = 0.05, .clip = 1};
  }
  int batch() const override { return 64; }
  /// Fresh scenes in every epoch.
  DataSource training() const override {
    return fresh([this](int epoch) {
      return measured(training_scenes(sizes_.training, stream(settings_.seed, 4 + 2 * epoch)),
                      stream(settings_.seed, 5 + 2 * epoch));
    });
  }
  Dataset validation() const override { return validation_; }
  std::vector<Metric> evaluate(const Network& network) const override {
    const Dataset result = network.run(test_, {"image"}), between = network.run(test_between_, {"image"});
    std::vector<Metric> metrics = detection(scenes_, result["image"].values);
    for (Metric& m : height_errors(scenes_, test_, result["image"].values, ""))
      metrics.push_back(std::move(m));
    for (Metric& m : height_errors(between_, test_between_, between["image"].values, ", off grid"))
      metrics.push_back(std::move(m));
    return metrics;
  }
  std::vector<Grouping> groupings() const override { return detection_groups(scenes_); }
  std::vector<Illustration> illustrate(const std::vector<Exhibit>& networks,
                                       const std::filesystem::path& folder) const override {
    return detection_pictures(networks, scenes_, test_, folder);
  }
  Network network(const Settings& settings) const override { return unfolded(settings); }

  std::vector<Contender> contenders(const Settings& settings) const override {
    if (settings.algorithm != "hyperlista")
      throw ModelError("the comparison of 'tomosar' has ISTA, FISTA and HyperLISTA in any case",
                       detail::cat("--algorithm ", settings.algorithm), "leave it out");
    std::vector<Contender> rows;
    const auto add = [&](const std::string& name, const std::string& tying, int block, bool trained,
                         Role role, const std::string& note) {
      Settings s = settings;
      s.tying = tying;
      s.options["block"] = std::to_string(block);
      rows.push_back((trained ? trained_row : untrained_row)(name, unfolded(s), note, role));
    };
    const int block = settings.whole("block");
    add("untrained", "tied", 0, false, Role::untrained, "what training starts from");
    add("tied", "tied", block, true, Role::tied, "six numbers for all layers");
    add("untied, one threshold", "untied", 0, true, Role::other, "five numbers for each layer");
    add("untied", "untied", block, true, Role::untied,
        "five numbers and one for what is local, for each layer");
    append(rows, baselines(settings));
    return rows;
  }

  /// Shares of the largest entry that are best for detection, as the benchmark has them.
  std::vector<Contender> baselines(const Settings& settings) const override {
    const auto plain = [](const std::string& name, bool accelerated, int layers, double share,
                          bool windowed = false) {
      const ProximalGradient rule{.accelerated = accelerated};
      return untrained_row(name, unroll(declare(false, share, windowed), rule, layers).compile(),
                           windowed ? "with the networks' read-out" : "");
    };
    // The numbers that the benchmark found by a search for HyperLISTA as it is published.
    const HyperLista published{
        .threshold = 0.16198, .momentum = 0.00167, .selection = 0.00181, .step = 0.1188, .ridge = 0.8};
    const Contender searched = untrained_row(
        "HyperLISTA, searched", unroll(declare(true, 0, false), published, settings.layers).compile(),
        "without training: four numbers found by a search on other scenes");
    return {searched, plain("ISTA", false, settings.layers, 0.2), plain("FISTA", true, settings.layers, 0.3),
            plain("FISTA, windowed", true, settings.layers, 0.3, true),
            plain("FISTA, many iterations", true, sizes_.many, 0.2)};
  }

 private:
  Settings settings_;
  TomosarSizes sizes_;
  std::vector<Scene> scenes_;
  Dataset test_;
  std::vector<Scene> between_;
  Dataset test_between_, validation_;
  Model model_;
};

class Tomosar final : public Task {
 public:
  explicit Tomosar(const TomosarSizes& sizes) : sizes_(sizes) {}
  std::string name() const override { return "tomosar"; }
  std::string summary() const override {
    return "scatterers of radar pixels told apart by height, complex HyperLISTA; makes its own data";
  }
  Settings defaults() const override { return defaults_of("hyperlista", 16, "untied", 60); }
  std::vector<Option> options() const override {
    return {{"block", Option::Whole{20, 0, grid},
             "grid points of a block with a threshold of its own; 0: one for all"}};
  }
  std::unique_ptr<Problem> prepare(const Settings& settings) const override {
    return std::make_unique<TomosarProblem>(complete(*this, settings), sizes_);
  }
  Model sketch(const Settings& settings) const override {
    const bool own = complete(*this, settings).algorithm == "hyperlista";
    return declare(own, 0.2, own);
  }
  Network sketch_network(const Settings& settings) const override {
    return unfolded(complete(*this, settings));
  }

 private:
  TomosarSizes sizes_;
};

}  // namespace

}  // namespace unfurl::tomosar_model

std::shared_ptr<const unfurl::Task> unfurl::tomosar(const TomosarSizes& sizes) {
  return std::make_shared<tomosar_model::Tomosar>(sizes);
}
