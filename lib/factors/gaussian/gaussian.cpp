#include "factors/factors.hpp"

namespace unfurl {

namespace {

class GaussianType : public FactorType {
 public:
  std::string name() const override { return "Gaussian"; }
  Serves serves() const override { return Serves::quadratic; }
  bool joins_real() const override { return true; }
  void check(const Model::FactorDeclaration& f) const override {
    factors::check_scope(f, 1, 0);
    factors::check_argument(f, 0, {1});
    factors::check_argument(f, 1, {1});
  }
  Quadratic quadratic(ir::Builder& b, const FactorGroup& g) const override {
    return {{g.args[0]}, {b.mul(g.args[0], g.args[1])}};
  }
};

}  // namespace

const FactorType& factors::gaussian() {
  static const GaussianType type;
  return type;
}

Gaussian::operator FactorSpec() const { return {&factors::gaussian(), {precision, mean}, {}}; }

}  // namespace unfurl
