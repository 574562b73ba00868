// The nuclear norm of small matrices: the sum of their singular values, which its proximal map shrinks [Cai10].
#include "factors/penalties/penalty.hpp"
#include "model/expr.hpp"

namespace unfurl {

namespace {

using detail::cat;
using ir::Builder;
using ir::Value;

int columns_of(const FactorGroup& g) { return g.declaration->spec.args.back().node().dims[1]; }

/// Arguments: weight and x.
class NuclearNormType final : public factors::PenaltyType {
 public:
  std::string name() const override { return "NuclearNorm"; }
  Serves serves() const override { return Serves::energy | Serves::proximal; }
  void check(const Model::FactorDeclaration& f) const override {
    PenaltyType::check(f);
    const Expr &weight = f.spec.args[0], &x = f.spec.args[1];
    if (x.type().planes != 1 || x.node().dims.size() != 2 || weight.type().size() != 1 ||
        x.type().domain != Domain::real)
      throw ModelError(cat("factor '", f.name, "' of type NuclearNorm is given '", x.node().text,
                           "' of shape ", to_string(x.type()), " and the weight '", weight.node().text,
                           "' of shape ", to_string(weight.type())),
                       f.where, "an array of {rows, columns} whose entries may be negative, and one weight");
  }
  Value energy(Builder& b, const FactorGroup& g) const override {
    const Value x = g.args[1];
    return b.sum_to(b.mul(g.args[0], b.mul(b.polar_factor(x, columns_of(g)), x)), {1, 1, true});
  }
  Value proximal(Builder& b, const FactorGroup& g, Value z, Value step, Domain) const override {
    return b.shrink_singular_values(z, b.mul(step, g.args[0]), columns_of(g));
  }
};

const NuclearNormType nuclear_norm_type;

}  // namespace

NuclearNorm::operator FactorSpec() const { return {&nuclear_norm_type, {weight, x}, {}}; }

}  // namespace unfurl
