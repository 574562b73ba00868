/// Sparse codes from few measurements: the synthetic benchmark of learned ISTA [Gregor10] in the setting of [Chen18],
/// m = 250 measurements of n = 500 numbers, each non-zero with probability 0.1 and then Gaussian, without noise.
///
///     minimise over x   1/2 |b - A x|^2 + lambda |x|_1
///
/// Sixteen iterations of soft thresholding leave much of the error; learned ones, of the same form and cost, do not.
#include <algorithm>
#include <cmath>

#include "models/models.hpp"

namespace unfurl {

namespace {

constexpr int measurements = 250, unknowns = 500;
constexpr double density = 0.1;
constexpr int codes_per_epoch = 4096, test_codes = 2048, validation_codes = 512;

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

/// Error of the codes relative to their power, both summed over the whole set (the mean of single ones is lower).
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

class ListaProblem : public Problem {
 public:
  explicit ListaProblem(const Settings& settings)
      : seed_(settings.seed),
        dictionary_(gaussian_dictionary(stream(0))),
        test_(make_codes(dictionary_, test_codes, stream(1))),
        model_(declare(dictionary_, 0.1)) {}

  const Model& model() const override { return model_; }
  /// After every layer: sixteen layers learn faster when each is asked for the codes.
  Loss loss() const override { return loss::squared_error("x", "code").every_layer(); }
  Optimizer optimizer() const override { return Adam{.rate = 5e-4, .final_rate = 0.05}; }
  int batch() const override { return 128; }
  /// Fresh codes in every epoch.
  DataSource training() const override {
    return [this](int epoch) {
      return std::make_shared<const Dataset>(make_codes(dictionary_, codes_per_epoch, stream(3 + epoch)));
    };
  }
  Dataset validation() const override { return make_codes(dictionary_, validation_codes, stream(2)); }
  std::vector<Metric> evaluate(const Network& network) const override { return {measure(network, test_)}; }

  std::vector<Contender> contenders(const Settings& settings) const override {
    const int layers = settings.layers;
    const ProximalGradient lista{.form = ProximalGradient::Form::lista}, fista{.accelerated = true};
    const Model weak = declare(dictionary_, 0.02), strong = declare(dictionary_, 0.2);
    const Optimizer few = Adam{.rate = 1e-2, .final_rate = 0.05};  // few numbers bear larger steps
    std::vector<Contender> rows;
    const auto plain = [&](const std::string& name, const Model& m, const AlgorithmPointer& a, int k,
                           const std::string& note) {
      rows.push_back({name, unroll(m, a, k).compile(), false, nullptr, -1, note});
    };
    plain("untrained: ISTA", model_, ProximalGradient{}, layers, "lambda 0.1");
    plain("untrained: FISTA", strong, fista, layers,
          "lambda 0.2, the best of 0.05, 0.1, 0.2 and 0.4 at 16 iterations");
    plain("untrained: FISTA, 100 iterations", weak, fista, 100, "lambda 0.02");
    rows.push_back({"tied LISTA", unroll(model_, lista, layers).compile(), true, nullptr, -1, ""});
    Schedule scalars = unroll(model_, ProximalGradient{}, layers);
    scalars.untie("ista.step").untie("lambda").freeze("A");
    rows.push_back({"ISTA, step and threshold per layer", scalars.compile(), true, few, -1, ""});
    rows.push_back(
        {"untied LISTA", unroll(model_, lista, layers).untie(all).compile(), true, nullptr, -1, ""});
    for (Contender& c : baselines(settings)) rows.push_back(std::move(c));
    return rows;
  }

  /// A conventional network with the parameters of the untied LISTA.
  std::vector<Contender> baselines(const Settings& settings) const override {
    const double linear = measurements + unknowns + 2;
    const double target = settings.layers * (unknowns * measurements + unknowns) +
                          (settings.layers - 1.0) * unknowns * unknowns;
    const int hidden = static_cast<int>((-linear + std::sqrt(linear * linear + 4 * target)) / 2);
    const FeedForward network{.input = "b",
                              .input_type = {1, measurements, true},
                              .hidden = {hidden, hidden},
                              .outputs = unknowns,
                              .output = "x",
                              .seed = settings.seed};
    return {{detail::cat("feed-forward, 2 x ", hidden), feed_forward(network), true, nullptr, -1,
             "as many parameters as the untied network"}};
  }

 private:
  std::uint64_t stream(int k) const { return seed_ * 1000003 + static_cast<std::uint64_t>(k); }

  std::uint64_t seed_;
  std::vector<double> dictionary_;
  Dataset test_;
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
    s.algorithm = "lista";
    s.layers = 16;
    s.tying = "untied";
    s.epochs = 60;
    return s;
  }
  std::unique_ptr<Problem> prepare(const Settings& settings) const override {
    return std::make_unique<ListaProblem>(complete(*this, settings));
  }
  Model sketch(const Settings&) const override { return declare(gaussian_dictionary(1), 0.1); }
};

}  // namespace

std::shared_ptr<const Task> lista() { return std::make_shared<Lista>(); }

}  // namespace unfurl
