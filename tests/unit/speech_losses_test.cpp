// The loss of waveforms is what plain sums over frames and frequencies make of it.
#include <doctest/doctest.h>

#include <cmath>
#include <numbers>

#include "models/speech/losses.hpp"
#include "property/laws.hpp"
#include "unfurl/extend/gradient.hpp"

TEST_SUITE_BEGIN("unit");

namespace unfurl::test {

TEST_CASE("si_sdr of masked spectra: synthesis by sums of cosines, and gradients by differences") {
  for (const int fft : {0, 10}) {
    const FrameShape shape{.window = 8, .hop = 4, .fft = fft, .frames = 3, .waveform = true};
    const int bins = shape.bins(), n = shape.transform(), length = 2 * 4 + 8, samples = 2;
    ir::Graph graph;
    ir::Builder b(graph);
    const ir::Value e = b.input("e", {1, 3 * bins, true});
    LossContext context{b, [&](const std::string&) { return e; },
                        [&](const std::string& name, ir::Type type) { return b.input(name, type); }};
    const ir::Value loss = loss::si_sdr("e", shape).per_sample(context);
    graph.outputs = {{"loss", loss}, {"slope", ir::gradient(b, loss, b.constant(1), {e})[0]}};
    Random random(2);
    Numbers leaves;
    for (const char* name : {"e", "cosine", "sine"})
      leaves[name] = exact_floats(random, 3 * bins * samples, -1, 1);
    leaves["wave"] = exact_floats(random, length * samples, -1, 1);
    const Numbers results = evaluate<double>(graph, leaves, samples);
    for (int s = 0; s < samples; ++s) {
      const auto of = [&](const char* name, int i) { return leaves.at(name)[at(i * samples + s)]; };
      std::vector<double> estimate(at(length)), covered(at(length));
      for (int f = 0; f < 3; ++f)
        for (int t = 0; t < 8; ++t) {
          const double w = std::sqrt(0.5 - 0.5 * std::cos(2 * std::numbers::pi * t / 8));
          covered[at(4 * f + t)] += w * w;
          for (int k = 0; k < bins; ++k) {
            const double angle = 2 * std::numbers::pi * k * t / n, twice = k == 0 || 2 * k == n ? 1 : 2;
            const int i = f * bins + k;
            estimate[at(4 * f + t)] += twice * w / n * of("e", i) *
                                       (of("cosine", i) * std::cos(angle) - of("sine", i) * std::sin(angle));
          }
        }
      double ss = 1e-4, ee = 1e-4, es = 0;
      for (int t = 0; t < length; ++t) {
        const double y = estimate[at(t)] / (covered[at(t)] + 1e-3),
                     x = of("wave", t) * covered[at(t)] / (covered[at(t)] + 1e-3);
        ss += x * x, ee += y * y, es += x * y;
      }
      const double explained = es * es / (ss * ee);
      CHECK(results.at("loss")[at(s)] ==
            doctest::Approx(std::log((1 - explained + 1e-4) / (explained + 1e-4))).epsilon(1e-12));
    }
    for (std::size_t i = 0; i < leaves.at("e").size(); ++i) {
      const double h = 1e-5;
      Numbers above = leaves, below = leaves;
      above.at("e")[i] += h, below.at("e")[i] -= h;
      const std::size_t s = i % samples;
      CHECK(results.at("slope")[i] ==
            doctest::Approx((evaluate<double>(graph, above, samples).at("loss")[s] -
                             evaluate<double>(graph, below, samples).at("loss")[s]) /
                            (2 * h))
                .epsilon(1e-6));
    }
  }
}

}  // namespace unfurl::test

TEST_SUITE_END();
