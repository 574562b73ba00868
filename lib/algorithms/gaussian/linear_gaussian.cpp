#include "algorithms/gaussian/linear_gaussian.hpp"

#include "algorithms/discrete.hpp"
#include "model/expr.hpp"
#include "operators/derived.hpp"
#include "unfurl/extend/gradient.hpp"
#include "unfurl/linear_gaussian.hpp"

namespace unfurl::algorithms {

using detail::cat;

namespace {

/// Whether a formula is linear in all latents together: in none is its gradient a matter of any.
bool is_jointly_linear(const Model& model, const Expr& formula) {
  if (!depends_on_latent(formula)) return false;
  const auto named = [](const Expr::Node& n, std::size_t g) {
    return n.kind == Expr::Node::Kind::latent && n.declaration == static_cast<int>(g);
  };
  ir::Graph graph;
  ir::Builder b(graph);
  std::vector<ir::Value> latents(model.latents().size());
  const ir::Value image = lower(b, formula, [&](const Expr::Node& n) {
    if (n.kind == Expr::Node::Kind::param) return b.param(n.text, n.type);
    const ir::Value leaf = b.input(n.text, n.type);
    if (n.kind == Expr::Node::Kind::latent) latents[static_cast<std::size_t>(n.declaration)] = leaf;
    return leaf;
  });
  for (std::size_t g = 0; g < latents.size(); ++g) {
    if (!latents[g]) continue;
    if (!operators::is_linear(formula, [&](const Expr::Node& n) { return named(n, g); })) return false;
    const ir::Value seed = b.input("\nseed", b.type(image).with(Domain::real));
    const ir::Graph back = operators::program_of(graph, ir::gradient(b, image, seed, {latents[g]})[0]);
    for (const auto& other : model.latents())
      if (operators::reads_input(back, other.name)) return false;
  }
  return true;
}

}  // namespace

Observations observations(const Model& model, const char* algorithm) {
  check_continuous(model, algorithm);
  static const FactorType* const linear_gaussian = FactorSpec(LinearGaussian{1, 0, 0}).type;
  Observations found;
  found.prior.assign(model.latents().size(), -1);
  for (std::size_t i = 0; i < model.factors().size(); ++i) {
    const auto& f = model.factors()[i];
    const std::string who =
        cat(algorithm, " cannot serve factor '", f.name, "' of type ", f.spec.type->name());
    if (f.spec.type == linear_gaussian) {
      if (!is_jointly_linear(model, f.spec.args[2]))
        throw ScheduleError(cat(who, ": '", f.spec.args[2].node().text, "' is not linear in its latents"),
                            f.where, "write it as A * x + B * d, with operators that may depend on data");
      found.factors.push_back(static_cast<int>(i));
    } else if (dynamic_cast<const PriorType*>(f.spec.type)) {
      int& prior = found.prior[static_cast<std::size_t>(f.spec.args.back().node().declaration)];
      if (prior >= 0)
        throw ScheduleError(cat(who, " beside '", declaration(model, prior).name, "'"), f.where,
                            "one prior for each latent");
      prior = static_cast<int>(i);
    } else {
      throw ScheduleError(who, f.where, "use LinearGaussian, and a prior such as GaussianPrior or OneOf");
    }
  }
  for (std::size_t g = 0; g < found.prior.size(); ++g)
    if (found.prior[g] < 0)
      throw ScheduleError(cat(algorithm, " needs a prior of latent '", model.latents()[g].name, "'"),
                          model.latents()[g].where, "m.factor(\"prior\", GaussianPrior{1, x})");
  if (found.factors.empty())
    throw ScheduleError(cat(algorithm, " needs an observation"), model.latents()[0].where,
                        "m.factor(\"fit\", LinearGaussian{variance, y, A * x})");
  return found;
}

void clear_latents(StepContext& c) {
  for (std::size_t g = 0; g < c.model().latents().size(); ++g)
    c.set_latent(static_cast<int>(g), c.builder().zeros({1, c.model().latents()[g].type.rows, false}));
}

void put_moments(ir::Builder& b, Readouts& results, const Model::LatentDeclaration& latent,
                 const Moments& m) {
  const auto fill = [&](ir::Value v, int planes) { return b.broadcast(v, {planes, latent.type.rows, true}); };
  results[latent.name] = fill(m.mean, 1);
  results[latent.name + ".variance"] = fill(m.variance, 1);
  if (m.logit) results[latent.name + ".logit"] = fill(m.logit, b.type(m.logit).planes);
}

}  // namespace unfurl::algorithms
