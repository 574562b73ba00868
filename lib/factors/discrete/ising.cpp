#include "factors/factors.hpp"

namespace unfurl {

namespace {

class IsingType : public FactorType {
 public:
  std::string name() const override { return "Ising"; }
  Serves serves() const override { return Serves::table; }
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
    return b.mul(g.args[0], b.mul(spin(b, q[0]), spin(b, q[1])));
  }
  /// Log-ratio 2 J E[s'] with E[s'] = q(1) - q(0).
  std::vector<Expected> mean_field(ir::Builder& b, const FactorGroup& g,
                                   const std::vector<ir::Value>& q) const override {
    const auto expected = [&](ir::Value other) {
      return Expected{b.mul(b.scale(g.args[0], 2), spin(b, other))};
    };
    return {expected(q[1]), expected(q[0])};
  }

 private:
  static ir::Value spin(ir::Builder& b, ir::Value q) { return b.sub(b.plane(q, 1), b.plane(q, 0)); }
};

}  // namespace

const FactorType& factors::ising() {
  static const IsingType type;
  return type;
}

Ising::operator FactorSpec() const { return {&factors::ising(), {J}, {}}; }

}  // namespace unfurl
