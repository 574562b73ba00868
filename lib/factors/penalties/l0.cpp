// The number of entries that are not zero, and its hard threshold.
#include "factors/penalties/penalty.hpp"

namespace unfurl {

namespace {

using ir::Builder;
using ir::Value;

/// Arguments: weight and x.
class L0Type final : public factors::PenaltyType {
 public:
  std::string name() const override { return "L0"; }
  Serves serves() const override { return Serves::energy | Serves::proximal | Serves::separable; }
  Value energy(Builder& b, const FactorGroup& g) const override {
    return b.sum_to(b.mul(g.args[0], b.greater(b.abs(g.args[1]), 0)), {1, 1, true});
  }
  Value proximal(Builder& b, const FactorGroup& g, Value z, Value step, Domain domain) const override {
    if (domain == Domain::nonneg) z = b.relu(z);
    const Value least = b.scale(b.mul(step, g.args[0]), 2);
    return b.where(z, b.greater(b.sub(b.square(z), least), 0));
  }
};

const L0Type l0_type;

}  // namespace

L0::operator FactorSpec() const { return {&l0_type, {weight, x}, {}}; }

}  // namespace unfurl
