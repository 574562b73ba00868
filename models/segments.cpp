/// Segments of images: each pixel has one of eight labels and shows its label's colour, a corner of the colour cube,
/// under Gaussian noise. Belief propagation on a grid with Potts couplings,
///
///     p(x | f) ~ exp( sum_i (W f_i)_{x_i} + sum_ij J_ij [x_i = x_j] ).
///
/// Labels are where one of eight fields of smoothed noise is largest. A pixel alone is wrong in 58 of 100 cases.
#include <algorithm>
#include <cmath>
#include <limits>

#include "models/models.hpp"

namespace unfurl {

namespace {

constexpr int labels = 8, colours = 3;
constexpr double noise = 1.5;  // deviation; colours are -1 and +1
constexpr double blur = 3.2;   // deviation of the smoothing window, in pixels

/// Colour c of a label: bit c, as -1 or +1.
double colour(int label, int c) { return (label >> c & 1) * 2 - 1; }

Model declare(int side, double coupling, double trust) {
  std::vector<double> corners;
  for (int s = 0; s < labels; ++s)
    for (int c = 0; c < colours; ++c) corners.push_back(trust * colour(s, c));
  // clang-format off
  Model m("segments");
  auto f = m.features("colour", {side, side}, colours);      // noisy colours
  auto x = m.discrete("x", {side, side}, labels);
  auto W = m.param("W", matrix(labels, colours), corners);   // evidence: the log-likelihood for trust = 1 / noise^2
  auto J = m.param("J", per_edge(grid4(x)), coupling);       // one coupling per pair of neighbours
  m.factor("data",   each(x),  Field{W * f});
  m.factor("smooth", grid4(x), Potts{J});
  // clang-format on
  return m;
}

/// Images: "label" 0 .. 7 and "colour".
Dataset make_images(int side, int count, std::uint64_t seed) {
  const SmoothNoise smooth(side, blur);
  const auto pixels = static_cast<std::size_t>(side) * static_cast<std::size_t>(side);
  Random random(seed);
  std::vector<float> label, seen;
  for (int image = 0; image < count; ++image) {
    std::vector<int> best(pixels, 0);
    std::vector<double> highest(pixels, -1);
    for (int s = 0; s < labels; ++s) {
      const std::vector<double> field = smooth.draw(random);
      for (std::size_t i = 0; i < pixels; ++i)
        if (field[i] > highest[i]) highest[i] = field[i], best[i] = s;
    }
    for (const int s : best) label.push_back(static_cast<float>(s));
    for (int c = 0; c < colours; ++c)
      for (const int s : best) seen.push_back(static_cast<float>(colour(s, c) + noise * random.normal()));
  }
  Dataset data;
  data.add("label", 1, side * side, std::move(label)).add("colour", colours, side * side, std::move(seen));
  return data;
}

/// Pixels whose marginal prefers a wrong label, in per cent, image by image; and the mean cross-entropy.
std::vector<Metric> measure(const Network& network, const Dataset& images) {
  const Dataset result = network.run(images, {"x.logit"});
  const std::vector<float>&logit = result["x.logit"].values, &label = images["label"].values;
  const std::size_t pixels = images["label"].size();
  Metric wrong{"pixel error", "%", false, 0, {}}, entropy{"cross-entropy", "nats", false, 0, {}};
  for (std::size_t image = 0; image < label.size() / pixels; ++image) {
    double errors = 0, nats = 0;
    for (std::size_t i = 0; i < pixels; ++i) {
      const auto belief = [&](std::size_t s) {
        return static_cast<double>(logit[(image * labels + s) * pixels + i]);
      };
      const auto truth = static_cast<std::size_t>(label[image * pixels + i]);
      std::size_t best = 0;
      double sum = 0;
      for (std::size_t s = 1; s < labels; ++s)
        if (belief(s) > belief(best)) best = s;
      for (std::size_t s = 0; s < labels; ++s) sum += std::exp(belief(s) - belief(best));
      errors += best != truth;
      nats += std::log(sum) + belief(best) - belief(truth);
    }
    wrong.per_item.push_back(100 * errors / static_cast<double>(pixels));
    entropy.per_item.push_back(nats / static_cast<double>(pixels));
  }
  for (Metric* m : {&wrong, &entropy})
    for (const double v : m->per_item) m->value += v / static_cast<double>(m->per_item.size());
  return {wrong, entropy};
}

/// The plain algorithm at its best: coupling and trust with the fewest wrong pixels on training images.
Model tune(int side, const AlgorithmPointer& algorithm, int layers, const Dataset& images) {
  Model best = declare(side, 0, 0);
  double fewest = std::numeric_limits<double>::infinity();
  for (const double coupling : {0.4, 0.7, 1.0, 1.4, 2.0})
    for (const double trust : {0.1, 0.2, 0.3, 0.44}) {
      const Model m = declare(side, coupling, trust);
      const double wrong = measure(unroll(m, algorithm, layers).compile(), images)[0].value;
      if (wrong >= fewest) continue;
      fewest = wrong;
      best = m;
    }
  return best;
}

class SegmentsProblem : public Problem {
 public:
  SegmentsProblem(const ImageSizes& sizes, const Settings& settings)
      : sizes_(sizes),
        seed_(settings.seed),
        tuning_(make_images(sizes.side, sizes.tuning_images, stream(1))),
        test_(make_images(sizes.side, sizes.test_images, stream(2))),
        model_(
            tune(sizes.side, algorithm_for(declare(sizes.side, 0, 0), settings), settings.layers, tuning_)) {}

  const Model& model() const override { return model_; }
  Loss loss() const override { return loss::cross_entropy("x", "label"); }
  Loss likelihood() const override { return loss::negative_log_likelihood("x", "label"); }
  Optimizer optimizer() const override { return Adam{.rate = 2e-2, .final_rate = 0.1}; }
  int batch() const override { return 16; }
  /// Fresh images in every epoch.
  DataSource training() const override {
    return {[this](int epoch, int) {
      return std::make_shared<const Dataset>(
          make_images(sizes_.side, sizes_.images_per_epoch, stream(3 + epoch)));
    }};
  }
  Dataset validation() const override { return tuning_; }
  std::vector<Metric> evaluate(const Network& network) const override { return measure(network, test_); }

  std::vector<Contender> baselines(const Settings& settings) const override {
    constexpr int many = 50;
    const AlgorithmPointer damped = SumProduct{.damping = 0.5};
    const Convolutional filters{.input = "colour",
                                .input_type = {colours, sizes_.side * sizes_.side, true},
                                .height = sizes_.side,
                                .width = sizes_.side,
                                .windows = std::vector<Windows>(4, five_by_five),
                                .channels = {16, 16, 16, labels},
                                .output = "x",
                                .seed = settings.seed};
    std::vector<Contender> rows;
    rows.push_back({"untrained, at convergence",
                    unroll(tune(sizes_.side, damped, many, tuning_.slice(0, 8)), damped, many).compile(),
                    false, nullptr, -1, "50 damped iterations of belief propagation, tuned for themselves"});
    rows.push_back({"convolutional network", convolutional(filters), true,
                    Adam{.rate = 3e-3, .final_rate = 0.1}, -1, ""});
    return rows;
  }

 private:
  std::uint64_t stream(int k) const { return seed_ * 1000003 + static_cast<std::uint64_t>(k); }

  ImageSizes sizes_;
  std::uint64_t seed_;
  Dataset tuning_, test_;
  Model model_;
};

class Segments : public Task {
 public:
  explicit Segments(const ImageSizes& sizes) : sizes_(sizes) {}
  std::string name() const override { return "segments"; }
  std::string summary() const override {
    return "eight labels from noisy colours, on a grid; makes its own data";
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
    return std::make_unique<SegmentsProblem>(sizes_, complete(*this, settings));
  }
  Model sketch(const Settings&) const override { return declare(sizes_.side, 1, 0.3); }
  Network sketch_network(const Settings& settings) const override {
    return unrolled(sketch(settings), settings).compile();
  }

 private:
  ImageSizes sizes_;
};

}  // namespace

std::shared_ptr<const Task> segments(const ImageSizes& sizes) { return std::make_shared<Segments>(sizes); }

}  // namespace unfurl
