#include "factors/factors.hpp"
#include "unfurl/at.hpp"

namespace unfurl {

namespace {

using detail::cat;

class PottsType : public FactorType {
 public:
  std::string name() const override { return "Potts"; }
  Serves serves() const override { return Serves::table; }
  void check(const Model::FactorDeclaration& f) const override {
    factors::check_scope(f, 2, 0);
    factors::check_argument(f, 0, {1});
    const auto& g = f.edges.groups;
    if (g[0].states != g[1].states)
      throw ModelError(cat("factor '", f.name, "' joins '", g[0].name, "' with ", g[0].states,
                           " states and '", g[1].name, "' with ", g[1].states, "; Potts needs equally many"),
                       f.where, "use Table");
  }
  ir::Value log_table(ir::Builder& b, const FactorGroup& g) const override {
    const int s = g.declaration->edges.groups[0].states;
    std::vector<double> equal(at(s * s), 0);
    for (int i = 0; i < s; ++i) equal[at(i * s + i)] = 1;
    return b.mul(b.constant(equal, {s * s, 1, false, Domain::nonneg}), g.args[0]);
  }
  /// log( sum_{t != s} e^{m(t)} + e^{J + m(s)} ): linear in the number of states, no table.
  std::vector<ir::Value> messages(ir::Builder& b, const FactorGroup& g,
                                  const std::vector<ir::Value>& in) const override {
    if (g.declaration->edges.groups[0].states == 2 || g.semiring == Semiring::max)
      return FactorType::messages(b, g, in);
    const ir::Value coupling = g.raise(b, g.args[0]);
    return {b.potts_message(coupling, in[1]), b.potts_message(coupling, in[0])};
  }
  ir::Value log_partition(ir::Builder& b, const FactorGroup& g,
                          const std::vector<ir::Value>& in) const override {
    if (g.declaration->edges.groups[0].states == 2 || g.semiring == Semiring::max)
      return FactorType::log_partition(b, g, in);
    return b.log_sum_exp_planes(b.add(in[0], messages(b, g, in)[0]));
  }
  ir::Value expectation(ir::Builder& b, const FactorGroup& g,
                        const std::vector<ir::Value>& q) const override {
    if (g.declaration->edges.groups[0].states == 2) return FactorType::expectation(b, g, q);
    const ir::Value both = b.mul(q[0], q[1]);
    const ir::Type t = b.type(both);
    return b.mul(g.args[0], b.sum_to(both, {1, t.rows, t.lanes}));
  }
  std::vector<Expected> mean_field(ir::Builder& b, const FactorGroup& g,
                                   const std::vector<ir::Value>& q) const override {
    if (g.declaration->edges.groups[0].states == 2) return FactorType::mean_field(b, g, q);
    return {{b.mul(g.args[0], q[1])}, {b.mul(g.args[0], q[0])}};
  }
};

}  // namespace

const FactorType& factors::potts() {
  static const PottsType type;
  return type;
}

Potts::operator FactorSpec() const { return {&factors::potts(), {J}, {}}; }

}  // namespace unfurl
