/// Denoising of binary images by belief propagation on a grid: the data-free benchmark of Domke's toolbox
/// [Domke13], 50 x 50 pixels. A clean image x is smoothed noise, rounded; its pixels reach us as
///
///     y = x (1 - t^1.25) + (1 - x) t^1.25,   t uniform in [0, 1],
///
/// so that a pixel alone is wrong in 43 of 100 cases. Exact marginals are out of reach: a grid of this width
/// needs tables of 2^50 entries.
#include <cmath>

#include "models/grid.hpp"

namespace unfurl {

namespace {

constexpr double blur = 7;  // deviation of the smoothing window, in pixels

/// p(x | y) on a 4-connected grid, spins -1 and +1.
Model declare(int side, double coupling, double trust) {
  // clang-format off
  Model m("denoiser");
  auto y = m.observed("y", {side, side});                    // noisy pixels, -1 .. +1
  auto x = m.discrete("x", {side, side}, 2);                 // clean pixels
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

}  // namespace

std::shared_ptr<const Task> denoiser(const ImageSizes& sizes) {
  return GridTask{.name = "denoiser",
                  .summary = "binary images from noisy pixels, on a grid; makes its own data",
                  .sizes = sizes,
                  .declare = declare,
                  .make = make_images,
                  .labels = "clean",
                  .couplings = {0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0},
                  .trusts = {0.05, 0.1, 0.2, 0.4, 0.8},
                  .coupling = 0.6,
                  .trust = 0.1,
                  .optimizer = {.rate = 5e-3, .final_rate = 0.1},
                  .optimizer_scaled = {.rate = 2e-2, .final_rate = 0.1},
                  .batch = 32,
                  .optimizer_filters = {.rate = 1e-2, .final_rate = 0.1},
                  .filters_share = 4,
                  .filters_note = "a quarter of the epochs",
                  .trains_at_convergence = true};
}

}  // namespace unfurl
