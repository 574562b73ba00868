// The prior of sparse normal numbers, and the mean of what is left of it by normal noise.
#include "factors/factors.hpp"

namespace unfurl {

namespace {

using detail::cat;
using ir::Builder;
using ir::Value;

/// Arguments: density, variance and x.
class BernoulliGaussianType final : public FactorType {
 public:
  std::string name() const override { return "BernoulliGaussian"; }
  Serves serves() const override { return Serves::posterior_mean | Serves::separable; }
  void check(const Model::FactorDeclaration& f) const override {
    factors::check_penalty(f);
    const auto number = [&](std::size_t arg) {
      const Expr::Node& n = f.spec.args[arg].node();
      return n.kind == Expr::Node::Kind::number ? n.number : 0.5;
    };
    if (number(0) <= 0 || number(0) >= 1 || number(1) <= 0 || f.spec.args[2].type().domain != Domain::real)
      throw ModelError(cat("factor '", f.name, "' of type BernoulliGaussian has density ", number(0),
                           " and variance ", number(1), ", or entries that cannot be negative"),
                       f.where, "a density between 0 and 1, a positive variance, and a real latent");
  }
  /// gain z, times the probability that the entry is not zero; gain = variance / (variance + that of the noise).
  Value posterior_mean(Builder& b, const FactorGroup& g, Value z, Value noise) const override {
    const Value density = g.args[0], variance = g.args[1];
    const Value total = b.add(variance, noise), gain = b.div(variance, total);
    const Value prior = b.sub(b.log(density), b.log(b.one_minus(density)));
    const Value narrower = b.scale(b.sub(b.log(noise), b.log(total)), 0.5);
    const Value fit = b.scale(b.mul(b.square(z), b.div(gain, noise)), 0.5);
    return b.mul(b.sigmoid(b.add(b.add(prior, narrower), fit)), b.mul(gain, z));
  }
};

const BernoulliGaussianType type;

}  // namespace

BernoulliGaussian::operator FactorSpec() const { return {&type, {density, variance, x}, {}}; }

}  // namespace unfurl
