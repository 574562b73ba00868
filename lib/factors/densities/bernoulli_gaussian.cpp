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
    factors::check_penalised(f);
    if (f.spec.args[2].type().domain != Domain::real)
      throw ModelError(cat("factor '", f.name, "' of type BernoulliGaussian has entries '",
                           f.spec.args[2].node().text, "' that cannot be negative"),
                       f.where, "declare the latent real");
  }
  std::string objection(const Model::FactorDeclaration&,
                        const std::vector<std::vector<double>>& values) const override {
    for (const double density : values[0])
      if (!(density > 0 && density < 1)) return cat("the density ", density, ", not between 0 and 1");
    for (const double variance : values[1])
      if (!(variance > 0)) return cat("the variance ", variance, ", not above 0");
    return "";
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
