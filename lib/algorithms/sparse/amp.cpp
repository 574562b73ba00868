// Approximate message passing [Donoho09].
#include <cmath>

#include "algorithms/all.hpp"
#include "algorithms/sparse/message_passing.hpp"

namespace unfurl {

namespace {

using detail::cat;
using ir::Value;

constexpr const char* algorithm_name = "Amp";
constexpr double scale_of_soft_thresholds = 1.14;  // near the best one for a tenth to a fifth of entries

/// State: x, and after the first layer the residual r and the sum of slopes, over the rows, of the estimate that made x.
class AmpRule final : public Algorithm {
 public:
  explicit AmpRule(Amp options) : options_(options) {}
  std::string name() const override { return algorithm_name; }

  void check(const Model& model) const override {
    (void)algorithms::denoising(model, algorithm_name, true);
    if (options_.scale && !(*options_.scale > 0 && std::isfinite(*options_.scale)))
      throw ScheduleError(cat(algorithm_name, " has the scale ", *options_.scale), "",
                          "a positive number; leave it out for the usual one");
  }

  std::vector<OwnedParameter> parameters(const Model& model) const override {
    const bool mean = algorithms::denoising(model, algorithm_name, true).posterior_mean;
    const double scale = options_.scale.value_or(mean ? 1 : scale_of_soft_thresholds);
    return {{"amp.scale", {1, 1, false, Domain::nonneg}, {scale}}};
  }

  State initial(StepContext& c) const override { return {c.start(0, 0), Value{}, Value{}}; }

  State step(StepContext& c, const State& state) const override {
    ir::Builder& b = c.builder();
    const auto model = algorithms::denoising(c.model(), algorithm_name, true);
    const Value x = state[0], data = model.fit.data(c), image = model.fit.image(c, x);
    const double rows = model.fit.rows();
    Value residual = b.sub(data, image);
    if (state[1]) residual = b.add(residual, b.mul(state[2], state[1]));
    const Value z = b.add(x, algorithms::LinearFit::adjoint(c, image, x, residual));

    const auto power = [&](Value v) { return b.scale(algorithms::sum_of_squares(b, v), 1 / rows); };
    const Value tau2 = algorithms::variance_above_rounding(b, power(residual), power(data));
    const Value scale = c.parameter("amp.scale");
    const FactorGroup g = c.group(model.factor);
    const FactorType& type = *g.declaration->spec.type;
    const Value next = model.posterior_mean ? type.posterior_mean(b, g, z, b.mul(b.square(scale), tau2))
                                            : type.proximal(b, g, z, b.mul(scale, b.sqrt(tau2)),
                                                            algorithms::latent_of(c.model()).type.domain);
    return {next, residual, b.scale(algorithms::sum_of_slopes(b, next, z), 1 / rows)};
  }

  Readouts readout(StepContext& c, const State& state) const override {
    return {{algorithms::latent_of(c.model()).name, state[0]}};
  }

 private:
  Amp options_;
};

}  // namespace

Amp::operator AlgorithmPointer() const { return std::make_shared<AmpRule>(*this); }

algorithms::Named algorithms::amp() { return {{"amp", Amp{}}}; }

}  // namespace unfurl
