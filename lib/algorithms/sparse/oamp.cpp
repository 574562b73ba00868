// Orthogonal AMP [Ma17], and without its correction TISTA [Ito19].
#include <cmath>

#include "algorithms/all.hpp"
#include "algorithms/sparse/message_passing.hpp"
#include "operators/pseudoinverse.hpp"

namespace unfurl {

namespace {

using detail::cat;
using ir::Value;

constexpr const char* oamp_name = "Oamp";

double sum_of_squares(const std::vector<double>& v) {
  double sum = 0;
  for (const double x : v) sum += x * x;
  return sum;
}

/// State: x, and the estimate f that is the result.
class OampRule final : public Algorithm {
 public:
  explicit OampRule(Oamp options) : options_(options) {}
  std::string name() const override { return oamp_name; }

  void check(const Model& model) const override {
    const auto parts = algorithms::denoising(model, oamp_name, false);
    if (parts.fit.rows() > parts.fit.columns())
      throw ScheduleError(cat(oamp_name, " cannot serve factor '", parts.fit.factor().name, "' of ",
                              parts.fit.rows(), " numbers of ", parts.fit.columns()),
                          parts.fit.factor().where, "it takes at most as many measurements as unknowns");
    if (!(options_.noise >= 0 && std::isfinite(options_.noise)))
      throw ScheduleError(cat(oamp_name, " has noise of variance ", options_.noise), "", "a number >= 0");
  }

  std::vector<OwnedParameter> parameters(const Model& model) const override {
    const auto parts = algorithms::denoising(model, oamp_name, false);
    const int rows = parts.fit.rows(), columns = parts.fit.columns();
    const ir::Type scalar{1, 1, false, Domain::nonneg};
    const std::vector<double> a = parts.fit.matrix();
    std::vector<double> w = operators::pseudoinverse(a, rows, columns);
    if (options_.divergence_free)
      for (double& v : w) v *= static_cast<double>(columns) / rows;
    std::vector<OwnedParameter> all = {{"oamp.step", scalar, {1}},
                                       {"oamp.noise", scalar, {options_.noise}},
                                       {"oamp.weight", {columns, rows, false}, std::move(w)},
                                       {"oamp.matrix_power", scalar, {sum_of_squares(a)}}};
    for (std::size_t i = 1; i < all.size(); ++i) all[i].computed = true;
    return all;
  }

  State initial(StepContext& c) const override {
    const Value start = c.start(0, 0);
    return {start, start};
  }

  State step(StepContext& c, const State& state) const override {
    ir::Builder& b = c.builder();
    const auto parts = algorithms::denoising(c.model(), oamp_name, false);
    const double rows = parts.fit.rows(), columns = parts.fit.columns();
    const Value x = state[0], data = parts.fit.data(c), residual = b.sub(data, parts.fit.image(c, x));
    const Value step = c.parameter("oamp.step"), noise = c.parameter("oamp.noise");
    const Value weight = c.parameter("oamp.weight"), power = c.parameter("oamp.matrix_power");
    const Value r = b.add(x, b.mul(step, b.matmul(weight, residual)));

    // W A is `gain` times a projection to as many dimensions as there are rows, so |1 - step W A|^2 and |W|^2 are known.
    const double gain = options_.divergence_free ? columns / rows : 1;
    const Value error = b.div(b.sub(algorithms::sum_of_squares(b, residual), b.scale(noise, rows)), power);
    const Value v = b.relu(error), moved = b.scale(step, gain);
    const Value share =
        b.add(b.constant(1), b.scale(b.sub(b.square(moved), b.scale(moved, 2)), rows / columns));
    const Value weights = b.sum_to(b.square(weight), {1, 1, false});
    const Value from_noise = b.scale(b.mul(b.mul(b.square(step), weights), noise), 1 / columns);
    const Value tau2 = algorithms::variance_above_rounding(b, b.add(b.mul(v, share), from_noise),
                                                           b.div(algorithms::sum_of_squares(b, data), power));

    const FactorGroup g = c.group(parts.factor);
    const Value f = g.declaration->spec.type->posterior_mean(b, g, r, tau2);
    if (!options_.divergence_free) return {f, f};
    const Value slope = b.scale(algorithms::sum_of_slopes(b, f, r), 1 / columns);
    return {b.div(b.sub(f, b.mul(slope, r)), b.sub(b.constant(1), slope)), f};
  }

  Readouts readout(StepContext& c, const State& state) const override {
    return {{algorithms::latent_of(c.model()).name, state[1]}};
  }

 private:
  Oamp options_;
};

}  // namespace

Oamp::operator AlgorithmPointer() const { return std::make_shared<OampRule>(*this); }

algorithms::Named algorithms::oamp() { return {{"oamp", Oamp{}}, {"tista", Oamp{.divergence_free = false}}}; }

}  // namespace unfurl
