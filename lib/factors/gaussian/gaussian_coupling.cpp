#include "factors/gaussian/gaussian_pair.hpp"

namespace unfurl {

namespace {

class GaussianCouplingType final : public factors::GaussianPair {
 public:
  std::string name() const override { return "GaussianCoupling"; }
  Quadratic quadratic(ir::Builder& b, const FactorGroup& g) const override {
    const ir::Value none = b.constant(0);
    return {{none, none}, {none, none}, b.neg(g.args[0])};
  }
};

}  // namespace

const FactorType& factors::gaussian_coupling() {
  static const GaussianCouplingType type;
  return type;
}

GaussianCoupling::operator FactorSpec() const { return {&factors::gaussian_coupling(), {J}, {}}; }

}  // namespace unfurl
