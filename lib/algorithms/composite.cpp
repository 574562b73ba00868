#include "algorithms/composite.hpp"

#include <cmath>

#include "algorithms/discrete.hpp"
#include "operators/derived.hpp"
#include "operators/linear_map.hpp"
#include "unfurl/extend/gradient.hpp"

namespace unfurl::algorithms {

using detail::cat;
using ir::Value;

Composite composite(const Model& model, const char* algorithm) {
  check_continuous(model, algorithm);
  Composite parts;
  for (std::size_t i = 0; i < model.factors().size(); ++i) {
    const auto& f = model.factors()[i];
    const bool penalty = has(f.spec.type->serves(), Serves::proximal);
    need(f, penalty ? Serves::proximal : Serves::energy, algorithm, "energy and no proximal map",
         "use SquaredError, Huber or L1, or a factor type that serves either");
    (penalty ? parts.penalties : parts.smooth).push_back(static_cast<int>(i));
  }
  if (model.latents().size() != 1)
    throw ScheduleError(
        cat(algorithm, " needs one latent, and model '", model.name(), "' has ", model.latents().size()),
        model.latents()[1].where, "MultiplicativeUpdate serves several latents");
  if (parts.smooth.empty())
    throw ScheduleError(cat(algorithm, " needs a smooth factor, which model '", model.name(), "' has not"),
                        model.latents()[0].where, "join the latent to data, with SquaredError{b, A * x}");
  return parts;
}

void check_linear(const Model& model, const std::vector<int>& factors, const char* algorithm) {
  const auto varies = [](const Expr::Node& n) { return n.kind == Expr::Node::Kind::latent; };
  for (const int i : factors) {
    const auto& f = declaration(model, i);
    const Expr& formula = f.spec.args.back();
    if (!operators::is_linear(formula, varies))
      throw ScheduleError(
          cat(algorithm, " cannot serve factor '", f.name, "': '", formula.node().text,
              "' is not linear in latent '", latent_of(model).name, "'"),
          f.where, "write it as K * x + c, where K is a parameter, a formula of parameters or an operator");
  }
}

void penalty_of_latent(const Model& model, const Composite& parts, const char* algorithm) {
  for (const int i : parts.penalties) {
    const auto& f = declaration(model, i);
    if (i != parts.penalties.front())
      throw ScheduleError(
          cat(algorithm, " cannot serve factor '", f.name, "' of type ", f.spec.type->name(), " beside '",
              declaration(model, parts.penalties.front()).name, "': it takes one penalty"),
          f.where, "put both into one factor");
    if (!is_latent(f))
      throw ScheduleError(cat(algorithm, " cannot serve factor '", f.name, "' of type ", f.spec.type->name(),
                              " of the formula '", f.spec.args.back().node().text, "'"),
                          f.where, "penalise the latent itself");
  }
}

const Model::LatentDeclaration& latent_of(const Model& model) { return model.latents().front(); }

double curvature(const Model& model, const Composite& parts, const char* algorithm) {
  double sum = 0;
  for (const int i : parts.smooth) {
    const auto& f = model.factors()[static_cast<std::size_t>(i)];
    const std::string who =
        cat(algorithm, " cannot choose a step for factor '", f.name, "' of type ", f.spec.type->name());
    const double own = f.spec.type->curvature(f);
    if (!(own > 0))
      throw ScheduleError(
          cat(who, ", whose curvature is not known"), f.where,
          "give the initial step as an option of the algorithm, or use SquaredError or Huber");
    sum += own * operators::LinearMap(model, f.spec.args.back(), 0, who, f.where).squared_norm();
  }
  if (!std::isfinite(sum))
    throw ScheduleError(cat(algorithm, " cannot choose a step: the norm of a linear map is not finite"),
                        latent_of(model).where, "give the parameters smaller initial values");
  const auto& first = model.factors()[static_cast<std::size_t>(parts.smooth.front())];
  if (!(sum > 0))
    throw ScheduleError(cat("the linear map of factor '", first.name, "', '",
                            first.spec.args.back().node().text, "', is zero"),
                        first.where, "give its parameters initial values");
  return 1.001 * sum;
}

Value smooth_energy(StepContext& c, const Composite& parts) {
  ir::Builder& b = c.builder();
  Value sum;
  for (const int declaration : parts.smooth) {
    const FactorGroup g = c.group(declaration);
    const Value e = g.declaration->spec.type->energy(b, g);
    sum = sum ? b.add(sum, e) : e;
  }
  return sum;
}

Value smooth_gradient(StepContext& c, const Composite& parts, Value x) {
  c.set_latent(0, x);
  ir::Builder& b = c.builder();
  const Value energy = smooth_energy(c, parts);
  const Value slope = ir::gradient(b, energy, b.constant(1), {x})[0];
  if (!slope)
    throw ScheduleError(cat("no smooth factor depends on latent '", latent_of(c.model()).name, "'"),
                        latent_of(c.model()).where, "join the latent to data, with SquaredError{b, A * x}");
  return slope;
}

}  // namespace unfurl::algorithms
