#include "factors/factors.hpp"

namespace unfurl {

namespace {

class GaussianCouplingType : public FactorType {
 public:
  std::string name() const override { return "GaussianCoupling"; }
  Serves serves() const override { return Serves::quadratic | Serves::gaussian_messages; }
  bool joins_real() const override { return true; }
  void check(const Model::FactorDeclaration& f) const override {
    factors::check_scope(f, 2, 0);
    factors::check_argument(f, 0, {1});
  }
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
