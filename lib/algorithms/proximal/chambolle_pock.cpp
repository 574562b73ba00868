// The primal-dual algorithm [Chambolle11], with gradients of what is smooth [Condat13].
#include <algorithm>
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

constexpr const char* chambolle_pock_name = "ChambollePock";

/// Factors by how they are treated.
struct Parts {
  algorithms::Composite smooth{};  ///< by their gradients
  std::vector<int> dual{};         ///< by the proximal maps of their conjugates
  int primal = -1;                 ///< the penalty of the latent itself; -1: none
};

Parts primal_dual_parts(const Model& model) {
  const algorithms::Composite all = algorithms::composite(model, chambolle_pock_name);
  Parts parts;
  for (const int i : all.smooth) {
    const bool quadratic = has(declaration(model, i).spec.type->serves(), Serves::least_squares);
    (quadratic ? parts.dual : parts.smooth.smooth).push_back(i);
  }
  for (const int i : all.penalties)
    if (parts.primal < 0 && is_latent(declaration(model, i)))
      parts.primal = i;
    else
      parts.dual.push_back(i);
  return parts;
}

/// State: x, then y of every factor that is treated by its conjugate.
class ChambollePockRule final : public Algorithm {
 public:
  explicit ChambollePockRule(ChambollePock options) : options_(options) {}
  std::string name() const override { return chambolle_pock_name; }

  void check(const Model& model) const override {
    algorithms::check_linear(model, primal_dual_parts(model).dual, chambolle_pock_name);
    for (const std::optional<double>& v : {options_.primal_step, options_.dual_step})
      if (v && !(*v > 0 && std::isfinite(*v)))
        throw ScheduleError(cat(chambolle_pock_name, " has a step of ", *v), "",
                            "a positive number; leave it out for that of the model's norms");
  }

  std::vector<OwnedParameter> parameters(const Model& model) const override {
    std::optional<double> primal = options_.primal_step, dual = options_.dual_step;
    if (!primal || !dual) {
      const Parts parts = primal_dual_parts(model);
      double norm = 0;
      for (const int i : parts.dual) {
        const auto& f = declaration(model, i);
        norm += 1.001 * operators::LinearMap(model, f.spec.args.back(), 0,
                                             cat(chambolle_pock_name, " cannot serve factor '", f.name, "'"),
                                             f.where)
                            .squared_norm();
      }
      const double half = parts.smooth.smooth.empty()
                              ? 0
                              : algorithms::curvature(model, parts.smooth, chambolle_pock_name) / 2;
      if (!primal && !dual) {  // primal (dual norm + half) = 1
        primal = norm > 0 ? (std::sqrt(half * half + 4 * norm) - half) / (2 * norm) : 1 / (2 * half);
        dual = norm > 0 ? *primal : 1;
      } else if (!primal) {
        primal = 1 / (*dual * norm + half);
      } else {
        dual = norm > 0 ? std::max(1 / *primal - half, 0.0) / norm : 1;
      }
    }
    const ir::Type scalar{1, 1, false, Domain::nonneg};
    return {{"chambolle_pock.primal_step", scalar, {*primal}}, {"chambolle_pock.dual_step", scalar, {*dual}}};
  }

  State initial(StepContext& c) const override {
    ir::Builder& b = c.builder();
    State state = {c.start(0, 0)};
    for (const int i : primal_dual_parts(c.model()).dual) state.push_back(b.zeros(image_type(c, i)));
    return state;
  }

  State step(StepContext& c, const State& state) const override {
    ir::Builder& b = c.builder();
    const Parts parts = primal_dual_parts(c.model());
    const Value x = state[0], primal = c.parameter("chambolle_pock.primal_step"),
                dual = c.parameter("chambolle_pock.dual_step");
    const Domain domain = algorithms::latent_of(c.model()).type.domain;

    Value slope =
        parts.smooth.smooth.empty() ? b.zeros(b.type(x)) : algorithms::smooth_gradient(c, parts.smooth, x);
    for (std::size_t i = 0; i < parts.dual.size(); ++i)
      slope = b.add(slope, ir::gradient(b, image(c, parts.dual[i], x), state[1 + i], {x})[0]);
    Value next = b.sub(x, b.mul(primal, slope));
    if (parts.primal >= 0) {
      const FactorGroup g = c.group(parts.primal);
      next = g.declaration->spec.type->proximal(b, g, next, primal, domain);
    } else if (domain == Domain::nonneg) {
      next = b.relu(next);
    }

    const Value ahead = b.sub(b.scale(next, 2), x);
    State result = {next};
    for (std::size_t i = 0; i < parts.dual.size(); ++i)
      result.push_back(conjugate(c, parts.dual[i],
                                 b.add(state[1 + i], b.mul(dual, image(c, parts.dual[i], ahead))), dual));
    c.set_latent(0, next);
    return result;
  }

  Readouts readout(StepContext& c, const State& state) const override {
    return {{algorithms::latent_of(c.model()).name, state[0]}};
  }

 private:
  static ir::Type image_type(StepContext& c, int factor) {
    ir::Type t = declaration(c.model(), factor).spec.args.back().type();
    t.lanes = true;
    return t.with(Domain::real);
  }
  static Value image(StepContext& c, int factor, Value x) {
    c.set_latent(0, x);
    return c.builder().broadcast(c.evaluate(declaration(c.model(), factor).spec.args.back()),
                                 image_type(c, factor));
  }

  /// The proximal map of step f^* at v: for half a squared error in closed form, else by that of f [Moreau65].
  static Value conjugate(StepContext& c, int factor, Value v, Value step) {
    ir::Builder& b = c.builder();
    const FactorGroup g = c.group(factor);
    const FactorType& type = *g.declaration->spec.type;
    if (has(type.serves(), Serves::least_squares))
      return b.div(b.sub(v, b.mul(step, g.args.front())), b.add(b.constant(1), step));
    const Value inverse = b.div(b.constant(1), step);
    return b.sub(v, b.mul(step, type.proximal(b, g, b.mul(inverse, v), inverse,
                                              g.declaration->spec.args.back().type().domain)));
  }

  ChambollePock options_;
};

}  // namespace

ChambollePock::operator AlgorithmPointer() const { return std::make_shared<ChambollePockRule>(*this); }

algorithms::Named algorithms::chambolle_pock() { return {{"chambolle-pock", ChambollePock{}}}; }

}  // namespace unfurl
