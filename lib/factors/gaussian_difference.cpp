#include "factors/factors.hpp"

namespace unfurl {

namespace {

class GaussianDifferenceType : public FactorType {
 public:
  std::string name() const override { return "GaussianDifference"; }
  bool joins_real() const override { return true; }
  void check(const Model::FactorDeclaration& f) const override {
    factors::check_scope(f, 2, 0);
    factors::check_argument(f, 0, {1});
  }
  Quadratic quadratic(ir::Builder& b, const FactorGroup& g) const override {
    const ir::Value none = b.constant(0);
    return {{g.args[0], g.args[0]}, {none, none}, b.neg(g.args[0])};
  }
};

}  // namespace

const FactorType& factors::gaussian_difference() {
  static const GaussianDifferenceType type;
  return type;
}

GaussianDifference::operator FactorSpec() const { return {&factors::gaussian_difference(), {weight}, {}}; }

}  // namespace unfurl
