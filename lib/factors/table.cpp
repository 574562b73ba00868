#include "factors/factors.hpp"

namespace unfurl {

namespace {

using detail::cat;

class TableType : public FactorType {
 public:
  std::string name() const override { return "Table"; }
  void check(const Model::FactorDeclaration& f) const override {
    if (f.edges.arity() < 1)
      throw ModelError(cat("factor '", f.name, "' of type Table joins no variables"), f.where,
                       "give it an edge set, like each(x) or tuples(groups, scopes)");
    factors::check_argument(f, 0, {f.edges.table_size()});
  }
  ir::Value log_table(ir::Builder&, const FactorGroup& g) const override { return g.args[0]; }
};

}  // namespace

const FactorType& factors::table() {
  static const TableType type;
  return type;
}

Table::operator FactorSpec() const { return {&factors::table(), {log_potential}, {}}; }

}  // namespace unfurl
