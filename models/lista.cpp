/// Sparse codes from few measurements: the synthetic benchmark of learned ISTA [Gregor10] in the setting of
/// [Chen18], m = 250 measurements of n = 500 numbers, each non-zero with probability 0.1 and then Gaussian,
/// without noise.
///
///     minimise over x   1/2 |b - A x|^2 + lambda |x|_1
///
/// Sixteen iterations of soft thresholding leave much of the error; learned ones, of the same form and cost,
/// do not.
#include <optional>

#include "models/lista/codes.hpp"
#include "models/lista/lista_start.hpp"

namespace unfurl::lista_model {

namespace {

constexpr int codes_per_epoch = 2048, test_codes = 2048, validation_codes = 512;

/// The dictionary is known and stays; each layer learns its step and its weight of the penalty.
Network unfolded(const Model& model, const Settings& settings) {
  return unrolled(model, settings).freeze("A").compile();
}

class ListaProblem final : public Problem {
 public:
  explicit ListaProblem(const Settings& settings)
      : seed_(settings.seed),
        algorithm_(settings.algorithm),
        dictionary_(gaussian_dictionary(stream(0))),
        test_(make_codes(dictionary_, test_codes, stream(1))),
        validation_(make_codes(dictionary_, validation_codes, stream(2))),
        model_(declare(dictionary_, 0.1)) {}

  const Model& model() const override { return model_; }
  Loss loss() const override { return loss::squared_error("x", "code"); }
  Optimizer optimizer() const override { return algorithm_ == "lista" ? for_matrices() : for_steps(); }
  int batch() const override { return 32; }
  /// Fresh codes in every epoch.
  DataSource training() const override {
    return {[this](int epoch, int) {
      return std::make_shared<const Dataset>(make_codes(dictionary_, codes_per_epoch, stream(3 + epoch)));
    }};
  }
  Dataset validation() const override { return validation_; }
  std::vector<Metric> evaluate(const Network& network) const override { return {measure(network, test_)}; }

  Network network(const Settings& settings) const override { return unfolded(model_, settings); }

  std::vector<Contender> contenders(const Settings& settings) const override {
    if (settings.algorithm != "ista")
      throw ModelError("the comparison of 'lista' has ISTA, FISTA and LISTA in any case",
                       detail::cat("--algorithm ", settings.algorithm), "leave it out");
    const AlgorithmPointer ista = ProximalGradient{}, fista = ProximalGradient{.accelerated = true};
    const int layers = settings.layers, many = 200;
    const auto schedule = [&] { return unroll(model_, ista, layers).freeze("A"); };
    const Network untied = schedule().untie("ista.step").untie("lambda").compile();
    std::vector<Contender> rows;
    rows.push_back({.name = "untrained",
                    .network = schedule().compile(),
                    .trained = false,
                    .note = "ISTA, lambda = 0.1",
                    .role = Role::untrained});
    // What layers share works at the edge of divergence: smaller steps, and diverging codes count in full.
    rows.push_back({.name = "tied",
                    .network = schedule().compile(),
                    .optimizer = Adam{.rate = 3e-3, .final_rate = 0.02},
                    .note = "one step and one weight",
                    .role = Role::tied});
    rows.push_back({.name = "one scalar per layer",
                    .network = schedule().untie("ista.step").compile(),
                    .optimizer = Adam{.rate = 1e-2, .beta2 = 0.99, .final_rate = 0.02, .clip = 10},
                    .note = "steps of their own, one weight",
                    .role = Role::scaled});
    rows.push_back({.name = "untied",
                    .network = untied,
                    .optimizer = for_steps(),
                    .note = "a step and a weight for each layer; the dictionary is known and stays",
                    .role = Role::untied});
    rows.push_back({"LISTA", lista_from(trained(untied, settings), model_), true, Adam{.rate = 1e-6}, 1,
                    "matrices for each layer, from a trained untied network (that training is not counted)"});
    rows.push_back({"FISTA", best_weight(fista, layers, {0.05, 0.1, 0.15, 0.2, 0.3}), false, nullptr, -1,
                    "with the best lambda on other data"});
    rows.push_back({"untrained, at convergence", best_weight(fista, many, {0.01}), false, nullptr, -1,
                    detail::cat(many, " iterations of FISTA, lambda = 0.01")});
    for (Contender& baseline : baselines(settings)) rows.push_back(std::move(baseline));
    return rows;
  }

  /// A conventional network, as large as the time allows.
  std::vector<Contender> baselines(const Settings& settings) const override {
    const FeedForward network{.input = "b",
                              .input_type = {1, measurements, true},
                              .hidden = {1000},
                              .outputs = unknowns,
                              .output = "x",
                              .seed = settings.seed};
    return {{"feed-forward, 1000 hidden", feed_forward(network), true, Adam{.rate = 1e-3, .final_rate = 0.1},
             -1, ""}};
  }

 private:
  /// Steps and weights are trained as logarithms. Where a step is too long single codes diverge: hence the
  /// clipping.
  static Optimizer for_steps() { return Adam{.rate = 5e-2, .beta2 = 0.99, .final_rate = 0.1, .clip = 0.1}; }
  static Optimizer for_matrices() { return Adam{.rate = 5e-4, .final_rate = 0.1, .clip = 1}; }

  Network trained(Network network, const Settings& settings) const {
    Trainer trainer{.loss = loss(), .optimizer = for_steps(), .epochs = settings.epochs, .batch = batch()};
    trainer.seed = settings.seed;
    trainer.fit(network.threads(settings.threads), training());
    return network;
  }

  /// The plain algorithm with the best of some weights.
  Network best_weight(const AlgorithmPointer& algorithm, int iterations,
                      const std::vector<double>& weights) const {
    std::optional<Network> best;
    double least = 0;
    for (double weight : weights) {
      Network network = unroll(declare(dictionary_, weight), algorithm, iterations).compile();
      const double error = weights.size() > 1 ? measure(network, validation_).value : 0;
      if (best && error >= least) continue;
      least = error;
      best = std::move(network);
    }
    return *best;
  }

  std::uint64_t stream(int k) const { return seed_ * 1000003 + static_cast<std::uint64_t>(k); }

  std::uint64_t seed_;
  std::string algorithm_;
  std::vector<double> dictionary_;
  Dataset test_, validation_;
  Model model_;
};

class Lista final : public Task {
 public:
  std::string name() const override { return "lista"; }
  std::string summary() const override {
    return "sparse codes from few measurements, by unfolded ISTA; makes its own data";
  }
  Settings defaults() const override {
    Settings s;
    s.algorithm = "ista";
    s.layers = 16;
    s.tying = "untied";
    s.epochs = 12;
    return s;
  }
  std::unique_ptr<Problem> prepare(const Settings& settings) const override {
    return std::make_unique<ListaProblem>(complete(*this, settings));
  }
  Model sketch(const Settings&) const override { return declare(gaussian_dictionary(1), 0.1); }
  Network sketch_network(const Settings& settings) const override {
    return unfolded(sketch(settings), settings);
  }
};

}  // namespace

}  // namespace unfurl::lista_model

std::shared_ptr<const unfurl::Task> unfurl::lista() { return std::make_shared<lista_model::Lista>(); }
