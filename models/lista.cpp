/// Sparse codes from few measurements: the synthetic benchmark of learned ISTA [Gregor10] in the setting of
/// [Chen18], m = 250 measurements of n = 500 numbers, each non-zero with probability 0.1 and then Gaussian,
/// without noise.
///
///     minimise over x   1/2 |b - A x|^2 + lambda |x|_1
///
/// Sixteen iterations of soft thresholding leave much of the error; learned ones, of the same form and cost,
/// do not.
#include <algorithm>
#include <cmath>
#include <optional>

#include "models/models.hpp"
#include "models/sparse_codes.hpp"

namespace unfurl {

namespace {

constexpr int measurements = SparseCodes::measurements, unknowns = SparseCodes::unknowns;
constexpr int codes_per_epoch = 2048, test_codes = 2048, validation_codes = 512;
constexpr SupportSelection published{0.012, 0.13};  // [Chen18]
using Weight = ProximalGradient::Weight;

Model declare(const std::vector<double>& dictionary,
              const std::function<FactorSpec(Model&, const Latent&)>& penalty) {
  Model m("lista");
  auto b = m.observed("b", {measurements});
  auto A = m.param("A", matrix(measurements, unknowns), dictionary);
  auto x = m.latent("x", {unknowns});
  m.factor("fit", SquaredError{b, A * x});
  m.factor("sparse", penalty(m, x));
  return m;
}

/// The lasso, with this weight of the penalty.
Model lasso(const std::vector<double>& dictionary, double weight) {
  return declare(dictionary, [weight](Model& m, const Latent& x) {
    return L1{m.param("lambda", weight, nonneg), x};
  });
}

/// The prior that the codes are drawn from.
Model prior(const SparseCodes& codes) {
  return declare(codes.dictionary, [&](Model&, const Latent& x) {
    return BernoulliGaussian{codes.density, 1.0, x};
  });
}

bool knows_prior(const std::string& algorithm) {
  return algorithm == "amp" || algorithm == "oamp" || algorithm == "tista";
}

/// What an algorithm works on: thresholds of the analytic ones are their own, those of ISTA the weight of the penalty.
Model model_for(const std::string& algorithm, const SparseCodes& codes) {
  if (knows_prior(algorithm)) return prior(codes);
  return lasso(codes.dictionary, algorithm == "hyperlista" ? 1 : algorithm.starts_with("alista") ? 0.5 : 0.1);
}

constexpr double noiseless = 200;  // decibels

SparseCodes codes_of(const Settings& settings, std::vector<double> dictionary) {
  SparseCodes codes{std::move(dictionary), settings.number("density")};
  if (settings.number("snr") < noiseless) codes.snr = settings.number("snr");
  return codes;
}

/// The dictionary is known and stays; each layer learns its step and its weight of the penalty, and what is the algorithm's.
Network unfolded(const Model& model, const Settings& settings) {
  const AlgorithmPointer rule = settings.algorithm == "hyperlista"
                                    ? HyperLista{.count = HyperLista::Count::fractional}
                                    : algorithm_for(model, settings);
  Schedule schedule = unrolled(model, rule, settings).tie("A").freeze("A");
  if (settings.algorithm == "hyperlista") schedule.tie(all).freeze("lambda").freeze("hyperlista.step");
  return schedule.compile();
}

class ListaProblem : public Problem {
 public:
  explicit ListaProblem(const Settings& settings)
      : seed_(settings.seed),
        algorithm_(settings.algorithm),
        codes_(codes_of(settings, gaussian_dictionary(stream(0)))),
        test_(codes_.draw(test_codes, stream(1))),
        validation_(codes_.draw(validation_codes, stream(2))),
        model_(model_for(algorithm_, codes_)) {}

  const Model& model() const override { return model_; }
  Loss loss() const override { return loss::squared_error("x", "code"); }
  Optimizer optimizer() const override {
    if (algorithm_ == "lista") return for_matrices();
    if (algorithm_.starts_with("lista-cp")) return for_weights();
    return algorithm_ == "ista" ? for_steps() : for_numbers();
  }
  int batch() const override { return algorithm_ == "ista" || algorithm_ == "lista" ? 32 : 64; }
  /// Fresh codes in every epoch.
  DataSource training() const override {
    return {[this](int epoch, int) {
      return std::make_shared<const Dataset>(codes_.draw(codes_per_epoch, stream(3 + epoch)));
    }};
  }
  Dataset validation() const override { return validation_; }
  std::vector<Metric> evaluate(const Network& network) const override { return {code_error(network, test_)}; }

  Network network(const Settings& settings) const override { return unfolded(model_, settings); }

  std::vector<Contender> contenders(const Settings& settings) const override {
    if (settings.algorithm != "ista")
      throw ModelError("the comparison of 'lista' has ISTA, FISTA and learned forms in any case",
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
    rows.push_back({"LISTA", lista_from(untied, settings), true, Adam{.rate = 1e-6}, 1,
                    "matrices for each layer, from a trained untied network (that training is not counted)"});
    for (const bool selection : {false, true})
      rows.push_back({selection ? "ALISTA, selection" : "ALISTA", alista(layers, selection), true,
                      for_numbers(), -1, "the untied row with the analytic weight in place of A"});
    rows.push_back({"HyperLISTA, grid", hyperlista(layers, true), false, nullptr, -1,
                    "the analytic weight and three numbers, chosen on 128 codes"});
    rows.push_back({"HyperLISTA, gradient", hyperlista(layers, false), true, for_numbers(), -1,
                    "three numbers trained; the last selected entry passes in part, which gives the "
                    "selection a gradient"});
    rows.push_back({"FISTA", best_weight(fista, layers, {0.05, 0.1, 0.15, 0.2, 0.3}), false, nullptr, -1,
                    "with the best lambda on other data"});
    rows.push_back({"untrained, at convergence", best_weight(fista, many, {0.01}), false, nullptr, -1,
                    detail::cat(many, " iterations of FISTA, lambda = 0.01")});
    const Model known = prior(codes_);
    rows.push_back({"AMP, prior known", unroll(known, Amp{}, layers).compile(), false, nullptr, -1, ""});
    rows.push_back({"OAMP, prior known", unroll(known, Oamp{.noise = codes_.noise()}, layers).compile(),
                    false, nullptr, -1, ""});
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
  /// Where errors fall over many powers of ten while training.
  static Optimizer for_numbers() {
    return Adam{.rate = 2e-2, .beta2 = 0.99, .final_rate = 0.05, .clip = 1, .relative = true};
  }
  static Optimizer for_weights() {
    return Adam{.rate = 5e-4, .final_rate = 0.05, .clip = 1, .relative = true};
  }

  /// The analytic weight, and a step and a threshold for each layer, falling at first.
  Network alista(int layers, bool selection) const {
    ProximalGradient rule{.weight = Weight::analytic};
    if (selection) rule.selection = published;
    Network network = unroll(lasso(codes_.dictionary, 0.5), rule, layers)
                          .freeze("A")
                          .untie("ista.step")
                          .untie("lambda")
                          .compile();
    for (Parameter& p : network.parameters())
      if (p.base == "lambda") p.values[0] *= std::pow(selection ? 0.72 : 0.8, p.places.front());
    return network;
  }

  Network hyperlista(int layers, bool search) const {
    HyperLista rule{.threshold = 0.02, .momentum = 0.003, .selection = 0.3};
    if (!search) rule.count = HyperLista::Count::fractional;
    Network network = unroll(lasso(codes_.dictionary, 1), rule, layers)
                          .freeze("A")
                          .freeze("lambda")
                          .freeze("hyperlista.step")
                          .compile();
    if (search)
      grid_search(network, {"hyperlista.threshold", "hyperlista.momentum", "hyperlista.selection"}, 1.5, 1, 5,
                  validation_.slice(0, 128));
    return network;
  }

  /// LISTA that computes what a trained untied network does: x <- soft(S x + B b, theta) with S = I - t A'A,
  /// B = t A' and theta = t lambda for its steps t. From S and B of plain ISTA, training takes far longer to get
  /// there.
  Network lista_from(Network untied, const Settings& settings) const {
    Trainer trainer{.loss = loss(), .optimizer = for_steps(), .epochs = settings.epochs, .batch = batch()};
    trainer.seed = settings.seed;
    trainer.fit(untied.threads(settings.threads), training());

    const ProximalGradient form{.form = ProximalGradient::Form::lista};
    Network lista = unroll(model_, form, settings.layers).untie(all).compile();
    Network plain = unroll(model_, ProximalGradient{}, 1).compile();
    const double initial_step = plain.parameter("ista.step").values[0];
    for (Parameter& p : lista.parameters()) {  // initially for the step 1 / L
      const std::string place = "@" + std::to_string(p.places.front());
      const double step = untied.parameter("ista.step" + place).values[0];
      const double ratio = step / initial_step;
      if (p.base == "lista.theta")
        std::fill(p.values.begin(), p.values.end(), step * untied.parameter("lambda" + place).values[0]);
      else
        for (double& v : p.values) v *= ratio;
      if (p.base == "lista.S")
        for (std::size_t i = 0; i < unknowns; ++i) p.values[i * (unknowns + 1)] += 1 - ratio;
    }
    return lista;
  }

  /// The plain algorithm with the best of some weights.
  Network best_weight(const AlgorithmPointer& algorithm, int iterations,
                      const std::vector<double>& weights) const {
    std::optional<Network> best;
    double least = 0;
    for (double weight : weights) {
      Network network = unroll(lasso(codes_.dictionary, weight), algorithm, iterations).compile();
      const double error = weights.size() > 1 ? code_error(network, validation_).value : 0;
      if (best && error >= least) continue;
      least = error;
      best = std::move(network);
    }
    return *best;
  }

  std::uint64_t stream(int k) const { return seed_ * 1000003 + static_cast<std::uint64_t>(k); }

  std::uint64_t seed_;
  std::string algorithm_;
  SparseCodes codes_;
  Dataset test_, validation_;
  Model model_;
};

class Lista : public Task {
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
  std::vector<Option> options() const override {
    using Number = Option::Number;
    return {{"density", Number{0.1, 0.001, 1}, "share of the codes' entries that are not zero"},
            {"snr", Number{noiseless, 0, noiseless}, "of the measurements, in dB; 200: no noise"}};
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

std::shared_ptr<const Task> lista() { return std::make_shared<Lista>(); }

}  // namespace unfurl
