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

constexpr int h = 50, w = 50, pixels = h * w;
constexpr int images_per_epoch = 640, test_images = 200, tuning_images = 32;

/// p(x | y) on a 4-connected grid, spins -1 and +1.
Model declare(double coupling, double trust) {
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

/// Rows of a 50 x 50 Gaussian window of deviation 7, normalised, for images mirrored at their borders.
std::vector<double> smoothing_matrix() {
  constexpr int window = 50, centre = 24;
  const auto weight = [](int k) { return std::exp(-(k - 24.5) * (k - 24.5) / (2 * 7.0 * 7.0)); };
  double total = 0;
  for (int k = 0; k < window; ++k) total += weight(k);
  std::vector<double> matrix(h * h, 0);
  for (int i = 0; i < h; ++i)
    for (int k = 0; k < window; ++k) {
      int j = i + k - centre;
      if (j < 0) j = -1 - j;
      if (j >= h) j = 2 * h - 1 - j;
      matrix[static_cast<std::size_t>(i * h + j)] += weight(k) / total;
    }
  return matrix;
}

/// Images: "clean" 0 or 1, "y" scaled to -1 .. +1.
Dataset make_images(int count, std::uint64_t seed) {
  static const std::vector<double> smooth = smoothing_matrix();
  const auto product_with_transpose = [](const std::vector<double>& a, const std::vector<double>& b) {
    std::vector<double> c(pixels, 0);
    for (std::size_t i = 0; i < h; ++i)
      for (std::size_t j = 0; j < w; ++j)
        for (std::size_t k = 0; k < w; ++k) c[i * w + j] += a[i * w + k] * b[j * w + k];
    return c;
  };
  Random random(seed);
  std::vector<float> clean, noisy;
  for (int image = 0; image < count; ++image) {
    std::vector<double> noise(pixels);
    for (double& v : noise) v = random.uniform();
    const std::vector<double> rows =
        product_with_transpose(smooth, noise);  // (S N^T): smoothed and transposed
    for (double v : product_with_transpose(smooth, rows)) {
      const double x = v >= 0.5 ? 1 : 0, t = std::pow(random.uniform(), 1.25);
      clean.push_back(static_cast<float>(x));
      noisy.push_back(static_cast<float>(2 * (x * (1 - t) + (1 - x) * t) - 1));
    }
  }
  Dataset data;
  data.add("clean", 1, pixels, std::move(clean)).add("y", 1, pixels, std::move(noisy));
  return data;
}

/// Pixels whose marginal prefers the wrong state, in per cent, image by image; and the mean cross-entropy.
std::vector<Metric> measure(const Network& network, const Dataset& images) {
  const Dataset result = network.run(images, {"x.logit"});
  const std::vector<float>&logit = result["x.logit"].values, &clean = images["clean"].values;
  Metric wrong{"pixel error", "%", false, 0, {}}, entropy{"cross-entropy", "nats", false, 0, {}};
  for (std::size_t first = 0; first < logit.size(); first += pixels) {
    double errors = 0, nats = 0;
    for (std::size_t i = first; i < first + pixels; ++i) {
      errors += (logit[i] > 0) != (clean[i] > 0.5F);
      nats += std::max(logit[i], 0.0F) - clean[i] * logit[i] + std::log1p(std::exp(-std::abs(logit[i])));
    }
    wrong.per_item.push_back(100 * errors / pixels);
    entropy.per_item.push_back(nats / pixels);
  }
  for (Metric* m : {&wrong, &entropy}) {
    for (double v : m->per_item) m->value += v;
    m->value /= static_cast<double>(m->per_item.size());
  }
  return {wrong, entropy};
}

/// The plain algorithm at its best: coupling and trust with the fewest wrong pixels on training images.
Model tune(const AlgorithmPointer& algorithm, int layers, const Dataset& images) {
  Model best = declare(0, 0);
  double fewest = std::numeric_limits<double>::infinity();
  for (double coupling : {0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0})
    for (double trust : {0.05, 0.1, 0.2, 0.4, 0.8}) {
      const Model m = declare(coupling, trust);
      const double wrong = measure(unroll(m, algorithm, layers).compile(), images)[0].value;
      if (wrong >= fewest) continue;
      fewest = wrong;
      best = m;
    }
  return best;
}

/// A convolutional network, written as a program: `depth` layers of 5 x 5 filters with ReLU between. Pixels
/// beyond the border are those at the border.
Network convolutional(int channels, int depth, std::uint64_t seed) {
  constexpr int reach = 2, taps = (2 * reach + 1) * (2 * reach + 1);
  std::vector<ir::Index> shifts;
  for (int di = -reach; di <= reach; ++di)
    for (int dj = -reach; dj <= reach; ++dj) {
      std::vector<int> from;
      for (int i = 0; i < h; ++i)
        for (int j = 0; j < w; ++j)
          from.push_back(std::clamp(i + di, 0, h - 1) * w + std::clamp(j + dj, 0, w - 1));
      shifts.push_back(ir::make_index(std::move(from), pixels));
    }
  Unrolled u;
  u.layers = 1;
  u.algorithm = "convolutional network";
  u.inputs.push_back({"y", {1, pixels, true}, Where::here()});
  u.readouts = {"x.logit"};
  ir::Builder program(u.graph);
  Random random(seed);
  const auto parameter = [&](const std::string& name, ir::Type type, double deviation) {
    Parameter p{name, name, 0, type, true, {}, {0}};
    for (std::size_t i = 0; i < type.size(); ++i) p.values.push_back(deviation * random.normal());
    u.parameters.push_back(std::move(p));
    return program.param(name, type);
  };
  ir::Value value = program.input("y", {1, pixels, true});
  for (int layer = 0; layer < depth; ++layer) {
    const std::string name = "conv" + std::to_string(layer);
    const int in = layer == 0 ? 1 : channels, out = layer + 1 == depth ? 1 : channels;
    ir::Value sum = parameter(name + ".bias", {out, 1}, 0);
    for (int tap = 0; tap < taps; ++tap) {
      const ir::Value filter =
          parameter(name + "." + std::to_string(tap), {out, in}, std::sqrt(2.0 / (in * taps)));  // [He15]
      const ir::Value seen = program.matmul(filter, value, false, ir::Axis::planes);
      sum = program.add(program.gather_rows(seen, shifts[static_cast<std::size_t>(tap)]), sum);
    }
    value = layer + 1 == depth ? sum : program.relu(sum);
  }
  u.graph.outputs = {{"x.logit@1", value}};
  return Network(std::move(u));
}

class DenoiserProblem : public Problem {
 public:
  explicit DenoiserProblem(const Settings& settings)
      : seed_(settings.seed),
        tuning_(make_images(tuning_images, stream(1))),
        test_(make_images(test_images, stream(2))),
        model_(tune(algorithm_by_name(settings.algorithm), settings.layers, tuning_)) {}

  const Model& model() const override { return model_; }
  Loss loss() const override { return loss::cross_entropy("x", "clean"); }
  Optimizer optimizer() const override { return Adam{.rate = 5e-3, .final_rate = 0.1}; }
  int batch() const override { return 32; }
  /// Fresh images in every epoch.
  DataSource training() const override {
    return [this](int epoch) {
      return std::make_shared<const Dataset>(make_images(images_per_epoch, stream(3 + epoch)));
    };
  }
  Dataset validation() const override { return tuning_; }
  std::vector<Metric> evaluate(const Network& network) const override { return measure(network, test_); }

  std::vector<Contender> contenders(const Settings& settings) const override {
    std::vector<Contender> rows = Problem::contenders(settings);
    for (Contender& row : rows)  // few new numbers bear larger steps
      if (row.name == "one scalar per layer") row.optimizer = Adam{.rate = 2e-2, .final_rate = 0.1};
    return rows;
  }

  std::vector<Contender> baselines(const Settings& settings) const override {
    constexpr int many = 50;
    const AlgorithmPointer damped = SumProduct{.damping = 0.5};
    std::vector<Contender> rows;
    rows.push_back({"untrained, at convergence",
                    unroll(tune(damped, many, tuning_.slice(0, 8)), damped, many).compile(), false, nullptr,
                    -1, "50 damped iterations of belief propagation, tuned for themselves"});
    rows.push_back({"convolutional network", convolutional(16, 4, settings.seed), true,
                    Adam{.rate = 1e-2, .final_rate = 0.1}, (settings.epochs + 3) / 4,
                    "a quarter of the epochs, since its images take ten times as long"});
    return rows;
  }

 private:
  std::uint64_t stream(int k) const { return seed_ * 1000003 + static_cast<std::uint64_t>(k); }

  std::uint64_t seed_;
  Dataset tuning_, test_;
  Model model_;
};

class Denoiser : public Task {
 public:
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
  std::unique_ptr<Problem> prepare(const Settings& settings) const override {
    return std::make_unique<DenoiserProblem>(complete(*this, settings));
  }
  Model sketch(const Settings&) const override { return declare(0.6, 0.1); }
};

}  // namespace

std::shared_ptr<const Task> denoiser() { return std::make_shared<Denoiser>(); }

}  // namespace unfurl
