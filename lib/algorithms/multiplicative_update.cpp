#include "algorithms/all.hpp"
#include "algorithms/discrete.hpp"
#include "core/floors.hpp"
#include "passes/passes.hpp"

namespace unfurl {

namespace {

using detail::cat;
using ir::Value;

/// State: the latents. The update is derived: the split gradient of the objective gives both halves.
class MultiplicativeUpdateRule : public Algorithm {
 public:
  explicit MultiplicativeUpdateRule(MultiplicativeUpdate options) : options_(options) {}
  std::string name() const override { return "MultiplicativeUpdate"; }

  void check(const Model& model) const override {
    algorithms::check_continuous(model, "MultiplicativeUpdate");
    for (const auto& f : model.factors()) {
      const char* const mend = "use KL, BetaDivergence, SquaredError or L1, or ProximalGradient";
      algorithms::need(f, Serves::energy, "MultiplicativeUpdate", "energy", mend);
      if (!f.spec.type->splits())
        throw ScheduleError(cat("MultiplicativeUpdate cannot serve factor '", f.name, "' of type ",
                                f.spec.type->name(), ", whose gradient has but one half far from the target"),
                            f.where, mend);
    }
    for (const auto& latent : model.latents())
      if (latent.type.domain != Domain::nonneg)
        throw ScheduleError(
            cat("MultiplicativeUpdate cannot infer latent '", latent.name, "', which may be negative"),
            latent.where, "declare it with nonneg, or use ProximalGradient");
    if (!(options_.initial > 0) || !(options_.exponent > 0))
      throw ScheduleError("MultiplicativeUpdate needs a positive initial value and exponent", "",
                          "the defaults are 1");
  }

  State initial(StepContext& c) const override {
    State state;
    for (std::size_t i = 0; i < c.model().latents().size(); ++i)
      state.push_back(c.start(static_cast<int>(i), options_.initial));
    return state;
  }

  State step(StepContext& c, const State& state) const override {
    ir::Builder& b = c.builder();
    for (std::size_t i = 0; i < state.size(); ++i) c.set_latent(static_cast<int>(i), state[i]);
    const auto refuse = [&](std::size_t i) {
      const auto& latent = c.model().latents()[i];
      throw ScheduleError(cat("latent '", latent.name, "' has no objective that both pulls it up and down"),
                          latent.where, "join it to data with KL, BetaDivergence or SquaredError");
    };
    Value objective;
    for (int declaration : c.layout().continuous) {
      const FactorGroup g = c.group(declaration);
      const Value e = g.declaration->spec.type->energy(b, g);
      objective = objective ? b.add(objective, e) : e;
    }
    if (!objective) refuse(0);
    b.origin = "MultiplicativeUpdate";
    const auto halves = ir::split_gradient(b, objective, b.constant(1), state, ir::Cancel::never);
    State next;
    for (std::size_t i = 0; i < state.size(); ++i) {
      if (!halves[i].plus || !halves[i].minus) refuse(i);
      const Value ratio = b.div(halves[i].minus, b.add(halves[i].plus, b.constant(floors::smallest)));
      next.push_back(b.mul(state[i], b.pow(ratio, options_.exponent)));
    }
    return next;
  }

  Readouts readout(StepContext& c, const State& state) const override {
    Readouts r;
    for (std::size_t i = 0; i < state.size(); ++i) r[c.model().latents()[i].name] = state[i];
    return r;
  }

 private:
  MultiplicativeUpdate options_;
};

}  // namespace

MultiplicativeUpdate::operator AlgorithmPointer() const {
  return std::make_shared<MultiplicativeUpdateRule>(*this);
}

algorithms::Named algorithms::multiplicative_update() { return {{"mu", MultiplicativeUpdate{}}}; }

}  // namespace unfurl
