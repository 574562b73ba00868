// Observations with normal noise.
#include "unfurl/linear_gaussian.hpp"
#include "factors/factors.hpp"
#include "model/expr.hpp"

namespace unfurl {

namespace {

using detail::cat;

/// Arguments: variance, target and approximation.
class LinearGaussianType final : public FactorType {
 public:
  std::string name() const override { return "LinearGaussian"; }
  Serves serves() const override { return Serves::energy; }
  void check(const Model::FactorDeclaration& f) const override {
    factors::check_fit(f, false);
    const ir::Type t = f.spec.args[0].type();
    if (t.size() != 1 || depends_on_latent(f.spec.args[0]))
      throw ModelError(cat("factor '", f.name, "' of type LinearGaussian has the variance '",
                           f.spec.args[0].node().text, "' of shape ", to_string(t)),
                       f.where, "one number, of parameters and data");
  }
  std::string objection(const Model::FactorDeclaration& f,
                        const std::vector<std::vector<double>>& values) const override {
    for (const double v : values[0])
      if (!(v > 0)) return cat("a variance that is not positive: '", f.spec.args[0].node().text, "' is ", v);
    return "";
  }
  ir::Value energy(ir::Builder& b, const FactorGroup& g) const override {
    const ir::Value square = b.sum_to(b.squared_difference(g.args[1], g.args[2]), {1, 1, true});
    return b.div(b.scale(square, 0.5), g.args[0]);
  }
};

const LinearGaussianType linear_gaussian_type;

}  // namespace

LinearGaussian::operator FactorSpec() const {
  return {&linear_gaussian_type, {variance, target, approximation}, {}};
}

}  // namespace unfurl
