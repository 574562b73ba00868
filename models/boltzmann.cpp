/// Completing patterns with a dense binary field, a Boltzmann machine [Hershey14, section 3]: bars and
/// stripes of 6 x 6 pixels arrive with pixels flipped, and mean field finds the clean ones.
///
/// One parallel mean-field update is mu <- sigmoid(W mu + 2 (U v + b)), a layer of a sigmoid network; K of
/// them with parameters of their own are that network, with a skip connection from the data to every layer.
#include <algorithm>
#include <cmath>

#include "models/models.hpp"
#include "unfurl/contenders.hpp"

namespace unfurl {

namespace {

constexpr int side = 6, pixels = side * side;
constexpr double flipped = 0.2;  // share of wrong pixels
constexpr int patterns_per_epoch = 4096, test_patterns = 4096;

/// v is -1 or +1; x counts as 0 or 1 in W and as a spin in the evidence.
Model declare(const std::vector<double>& couplings, const std::vector<double>& bias) {
  const double trust = 0.5 * std::log((1 - flipped) / flipped);  // half the log-odds of a pixel that is seen
  std::vector<double> identity(static_cast<std::size_t>(pixels) * pixels, 0);
  for (std::size_t i = 0; i < pixels; ++i) identity[i * pixels + i] = trust;

  Model m("boltzmann");
  auto v = m.observed("v", {pixels});
  auto x = m.discrete("x", {pixels}, 2);
  auto W = m.param("W", matrix(pixels, pixels), couplings);
  auto U = m.param("U", matrix(pixels, pixels), identity);
  auto b = m.param("b", vector(pixels), bias);
  m.factor("evidence", each(x), Field{U * v + b});
  m.factor("couplings", all_pairs(x), Dense{symmetric(W)});
  return m;
}

/// Bars or stripes: every row, or every column, is all 0 or all 1. "clean" 0 or 1, "v" with flips as -1 or
/// +1.
Dataset make_patterns(int count, std::uint64_t seed) {
  Random random(seed);
  std::vector<float> clean, seen;
  for (int n = 0; n < count; ++n) {
    const bool rows = random.uniform() < 0.5;
    const int lines = random.below(1 << side);
    for (int i = 0; i < side; ++i)
      for (int j = 0; j < side; ++j) {
        const int on = lines >> (rows ? i : j) & 1;
        clean.push_back(static_cast<float>(on));
        seen.push_back(static_cast<float>((random.uniform() < flipped ? 1 - on : on) * 2 - 1));
      }
  }
  Dataset data;
  data.add("clean", 1, pixels, std::move(clean)).add("v", 1, pixels, std::move(seen));
  return data;
}

/// The classical guess: couplings in proportion to the covariance of clean pixels, biases that centre them.
Model hebbian(double strength) {
  const Dataset data = make_patterns(4096, 99);
  const std::vector<float>& clean = data["clean"].values;
  std::vector<double> w(static_cast<std::size_t>(pixels) * pixels, 0), b(pixels, 0);
  for (std::size_t first = 0; first < clean.size(); first += pixels)
    for (std::size_t i = 0; i < pixels; ++i)
      for (std::size_t j = 0; j < pixels; ++j)
        if (i != j)
          w[i * pixels + j] += strength * (clean[first + i] - 0.5) * (clean[first + j] - 0.5) * 4 * pixels /
                               static_cast<double>(clean.size());
  for (std::size_t i = 0; i < pixels; ++i)
    for (std::size_t j = 0; j < pixels; ++j)
      b[i] -= 0.25 * w[i * pixels + j];  // W (mu - 1/2), and a spin counts twice
  return declare(w, b);
}

/// Pixels guessed wrongly, in per cent, pattern by pattern.
Metric measure(const Network& network, const Dataset& data) {
  const Dataset result = network.run(data, {"x"});
  const std::vector<float>&belief = result["x"].values, &clean = data["clean"].values;
  Metric wrong{"bit error", "%", false, 0, {}};
  for (std::size_t first = 0; first < clean.size(); first += pixels) {
    double errors = 0;
    for (std::size_t i = first; i < first + pixels; ++i) errors += (belief[i] > 0.5F) != (clean[i] > 0.5F);
    wrong.per_item.push_back(100 * errors / pixels);
    wrong.value += 100 * errors / static_cast<double>(clean.size());
  }
  return wrong;
}

/// The strength of the couplings with the fewest errors on patterns of its own.
Model tune(const AlgorithmPointer& algorithm, int layers) {
  const Dataset data = make_patterns(512, 98);
  const std::vector<double> strengths = {0, 0.25, 0.5, 1.0, 1.5, 2.0, 3.0};
  return best_choice(
             strengths, hebbian,
             [&](const Model& m) { return measure(unroll(m, algorithm, layers).compile(), data).value; })
      ->first;
}

class BoltzmannProblem : public Problem {
 public:
  explicit BoltzmannProblem(const Settings& settings)
      : seed_(settings.seed),
        test_(make_patterns(test_patterns, stream(seed_, 1))),
        model_(tune(algorithm_for(hebbian(0), settings), settings.layers)) {}

  const Model& model() const override { return model_; }
  Loss loss() const override { return loss::cross_entropy("x", "clean"); }
  Optimizer optimizer() const override { return Adam{.rate = 1e-2, .final_rate = 0.1}; }
  int batch() const override { return 128; }
  DataSource training() const override {
    return fresh([this](int epoch) { return make_patterns(patterns_per_epoch, stream(seed_, 3 + epoch)); });
  }
  Dataset validation() const override { return make_patterns(256, stream(seed_, 2)); }
  std::vector<Metric> evaluate(const Network& network) const override { return {measure(network, test_)}; }

  std::vector<Contender> baselines(const Settings& settings) const override {
    const auto weights = static_cast<double>((settings.layers + 1) * 2 * pixels * pixels);
    const int hidden = static_cast<int>(weights / (2 * pixels + 1));
    const FeedForward network{.input = "v",
                              .input_type = {1, pixels, true},
                              .hidden = {hidden},
                              .outputs = pixels,
                              .activation = FeedForward::Activation::sigmoid,
                              .output = "x",
                              .seed = settings.seed};
    return {{detail::cat("feed-forward, ", hidden, " hidden"),
             feed_forward(network),
             true,
             nullptr,
             {},
             "as many parameters as the untied network"}};
  }

 private:
  std::uint64_t seed_;
  Dataset test_;
  Model model_;
};

class Boltzmann : public Task {
 public:
  std::string name() const override { return "boltzmann"; }
  std::string summary() const override {
    return "noisy bars and stripes, a dense binary field; makes its own data";
  }
  Settings defaults() const override { return defaults_of("mf", 4, "untied", 20); }
  std::unique_ptr<Problem> prepare(const Settings& settings) const override {
    return std::make_unique<BoltzmannProblem>(complete(*this, settings));
  }
  Model sketch(const Settings&) const override { return hebbian(1); }
  Network sketch_network(const Settings& settings) const override {
    return unrolled(sketch(settings), settings).compile();
  }
};

}  // namespace

std::shared_ptr<const Task> boltzmann() { return std::make_shared<Boltzmann>(); }

}  // namespace unfurl
