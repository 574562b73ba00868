#include "models/speech/losses.hpp"

#include <cmath>
#include <numbers>

#include "unfurl/extend/builder.hpp"

namespace unfurl {

namespace {

std::size_t at(int i) { return static_cast<std::size_t>(i); }

}  // namespace

Loss loss::of_noise(const Loss& loss, const FrameShape& shape) {
  Loss of_rest = loss;
  of_rest.per_sample = [=](LossContext& c) {
    const int bins = shape.bins(), all = bins * (shape.past + shape.frames + shape.ahead);
    LossContext inner{c.builder, {}, c.target, c.model};
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
  // Synthesis of one frame from its real and imaginary parts: [window, bins] each, with the synthesis window.
  const int bins = shape.bins(), window = shape.window, transform = shape.transform(),
            length = (shape.frames - 1) * shape.hop + window;
  std::vector<double> real(at(window * bins)), imaginary(real.size()), covered(at(length), 0);
  for (int t = 0; t < window; ++t) {
    const double w = std::sqrt(0.5 - 0.5 * std::cos(2 * std::numbers::pi * t / window));
    for (int f = 0; f < shape.frames; ++f) covered[at(f * shape.hop + t)] += w * w;
    for (int k = 0; k < bins; ++k) {
      const double angle = 2 * std::numbers::pi * k * t / transform;
      const double once = k == 0 || 2 * k == transform ? 1 : 2;
      real[at(t * bins + k)] = once * w * std::cos(angle) / transform;
      imaginary[at(t * bins + k)] = -once * w * std::sin(angle) / transform;
    }
  }
  // At the edges little of the signal is under a window: both signals fade out there.
  std::vector<double> norm, fade;
  for (const double sum : covered) norm.push_back(1 / (sum + 1e-3)), fade.push_back(sum / (sum + 1e-3));
  return {[=](LossContext& c) {
    ir::Builder& b = c.builder;
    const ir::Type row{1, shape.frames * bins, true}, wave{1, length, true};
    const ir::Value e = c.result(result), re = b.mul(e, c.target("cosine", row)),
                    im = b.mul(e, c.target("sine", row)),
                    s = b.mul(c.target("wave", wave), b.constant(fade, {1, length, false}));
    const ir::Type matrix{window, bins, false};
    const ir::Value to_real = b.constant(real, matrix), to_imaginary = b.constant(imaginary, matrix);
    ir::Value sum;
    for (int f = 0; f < shape.frames; ++f) {
      const ir::Value frame = b.add(b.matmul(to_real, b.slice_rows(re, f * bins, bins)),
                                    b.matmul(to_imaginary, b.slice_rows(im, f * bins, bins)));
      const ir::Value placed = b.pad_rows(frame, f * shape.hop, length);
      sum = sum ? b.add(sum, placed) : placed;
    }
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
