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

namespace unfurl {

namespace {

constexpr int measurements = 250, unknowns = 500;
constexpr double density = 0.1;
constexpr int codes_per_epoch = 2048, test_codes = 2048, validation_codes = 512;

Model declare(const std::vector<double>& dictionary, double weight) {
  Model m("lista");
  auto b = m.observed("b", {measurements});
  auto A = m.param("A", matrix(measurements, unknowns), dictionary);
  auto lambda = m.param("lambda", weight, nonneg);
  auto x = m.latent("x", {unknowns});
  m.factor("fit", SquaredError{b, A * x});
  m.factor("sparse", L1{lambda, x});
  return m;
}

/// Independent Gaussian entries, then columns of length one; [measurements, unknowns].
std::vector<double> gaussian_dictionary(std::uint64_t seed) {
  Random random(seed);
  std::vector<double> a(static_cast<std::size_t>(measurements) * unknowns);
  for (double& v : a) v = random.normal();
  for (std::size_t j = 0; j < unknowns; ++j) {
    double square = 0;
    for (std::size_t i = j; i < a.size(); i += unknowns) square += a[i] * a[i];
    for (std::size_t i = j; i < a.size(); i += unknowns) a[i] /= std::sqrt(square);
  }
  return a;
}

/// Codes "code" and what is measured of them, "b" = A code.
Dataset make_codes(const std::vector<double>& dictionary, int count, std::uint64_t seed) {
  Random random(seed);
  std::vector<float> codes(static_cast<std::size_t>(count) * unknowns), measured;
  std::vector<double> b(measurements);
  for (std::size_t s = 0; s < static_cast<std::size_t>(count); ++s) {
    std::fill(b.begin(), b.end(), 0.0);
    for (std::size_t j = 0; j < unknowns; ++j) {
      if (random.uniform() >= density) continue;
      const double v = random.normal();
      codes[s * unknowns + j] = static_cast<float>(v);
      for (std::size_t i = 0; i < measurements; ++i) b[i] += dictionary[i * unknowns + j] * v;
    }
    for (double v : b) measured.push_back(static_cast<float>(v));
  }
  Dataset data;
  data.add("code", 1, unknowns, std::move(codes)).add("b", 1, measurements, std::move(measured));
  return data;
}

double decibels(double error, double power) {
  return 10 * std::log10(std::max(error, 1e-30) / std::max(power, 1e-30));
}

/// Error of the codes relative to their power, both summed over the whole set (the mean of single ones is
/// lower).
Metric measure(const Network& network, const Dataset& data) {
  const Dataset result = network.run(data, {"x"});
  const std::vector<float>&found = result["x"].values, &codes = data["code"].values;
  Metric nmse{"NMSE", "dB", false, 0, {}};
  double error = 0, power = 0;
  for (std::size_t first = 0; first < codes.size(); first += unknowns) {
    double e = 0, p = 0;
    for (std::size_t i = first; i < first + unknowns; ++i) {
      e += (found[i] - codes[i]) * (found[i] - codes[i]);
      p += codes[i] * codes[i];
    }
    nmse.per_item.push_back(decibels(e, p));
    error += e;
    power += p;
  }
  nmse.value = decibels(error, power);
  return nmse;
}

/// The dictionary is known and stays; each layer learns its step and its weight of the penalty.
Network unfolded(const Model& model, const Settings& settings) {
  return unrolled(model, settings).freeze("A").compile();
}

class ListaProblem : public Problem {
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
    rows.push_back({"LISTA", lista_from(untied, settings), true, Adam{.rate = 1e-6}, 1,
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
  std::unique_ptr<Problem> prepare(const Settings& settings) const override {
    return std::make_unique<ListaProblem>(complete(*this, settings));
  }
  Model sketch(const Settings&) const override { return declare(gaussian_dictionary(1), 0.1); }
  Network sketch_network(const Settings& settings) const override {
    return unfolded(sketch(settings), settings);
  }
};

}  // namespace

std::shared_ptr<const Task> lista() { return std::make_shared<Lista>(); }

}  // namespace unfurl
