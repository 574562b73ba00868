/// Segments of images: each pixel has one of eight labels and shows its label's colour, a corner of the colour cube,
/// under Gaussian noise. Belief propagation on a grid with Potts couplings,
///
///     p(x | f) ~ exp( sum_i (W f_i)_{x_i} + sum_ij J_ij [x_i = x_j] ).
///
/// Labels are where one of eight fields of smoothed noise is largest. A pixel alone is wrong in 58 of 100 cases.
#include "models/grid.hpp"

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

}  // namespace

std::shared_ptr<const Task> segments(const ImageSizes& sizes) {
  grid_model::Colours corners;
  for (int s = 0; s < labels; ++s) {
    corners.emplace_back();
    for (int c = 0; c < colours; ++c)
      corners.back()[static_cast<std::size_t>(c)] = static_cast<float>((colour(s, c) + 1) / 2);
  }
  return GridTask{.name = "segments",
                  .summary = "eight labels from noisy colours, on a grid; makes its own data",
                  .sizes = sizes,
                  .declare = declare,
                  .make = make_images,
                  .labels = "label",
                  .couplings = {0.4, 0.7, 1.0, 1.4, 2.0},
                  .trusts = {0.1, 0.2, 0.3, 0.44},
                  .coupling = 1,
                  .trust = 0.3,
                  .optimizer = {.rate = 2e-2, .final_rate = 0.1},
                  .optimizer_scaled = {.rate = 2e-2, .final_rate = 0.1},
                  .batch = 16,
                  .optimizer_filters = {.rate = 3e-3, .final_rate = 0.1},
                  .colours = corners};
}

}  // namespace unfurl
