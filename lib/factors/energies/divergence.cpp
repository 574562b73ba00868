// Objectives over latents: beta divergences and squared error. The terms are written so that each is monotone in the
// approximation: their split gradients are then the two halves of the classical multiplicative updates.
#include <algorithm>
#include <cmath>

#include "factors/factors.hpp"
#include "model/expr.hpp"
#include "program/composed/relative_floor.hpp"

namespace unfurl {

namespace {

using detail::cat;
using ir::Builder;
using ir::Value;

/// Sum over the entries of each sample.
Value per_sample(Builder& b, Value v) { return b.sum_to(v, {1, 1, true}); }

/// Arguments: target and approximation, after beta where that is a formula.
class BetaDivergenceType : public FactorType {
 public:
  std::string name() const override { return "BetaDivergence"; }
  Serves serves() const override { return Serves::energy; }
  void check(const Model::FactorDeclaration& f) const override {
    factors::check_fit(f, true);
    if (f.spec.args.size() > 2)
      check_beta(f, f.spec.args[0]);
    else if (!std::isfinite(f.spec.numbers[0]))
      throw ModelError(cat("factor '", f.name, "' has beta ", f.spec.numbers[0]), f.where,
                       "a finite number, such as 0, 1 or 2");
  }
  /// Up to terms without the approximation.
  Value energy(Builder& b, const FactorGroup& g) const override {
    const Value v = *(g.args.end() - 2), l = b.add(g.args.back(), ir::relative_floor(b, v));
    if (g.args.size() > 2) {  // with slopes l^(beta-1) and v l^(beta-2), for every beta
      const Value lower = b.sub(g.args[0], b.constant(1));
      return per_sample(b, b.sub(b.box_cox(l, g.args[0]), b.mul(v, b.box_cox(l, lower))));
    }
    const double beta = g.declaration->spec.numbers[0];
    if (beta == 1) return per_sample(b, b.sub(l, b.mul(v, b.log(l))));
    if (beta == 0) return per_sample(b, b.add(b.div(v, l), b.log(l)));
    const Value up = b.scale(b.pow(l, beta), 1 / std::abs(beta));  // rises: d/dl = l^(beta-1)
    const Value cross = b.scale(b.mul(v, b.pow(l, beta - 1)), 1 / std::abs(beta - 1));
    const Value rising = beta > 0 ? up : b.neg(up);
    return per_sample(b, beta > 1 ? b.sub(rising, cross) : b.add(rising, cross));
  }

 private:
  static void check_beta(const Model::FactorDeclaration& f, const Expr& beta) {
    if (beta.type().size() != 1)
      throw ModelError(cat("beta '", beta.node().text, "' of factor '", f.name, "' has shape ",
                           to_string(beta.type()), "; all entries share one"),
                       f.where, "declare it as a scalar, m.param(\"beta\", 1.0)");
    if (depends_on_latent(beta))
      throw ModelError(cat("beta '", beta.node().text, "' of factor '", f.name, "' depends on a latent"),
                       f.where, "a parameter, or a formula over parameters and data");
  }
};

class SquaredErrorType : public FactorType {
 public:
  std::string name() const override { return "SquaredError"; }
  Serves serves() const override { return Serves::energy | Serves::least_squares; }
  void check(const Model::FactorDeclaration& f) const override { factors::check_fit(f, false); }
  Value energy(Builder& b, const FactorGroup& g) const override {
    return per_sample(b, b.scale(b.squared_difference(g.args[1], g.args[0]), 0.5));
  }
  double curvature(const Model::FactorDeclaration&) const override { return 1; }
};

}  // namespace

const FactorType& factors::beta_divergence() {
  static const BetaDivergenceType type;
  return type;
}
const FactorType& factors::squared_error() {
  static const SquaredErrorType type;
  return type;
}
BetaDivergence::Beta::Beta(double n) : number(n) {}
BetaDivergence::Beta::Beta(Expr f) {
  (void)f.type();  // refuses an empty one
  if (f.node().kind == Expr::Node::Kind::number)
    number = f.node().number;
  else
    formula = std::move(f);
}
BetaDivergence::operator FactorSpec() const {
  if (beta.formula) return {&factors::beta_divergence(), {beta.formula, target, approximation}, {}};
  return {&factors::beta_divergence(), {target, approximation}, {beta.number}};
}
KL::operator FactorSpec() const { return BetaDivergence{1, target, approximation}; }
SquaredError::operator FactorSpec() const { return {&factors::squared_error(), {target, approximation}, {}}; }

}  // namespace unfurl
