#include "heavy_ball.hpp"

#include <unfurl/extend/algorithm.hpp>
#include <unfurl/extend/gradient.hpp>

namespace {

using namespace unfurl;

/// State: x, and x before.
class HeavyBallRule final : public Algorithm {
 public:
  explicit HeavyBallRule(HeavyBall options) : options_(options) {}
  std::string name() const override { return "HeavyBall"; }

  void check(const Model& model) const override {
    if (model.latents().size() != 1) throw ScheduleError("HeavyBall needs one latent", "", "m.latent(...)");
    for (const auto& f : model.factors())
      if (!has(f.spec.type->serves(), Serves::energy) && !has(f.spec.type->serves(), Serves::proximal))
        throw ScheduleError("HeavyBall cannot serve factor '" + f.name + "'", f.where,
                            "use factors over latents");
  }
  std::vector<OwnedParameter> parameters(const Model&) const override {
    const ir::Type scalar{1, 1, false, nonneg};
    return {{"heavy_ball.step", scalar, {options_.step}},
            {"heavy_ball.momentum", scalar, {options_.momentum}}};
  }
  State initial(StepContext& c) const override { return {c.start(0, 0), c.start(0, 0)}; }

  State step(StepContext& c, const State& state) const override {
    ir::Builder& b = c.builder();
    c.set_latent(0, state[0]);
    ir::Value objective = b.constant(0);
    for (const int i : c.layout().continuous)
      if (const FactorGroup g = c.group(i); !has(g.declaration->spec.type->serves(), Serves::proximal))
        objective = b.add(objective, g.declaration->spec.type->energy(b, g));
    const ir::Value slope = ir::gradient(b, objective, b.constant(1), {state[0]})[0];
    const ir::Value rate = c.parameter("heavy_ball.step");
    ir::Value x = b.sub(state[0], b.mul(rate, slope));
    x = b.add(x, b.mul(c.parameter("heavy_ball.momentum"), b.sub(state[0], state[1])));
    for (const int i : c.layout().continuous)
      if (const FactorGroup g = c.group(i); has(g.declaration->spec.type->serves(), Serves::proximal))
        x = g.declaration->spec.type->proximal(b, g, x, rate, c.model().latents()[0].type.domain);
    return {x, state[0]};
  }
  Readouts readout(StepContext& c, const State& state) const override {
    return {{c.model().latents()[0].name, state[0]}};
  }

 private:
  HeavyBall options_;
};

}  // namespace

HeavyBall::operator unfurl::AlgorithmPointer() const { return std::make_shared<HeavyBallRule>(*this); }
