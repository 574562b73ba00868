#include "algorithms/sparse/message_passing.hpp"

#include "algorithms/discrete.hpp"
#include "core/floors.hpp"

namespace unfurl::algorithms {

using detail::cat;
using ir::Builder;
using ir::Value;

Denoising denoising(const Model& model, const char* algorithm, bool proximal) {
  check_continuous(model, algorithm);
  if (model.latents().size() != 1)
    throw ScheduleError(
        cat(algorithm, " needs one latent, and model '", model.name(), "' has ", model.latents().size()),
        model.latents()[1].where, "put them into one");
  std::vector<int> fits, factors;
  for (std::size_t i = 0; i < model.factors().size(); ++i) {
    const Serves serves = model.factors()[i].spec.type->serves();
    (has(serves, Serves::proximal) || has(serves, Serves::posterior_mean) ? factors : fits)
        .push_back(static_cast<int>(i));
  }
  const auto& latent = model.latents().front();
  if (fits.empty() || factors.size() != 1)
    throw ScheduleError(cat(algorithm, " needs a SquaredError{b, A * x} and one factor of '", latent.name,
                            "', and model '", model.name(), "' has ", fits.size(), " and ", factors.size()),
                        latent.where, "for example BernoulliGaussian{density, variance, x}");
  const auto& f = declaration(model, factors[0]);
  const Serves serves = f.spec.type->serves();
  const bool mean = has(serves, Serves::posterior_mean);
  if (!has(serves, Serves::separable) || !(mean || proximal) ||
      f.spec.args.back().node().kind != Expr::Node::Kind::latent)
    throw ScheduleError(
        cat(algorithm, " cannot serve factor '", f.name, "' of type ", f.spec.type->name(), " of '",
            f.spec.args.back().node().text, "'"),
        f.where,
        proximal ? "it takes a factor of the latent itself that treats entries alone, such as L1 or "
                   "BernoulliGaussian"
                 : "it takes a prior of the latent itself with a posterior mean, such as BernoulliGaussian");
  return {LinearFit(model, fits, algorithm), factors[0], mean};
}

Value variance_above_rounding(Builder& b, Value variance, Value of_data) {
  const Value least = b.add(b.scale(of_data, floors::share * floors::share), b.constant(floors::smallest));
  return b.add(least, b.relu(b.sub(variance, least)));
}

}  // namespace unfurl::algorithms
