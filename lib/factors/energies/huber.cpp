// Huber's loss: half the squared error near zero, and linear beyond.
#include "factors/factors.hpp"

namespace unfurl {

namespace {

using ir::Builder;
using ir::Value;

/// Arguments: delta, target and approximation.
class HuberType final : public FactorType {
 public:
  std::string name() const override { return "Huber"; }
  Serves serves() const override { return Serves::energy; }
  void check(const Model::FactorDeclaration& f) const override {
    factors::check_fit(f, false);
    factors::check_arguments(f);
  }
  std::string objection(const Model::FactorDeclaration& f,
                        const std::vector<std::vector<double>>& values) const override {
    return factors::negative_weight(f, values, 0);
  }
  /// Of a residual r = c + s, with c its part within delta: c^2 / 2 + delta |s|.
  Value energy(Builder& b, const FactorGroup& g) const override {
    const Value r = b.sub(g.args[2], g.args[1]), s = b.soft_threshold(r, g.args[0]);
    const Value each = b.add(b.scale(b.square(b.sub(r, s)), 0.5), b.mul(g.args[0], b.abs(s)));
    return b.sum_to(each, {1, 1, true});
  }
  double curvature(const Model::FactorDeclaration&) const override { return 1; }
  /// Beyond delta the slope is one number, whose other half is 0.
  bool splits() const override { return false; }
};

const HuberType huber_type;

}  // namespace

Huber::operator FactorSpec() const { return {&huber_type, {delta, target, approximation}, {}}; }

}  // namespace unfurl
