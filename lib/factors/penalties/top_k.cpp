// At most so many entries that are not zero: the constraint of iterative hard thresholding [Blumensath08].
#include "factors/penalties/penalty.hpp"

namespace unfurl {

namespace {

using ir::Builder;
using ir::Value;

/// Arguments: count and x.
class TopKType final : public factors::PenaltyType {
 public:
  std::string name() const override { return "TopK"; }
  Serves serves() const override { return Serves::proximal; }
  void check(const Model::FactorDeclaration& f) const override {
    PenaltyType::check(f);
    if (f.spec.args[0].type().size() != 1 || f.spec.args[1].type().planes != 1)
      throw ModelError(
          detail::cat("factor '", f.name, "' of type TopK has the count '", f.spec.args[0].node().text,
                      "' of shape ", to_string(f.spec.args[0].type()), " for '", f.spec.args[1].node().text,
                      "' of shape ", to_string(f.spec.args[1].type())),
          f.where, "one number for a vector");
  }
  Value proximal(Builder& b, const FactorGroup& g, Value z, Value, Domain domain) const override {
    if (domain == Domain::nonneg) z = b.relu(z);
    return b.where(z, b.top_k(b.abs(z), g.args[0], true));
  }
};

const TopKType top_k_type;

}  // namespace

TopK::operator FactorSpec() const { return {&top_k_type, {count, x}, {}}; }

}  // namespace unfurl
