#include "factors/factors.hpp"

namespace unfurl {

namespace {

class IsingType : public FactorType {
 public:
  std::string name() const override { return "Ising"; }
  void check(const Model::FactorDeclaration& f) const override {
    factors::check_scope(f, 2, 2);
    factors::check_argument(f, 0, {1});
  }
  ir::Value log_table(ir::Builder& b, const FactorGroup& g) const override {
    return b.mul(b.constant({1, -1, -1, 1}, {4, 1, false}), g.args[0]);
  }
  std::vector<ir::Value> messages(ir::Builder& b, const FactorGroup& g,
                                  const std::vector<ir::Value>& in) const override {
    const ir::Value coupling = g.raise(b, g.args[0]);
    if (g.semiring == Semiring::max)
      return {b.ising_max_message(coupling, in[1]), b.ising_max_message(coupling, in[0])};
    return {b.ising_message(coupling, in[1]), b.ising_message(coupling, in[0])};
  }
  ir::Value expectation(ir::Builder& b, const FactorGroup& g,
                        const std::vector<ir::Value>& q) const override {
    const auto spin = [&](ir::Value one) { return b.sub(b.scale(one, 2), b.constant(1)); };
    return b.mul(g.args[0], b.mul(spin(q[0]), spin(q[1])));
  }
  /// Log-ratio 2 J E[s'] with E[s'] = 2 q - 1.
  std::vector<ir::Value> mean_field(ir::Builder& b, const FactorGroup& g,
                                    const std::vector<ir::Value>& q) const override {
    const auto expected = [&](ir::Value other) {
      return b.mul(b.scale(g.args[0], 2), b.sub(b.scale(other, 2), b.constant(1)));
    };
    return {expected(q[1]), expected(q[0])};
  }
};

}  // namespace

const FactorType& factors::ising() {
  static const IsingType type;
  return type;
}

Ising::operator FactorSpec() const { return {&factors::ising(), {J}, {}}; }

}  // namespace unfurl
