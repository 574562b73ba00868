#include "factors/factors.hpp"
#include "model/states.hpp"

namespace unfurl {

namespace {

using detail::cat;

class TableType : public FactorType {
 public:
  std::string name() const override { return "Table"; }
  Serves serves() const override { return Serves::table; }
  void check(const Model::FactorDeclaration& f) const override {
    if (f.edges.arity() < 1)
      throw ModelError(cat("factor '", f.name, "' of type Table joins no variables"), f.where,
                       "give it an edge set, like each(x) or tuples(groups, scopes)");
    factors::check_argument(f, 0, {f.edges.table_size()});
    if (f.spec.args.size() > 1) factors::check_argument(f, 1, {1});
  }
  ir::Value log_table(ir::Builder& b, const FactorGroup& g) const override {
    return g.args.size() > 1 ? b.where(g.args[0], g.args[1]) : g.args[0];
  }
  /// An absent factor says nothing, whatever its table: so the table stays one for all samples.
  std::vector<ir::Value> messages(ir::Builder& b, const FactorGroup& g,
                                  const std::vector<ir::Value>& incoming) const override {
    FactorGroup there = g;
    there.args.resize(1);
    std::vector<ir::Value> out = FactorType::messages(b, there, incoming);
    for (ir::Value& m : out)
      if (g.args.size() > 1) m = b.where(m, g.args[1]);
    return out;
  }
  /// Where the factor is absent, its variables are independent.
  ir::Value log_partition(ir::Builder& b, const FactorGroup& g,
                          const std::vector<ir::Value>& incoming) const override {
    FactorGroup there = g;
    there.args.resize(1);
    const ir::Value joint = FactorType::log_partition(b, there, incoming);
    if (g.args.size() == 1) return joint;
    ir::Value apart;
    for (const ir::Value m : incoming) {
      const ir::Value states = b.type(m).planes == 1 ? both_states(b, m) : m;
      const ir::Value one = g.semiring == Semiring::max ? b.max_planes(states) : b.log_sum_exp_planes(states);
      apart = apart ? b.add(apart, one) : one;
    }
    return b.add(apart, b.where(b.sub(joint, apart), g.args[1]));
  }
};

}  // namespace

const FactorType& factors::table() {
  static const TableType type;
  return type;
}

Table::operator FactorSpec() const {
  FactorSpec spec{&factors::table(), {log_potential}, {}};
  if (present) spec.args.push_back(present);
  return spec;
}

}  // namespace unfurl
