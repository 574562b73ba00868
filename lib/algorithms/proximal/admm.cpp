#include <cmath>

#include "algorithms/all.hpp"
#include "algorithms/composite.hpp"
#include "operators/derived.hpp"
#include "operators/linear_map.hpp"
#include "unfurl/extend/gradient.hpp"

namespace unfurl {

namespace {

using algorithms::declaration;
using algorithms::is_latent;
using detail::cat;
using ir::Value;

constexpr const char* admm_name = "Admm";

/// State: x, then z and u of every penalty, and of the constraint that the latent is not negative where no penalty of the
/// latent itself sees to it.
class AdmmRule final : public Algorithm {
 public:
  explicit AdmmRule(Admm options) : options_(options) {}
  std::string name() const override { return admm_name; }

  void check(const Model& model) const override {
    algorithms::check_linear(model, algorithms::composite(model, admm_name).penalties, admm_name);
    for (const std::optional<double>& x : {options_.penalty, options_.step})
      if (x && !(*x > 0 && std::isfinite(*x)))
        throw ScheduleError(cat(admm_name, " has a penalty or step of ", *x), "",
                            "a positive number; leave it out for that of the model's norms");
  }

  std::vector<OwnedParameter> parameters(const Model& model) const override {
    const algorithms::Composite parts = algorithms::composite(model, admm_name);
    std::optional<double> penalty = options_.penalty, step = options_.step;
    if (!penalty || !step) {
      double norm = constrained(model, parts) ? 1 : 0;
      for (const int i : parts.penalties) {
        const auto& f = declaration(model, i);
        norm += operators::LinearMap(model, f.spec.args.back(), 0,
                                     cat(admm_name, " cannot serve factor '", f.name, "'"), f.where)
                    .squared_norm();
      }
      const double curvature = algorithms::curvature(model, parts, admm_name);
      if (!penalty) penalty = norm > 0 ? curvature / norm : 1;
      if (!step) step = 1 / (curvature + 1.001 * *penalty * norm);
    }
    const ir::Type scalar{1, 1, false, Domain::nonneg};
    return {{"admm.penalty", scalar, {*penalty}}, {"admm.step", scalar, {*step}}};
  }

  State initial(StepContext& c) const override {
    ir::Builder& b = c.builder();
    const algorithms::Composite parts = algorithms::composite(c.model(), admm_name);
    State state = {c.start(0, 0)};
    c.set_latent(0, state[0]);
    for (const Value copied : images(c, parts, state[0])) {
      state.push_back(copied);
      state.push_back(b.zeros(b.type(copied)));
    }
    return state;
  }

  State step(StepContext& c, const State& state) const override {
    ir::Builder& b = c.builder();
    const algorithms::Composite parts = algorithms::composite(c.model(), admm_name);
    const Value penalty = c.parameter("admm.penalty"), rate = c.parameter("admm.step");
    Value slope = algorithms::smooth_gradient(c, parts, state[0]);
    const std::vector<Value> before = images(c, parts, state[0]);
    for (std::size_t i = 0; i < before.size(); ++i) {  // K^T ( K x - z + u ): z and u are made of x, too
      const Value apart = b.sub(b.add(before[i], state[2 + 2 * i]), state[1 + 2 * i]);
      slope = b.add(slope, ir::gradient(b, before[i], b.mul(penalty, apart), {state[0]})[0]);
    }
    State next = {b.sub(state[0], b.mul(rate, slope))};
    c.set_latent(0, next[0]);
    const Value scale = b.div(b.constant(1), penalty);
    const std::vector<Value> after = images(c, parts, next[0]);
    for (std::size_t i = 0; i < after.size(); ++i) {
      const Value shifted = b.add(after[i], state[2 + 2 * i]);
      Value z = b.relu(shifted);  // the constraint
      if (i < parts.penalties.size()) {
        const FactorGroup g = c.group(parts.penalties[i]);
        z = g.declaration->spec.type->proximal(b, g, shifted, scale,
                                               g.declaration->spec.args.back().type().domain);
      }
      next.push_back(z);
      next.push_back(b.sub(shifted, z));
    }
    return next;
  }

  /// What a penalty of the latent itself makes of it, which holds its zeros and bounds exactly; else x.
  Readouts readout(StepContext& c, const State& state) const override {
    const algorithms::Composite parts = algorithms::composite(c.model(), admm_name);
    std::size_t chosen = 0;
    for (std::size_t i = parts.penalties.size(); i-- > 0;)
      if (is_latent(declaration(c.model(), parts.penalties[i]))) chosen = 1 + 2 * i;
    if (constrained(c.model(), parts)) chosen = 1 + 2 * parts.penalties.size();
    return {{algorithms::latent_of(c.model()).name, state[chosen]}};
  }

 private:
  static bool constrained(const Model& model, const algorithms::Composite& parts) {
    bool own = false;
    for (const int i : parts.penalties) own = own || is_latent(declaration(model, i));
    return algorithms::latent_of(model).type.domain == Domain::nonneg && !own;
  }

  /// What the penalties are about, at the latent's present value x; and x where it is constrained.
  static std::vector<Value> images(StepContext& c, const algorithms::Composite& parts, Value x) {
    std::vector<Value> values;
    for (const int i : parts.penalties) {
      const Expr& formula = declaration(c.model(), i).spec.args.back();
      ir::Type t = formula.type();
      t.lanes = true;
      values.push_back(c.builder().broadcast(c.evaluate(formula), t));
    }
    if (constrained(c.model(), parts)) values.push_back(x);
    return values;
  }

  Admm options_;
};

}  // namespace

Admm::operator AlgorithmPointer() const { return std::make_shared<AdmmRule>(*this); }

algorithms::Named algorithms::admm() { return {{"admm", Admm{}}}; }

}  // namespace unfurl
