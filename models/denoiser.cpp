/// Denoising of binary images by belief propagation on a grid: the data-free benchmark of Domke's toolbox
/// [Domke13], 50 x 50 pixels. A clean image x is smoothed noise, rounded; its pixels reach us as
///
///     y = x (1 - t^1.25) + (1 - x) t^1.25,   t uniform in [0, 1],
///
/// so that a pixel alone is wrong in 43 of 100 cases. Exact marginals are out of reach: a grid of this width
/// needs tables of 2^50 entries.
#include <algorithm>
#include <cmath>
#include <limits>

#include "models/models.hpp"

namespace unfurl {

namespace {

constexpr double blur = 7;  // deviation of the smoothing window, in pixels

/// p(x | y) on a 4-connected grid, spins -1 and +1.
Model declare(int h, int w, double coupling, double trust) {
  // clang-format off
  Model m("denoiser");
  auto y = m.observed("y", {h, w});                          // noisy pixels, -1 .. +1
  auto x = m.discrete("x", {h, w}, 2);                       // clean pixels
  auto J = m.param("J", per_edge(grid4(x)), coupling);       // one coupling per pair of neighbours
  auto g = m.param("g", trust);                              // trust in the data
  auto b = m.param("b", 0);                                  // preference for either state
  m.factor("data",   each(x),  Field{g * y + b});
  m.factor("smooth", grid4(x), Ising{J});
  // clang-format on
  return m;
}

/// Images: "clean" 0 or 1, "y" scaled to -1 .. +1.
Dataset make_images(int side, int count, std::uint64_t seed) {
  const SmoothNoise smooth(side, blur);
  Random random(seed);
  std::vector<float> clean, noisy;
  for (int image = 0; image < count; ++image)
    for (const double v : smooth.draw(random)) {
      const double x = v >= 0.5 ? 1 : 0, t = std::pow(random.uniform(), 1.25);
      clean.push_back(static_cast<float>(x));
      noisy.push_back(static_cast<float>(2 * (x * (1 - t) + (1 - x) * t) - 1));
    }
  Dataset data;
  data.add("clean", 1, side * side, std::move(clean)).add("y", 1, side * side, std::move(noisy));
  return data;
}

/// Pixels whose marginal prefers the wrong state, in per cent, image by image; and the mean cross-entropy.
std::vector<Metric> measure(const Network& network, const Dataset& images) {
  const Dataset result = network.run(images, {"x.logit"});
  const std::vector<float>&logit = result["x.logit"].values, &clean = images["clean"].values;
  const std::size_t pixels = images["clean"].size();
  Metric wrong{"pixel error", "%", false, 0, {}}, entropy{"cross-entropy", "nats", false, 0, {}};
  for (std::size_t first = 0; first < logit.size(); first += pixels) {
    double errors = 0, nats = 0;
    for (std::size_t i = first; i < first + pixels; ++i) {
      errors += (logit[i] > 0) != (clean[i] > 0.5F);
      nats += std::max(logit[i], 0.0F) - clean[i] * logit[i] + std::log1p(std::exp(-std::abs(logit[i])));
    }
    wrong.per_item.push_back(100 * errors / static_cast<double>(pixels));
    entropy.per_item.push_back(nats / static_cast<double>(pixels));
  }
  for (Metric* m : {&wrong, &entropy}) {
    for (double v : m->per_item) m->value += v;
    m->value /= static_cast<double>(m->per_item.size());
  }
  return {wrong, entropy};
}

/// The plain algorithm at its best: coupling and trust with the fewest wrong pixels on training images.
Model tune(int side, const AlgorithmPointer& algorithm, int layers, const Dataset& images) {
  Model best = declare(side, side, 0, 0);
  double fewest = std::numeric_limits<double>::infinity();
  for (double coupling : {0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0})
    for (double trust : {0.05, 0.1, 0.2, 0.4, 0.8}) {
      const Model m = declare(side, side, coupling, trust);
      const double wrong = measure(unroll(m, algorithm, layers).compile(), images)[0].value;
      if (wrong >= fewest) continue;
      fewest = wrong;
      best = m;
    }
  return best;
}

class DenoiserProblem : public Problem {
 public:
  DenoiserProblem(const ImageSizes& sizes, const Settings& settings)
      : sizes_(sizes),
        seed_(settings.seed),
        tuning_(make_images(sizes.side, sizes.tuning_images, stream(1))),
        test_(make_images(sizes.side, sizes.test_images, stream(2))),
        model_(tune(sizes.side, algorithm_for(declare(sizes.side, sizes.side, 0, 0), settings),
                    settings.layers, tuning_)) {}

  const Model& model() const override { return model_; }
  Loss loss() const override { return loss::cross_entropy("x", "clean"); }
  Loss likelihood() const override { return loss::negative_log_likelihood("x", "clean"); }
  Optimizer optimizer() const override { return Adam{.rate = 5e-3, .final_rate = 0.1}; }
  int batch() const override { return 32; }
  /// Fresh images in every epoch.
  DataSource training() const override {
    return {[this](int epoch, int) {
      return std::make_shared<const Dataset>(
          make_images(sizes_.side, sizes_.images_per_epoch, stream(3 + epoch)));
    }};
  }
  Dataset validation() const override { return tuning_; }
  std::vector<Metric> evaluate(const Network& network) const override { return measure(network, test_); }

  std::vector<Contender> contenders(const Settings& settings) const override {
    std::vector<Contender> rows = Problem::contenders(settings);
    for (Contender& row : rows)  // few new numbers bear larger steps
      if (row.role == Role::scaled) row.optimizer = Adam{.rate = 2e-2, .final_rate = 0.1};
    return rows;
  }

  std::vector<Contender> baselines(const Settings& settings) const override {
    constexpr int many = 50;
    const AlgorithmPointer damped = SumProduct{.damping = 0.5};
    const Convolutional filters{.input = "y",
                                .input_type = {1, sizes_.side * sizes_.side, true},
                                .height = sizes_.side,
                                .width = sizes_.side,
                                .windows = std::vector<Windows>(4, five_by_five),
                                .channels = {16, 16, 16, 1},
                                .output = "x",
                                .seed = settings.seed};
    const Schedule long_run = unroll(tune(sizes_.side, damped, many, tuning_.slice(0, 8)), damped, many);
    std::vector<Contender> rows;
    if (settings.flag("converged"))
      rows = at_convergence(long_run, tuning_, 5, 20);
    else
      rows.push_back({"untrained, at convergence", long_run.compile(), false, nullptr, -1,
                      "50 damped iterations of belief propagation, tuned for themselves"});
    rows.push_back({"convolutional network", convolutional(filters), true,
                    Adam{.rate = 1e-2, .final_rate = 0.1}, (settings.epochs + 3) / 4,
                    "a quarter of the epochs"});
    return rows;
  }

 private:
  std::uint64_t stream(int k) const { return seed_ * 1000003 + static_cast<std::uint64_t>(k); }

  ImageSizes sizes_;
  std::uint64_t seed_;
  Dataset tuning_, test_;
  Model model_;
};

class Denoiser : public Task {
 public:
  explicit Denoiser(const ImageSizes& sizes) : sizes_(sizes) {}
  std::string name() const override { return "denoiser"; }
  std::string summary() const override {
    return "binary images from noisy pixels, on a grid; makes its own data";
  }
  Settings defaults() const override {
    Settings s;
    s.algorithm = "bp";
    s.layers = 10;
    s.tying = "untied";
    s.epochs = 12;
    return s;
  }
  std::vector<Option> options() const override {
    return {{"converged", Option::Flag{false},
             "rows that are trained at convergence: truncated and implicit gradients",
             Option::Scope::comparing}};
  }
  std::unique_ptr<Problem> prepare(const Settings& settings) const override {
    return std::make_unique<DenoiserProblem>(sizes_, complete(*this, settings));
  }
  Model sketch(const Settings&) const override { return declare(sizes_.side, sizes_.side, 0.6, 0.1); }
  Network sketch_network(const Settings& settings) const override {
    return unrolled(sketch(settings), settings).compile();
  }

 private:
  ImageSizes sizes_;
};

}  // namespace

std::shared_ptr<const Task> denoiser(const ImageSizes& sizes) { return std::make_shared<Denoiser>(sizes); }

}  // namespace unfurl
