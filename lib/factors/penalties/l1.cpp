#include "factors/penalties/penalty.hpp"

namespace unfurl {

namespace {

using ir::Builder;
using ir::Value;

class L1Type : public factors::PenaltyType {
 public:
  std::string name() const override { return "L1"; }
  Serves serves() const override {
    return Serves::energy | Serves::proximal | Serves::separable | Serves::weighted_l1;
  }
  Value energy(Builder& b, const FactorGroup& g) const override {
    const Value x = b.type(g.args[1]).domain == Domain::nonneg ? g.args[1] : b.abs(g.args[1]);
    return b.sum_to(b.mul(g.args[0], x), {1, 1, true});
  }
  Value proximal(Builder& b, const FactorGroup& g, Value z, Value step, Domain domain) const override {
    const Value t = b.mul(step, g.args[0]);
    return domain == Domain::nonneg ? b.relu(b.sub(z, t)) : b.soft_threshold(z, t);
  }
};

}  // namespace

const FactorType& factors::l1() {
  static const L1Type type;
  return type;
}

L1::operator FactorSpec() const { return {&factors::l1(), {weight, x}, {}}; }

}  // namespace unfurl
