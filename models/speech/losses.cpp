#include "models/speech/losses.hpp"

#include <cmath>
#include <numbers>

#include "unfurl/at.hpp"
#include "unfurl/extend/convolution.hpp"
#include "unfurl/extend/fourier.hpp"

namespace unfurl {

namespace {}  // namespace

Loss loss::of_noise(const Loss& loss, const FrameShape& shape) {
  Loss of_rest = loss;
  of_rest.per_sample = [=](LossContext& c) {
    const int bins = shape.bins(), all = bins * (shape.past + shape.frames + shape.ahead);
    LossContext inner{c.builder, {}, c.target, c.model, c.partial_target};
    inner.result = [&](const std::string& name) {
      if (name != "noise") return c.result(name);
      const ir::Value v = c.target("V", {1, all, true, nonneg});
      const ir::Value present = c.builder.slice_rows(v, shape.past * bins, shape.frames * bins);
      return c.builder.relu(c.builder.sub(present, c.result("speech")));  // rounding may pass zero
    };
    return loss.per_sample(inner);
  };
  return of_rest;
}

Loss loss::si_sdr(const std::string& result, const FrameShape& shape) {
  // Synthesis with the same window as analysis.
  const int bins = shape.bins(), window = shape.window, length = (shape.frames - 1) * shape.hop + window;
  const ir::Fourier transform{1, shape.transform()};
  std::vector<double> weights, covered(at(length), 0);
  for (int t = 0; t < window; ++t) {
    weights.push_back(std::sqrt(0.5 - 0.5 * std::cos(2 * std::numbers::pi * t / window)));
    for (int f = 0; f < shape.frames; ++f) covered[at(f * shape.hop + t)] += weights.back() * weights.back();
  }
  std::vector<int> times;
  for (int f = 0; f < shape.frames; ++f)
    for (int t = 0; t < window; ++t) times.push_back(f * shape.hop + t);
  const ir::Index placed = ir::make_index(std::move(times), length);
  // At the edges little of the signal is under a window: both signals fade out there.
  std::vector<double> norm, fade;
  for (const double sum : covered) norm.push_back(1 / (sum + 1e-3)), fade.push_back(sum / (sum + 1e-3));
  return {[=](LossContext& c) {
    ir::Builder& b = c.builder;
    const ir::Type row{1, shape.frames * bins, true}, wave{1, length, true};
    const ir::Value e = c.result(result), re = b.mul(e, c.target("cosine", row)),
                    im = b.mul(e, c.target("sine", row)),
                    s = b.mul(c.target("wave", wave), b.constant(fade, {1, length, false}));
    const auto frames = [&](ir::Value v) { return ir::reshape(b, v, shape.frames, bins); };
    const ir::Value signals = b.mul(
        b.slice_rows(ir::inverse_fourier(b, b.concat_rows({frames(re), frames(im)}), transform), 0, window),
        b.constant(weights, {1, window, false}));
    const ir::Value sum = b.segment_sum_rows(ir::reshape(b, signals, 1, shape.frames * window), placed);
    const ir::Value estimate = b.mul(sum, b.constant(norm, {1, length, false}));
    const auto product = [&](ir::Value x, ir::Value y) { return b.sum_to(b.mul(x, y), {1, 1, true}); };
    const ir::Value floor = b.constant(1e-4), ss = b.add(product(s, s), floor),
                    ee = b.add(product(estimate, estimate), floor), es = product(estimate, s);
    const ir::Value explained = b.div(b.mul(es, es), b.mul(ss, ee));  // the squared cosine between both
    // log( (1 - c) / c ), kept finite where they agree or have nothing in common
    return b.sub(b.log(b.add(b.sub(b.constant(1), explained), b.constant(1e-4))),
                 b.log(b.add(explained, b.constant(1e-4))));
  }};
}

}  // namespace unfurl
