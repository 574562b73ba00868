#include "factors/gaussian/gaussian_pair.hpp"

namespace unfurl {

namespace {

class GaussianDifferenceType final : public factors::GaussianPair {
 public:
  std::string name() const override { return "GaussianDifference"; }
  Quadratic quadratic(ir::Builder& b, const FactorGroup& g) const override {
    const ir::Value none = b.constant(0);
    return {{g.args[0], g.args[0]}, {none, none}, b.neg(g.args[0])};
  }
  /// w P / (w + P) and w H / (w + P): a stiff coupling passes on what it hears, in all digits.
  std::vector<ir::Value> gaussian_messages(ir::Builder& b, const FactorGroup& g,
                                           const std::vector<ir::Value>& in) const override {
    const auto message = [&](std::size_t from) {
      const ir::Value precision = b.plane(in[from], 0), potential = b.plane(in[from], 1);
      b.origin = factors::needs_precision(g, from);
      const ir::Value heard = b.parallel(g.args[0], precision);
      b.origin = g.declaration->describe();
      return two_planes(b, heard, b.mul(potential, b.ratio_mask(g.args[0], precision)));
    };
    return {message(1), message(0)};
  }
};

}  // namespace

const FactorType& factors::gaussian_difference() {
  static const GaussianDifferenceType type;
  return type;
}

GaussianDifference::operator FactorSpec() const { return {&factors::gaussian_difference(), {weight}, {}}; }

}  // namespace unfurl
