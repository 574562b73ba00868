// What algorithms on discrete variables share.
#pragma once

#include <cmath>
#include <optional>

#include "model/states.hpp"
#include "unfurl/extend/algorithm.hpp"

namespace unfurl::algorithms {

/// Probabilities from log-beliefs: of state 1 (one plane, log-ratio) or of every state.
inline ir::Value marginal(ir::Builder& b, ir::Value logit) {
  if (b.type(logit).planes == 1) return b.sigmoid(logit);
  return b.exp(b.normalize_planes(logit));
}

/// The same of every state, binary variables included.
inline ir::Value all_probabilities(ir::Builder& b, ir::Value logit) {
  return b.type(logit).planes == 1 ? both_probabilities(b, logit) : marginal(b, logit);
}

/// damping * previous + (1 - damping) * next, of probabilities or log-messages.
inline ir::Value damp(ir::Builder& b, ir::Value damping, ir::Value previous, ir::Value next) {
  return b.add(b.multiply_no_nan(previous, damping), b.multiply_no_nan(next, b.sub(b.constant(1), damping)));
}

/// Throws ScheduleError unless 0 <= damping < 1.
inline void check_damping(double damping, const char* algorithm) {
  if (!(damping >= 0 && damping < 1))
    throw ScheduleError(detail::cat(algorithm, " damping is ", damping), "", "0 <= damping < 1");
}

inline void check_temperature(const std::optional<double>& temperature, const char* algorithm) {
  if (temperature && !(*temperature > 0 && std::isfinite(*temperature)))
    throw ScheduleError(detail::cat(algorithm, " temperature is ", *temperature), "", "a positive number");
}

/// One row for each of `count` factors, where they all send the same.
inline ir::Value fill_rows(ir::Builder& b, ir::Value v, int count) {
  const ir::Type t = b.type(v);
  return b.broadcast(v, {t.planes, count, t.lanes, t.domain});
}

/// The parts one below the other; if any differs between samples, the whole does.
inline ir::Value join_rows(ir::Builder& b, std::vector<ir::Value> parts) {
  bool lanes = false;
  for (ir::Value v : parts) lanes = lanes || b.type(v).lanes;
  for (ir::Value& v : parts) {
    ir::Type t = b.type(v);
    t.lanes = lanes;
    v = b.broadcast(v, t);
  }
  return b.concat_rows(std::move(parts));
}

/// Throws ScheduleError unless the factor's type serves what the algorithm asks of it; `lacks` says what that is.
inline void need(const Model::FactorDeclaration& f, Serves needed, const char* algorithm, const char* lacks,
                 const char* mend) {
  if (!has(f.spec.type->serves(), needed))
    throw ScheduleError(detail::cat(algorithm, " cannot serve factor '", f.name, "' of type ",
                                    f.spec.type->name(), ", which has no ", lacks),
                        f.where, mend);
}

/// Throws ScheduleError when the model has no discrete variables, or has latents or factors over them.
inline void check_discrete(const Model& model, const char* algorithm) {
  for (const auto& f : model.factors())
    if (f.edges.arity() == 0 || f.spec.type->joins_real())
      throw ScheduleError(
          detail::cat(algorithm, " cannot serve factor '", f.name, "' of type ", f.spec.type->name()),
          f.where,
          f.edges.arity() == 0
              ? "it infers discrete variables; for latents use MultiplicativeUpdate or ProximalGradient"
              : "it infers discrete variables; for real ones use GaussianBeliefPropagation");
  if (model.discretes().empty())
    throw ScheduleError(
        detail::cat("model '", model.name(), "' has no discrete variables, which ", algorithm, " infers"), "",
        "declare some with m.discrete(...)");
  for (const auto& latent : model.latents())
    throw ScheduleError(detail::cat(algorithm, " cannot infer latent '", latent.name, "'"), latent.where,
                        "it infers discrete variables only");
  for (const auto& x : model.continuous())
    throw ScheduleError(detail::cat(algorithm, " cannot infer real variable '", x.variable.name, "'"),
                        x.where, "it infers discrete variables only");
}

/// Throws ScheduleError when the model has no latents, or has discrete variables or factors over them.
inline void check_continuous(const Model& model, const char* algorithm) {
  for (const auto& f : model.factors())
    if (f.edges.arity() > 0)
      throw ScheduleError(
          detail::cat(algorithm, " cannot serve factor '", f.name, "' of type ", f.spec.type->name()),
          f.where,
          f.spec.type->joins_real()
              ? "it infers latents; for real variables use GaussianBeliefPropagation"
              : "it infers latents; for discrete variables use MeanField or SumProduct");
  if (model.latents().empty())
    throw ScheduleError(
        detail::cat("model '", model.name(), "' has no latents, which ", algorithm, " infers"), "",
        "declare some with m.latent(...)");
  for (const auto& x : model.discretes())
    throw ScheduleError(detail::cat(algorithm, " cannot infer discrete variable '", x.variable.name, "'"),
                        x.where, "it infers latents only");
  for (const auto& x : model.continuous())
    throw ScheduleError(detail::cat(algorithm, " cannot infer real variable '", x.variable.name, "'"),
                        x.where, "it infers latents only; use GaussianBeliefPropagation");
}

}  // namespace unfurl::algorithms
