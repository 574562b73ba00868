#include "implies.hpp"

#include <unfurl/extend/factor.hpp>

namespace {

using namespace unfurl;

class ImpliesType final : public FactorType {
 public:
  std::string name() const override { return "Implies"; }
  Serves serves() const override { return Serves::table; }
  void check(const Model::FactorDeclaration& f) const override {
    if (f.edges.arity() != 2 || f.edges.table_size(f.where) != 4)
      throw ModelError("factor '" + f.name + "' of type Implies joins no two binary variables", f.where,
                       "give it an edge set like chain(x)");
  }
  ir::Value log_table(ir::Builder& b, const FactorGroup& g) const override {
    return b.neg(b.mul(b.constant({0, 0, 1, 0}, {4, 1}), g.args[0]));  // states 00, 01, 10, 11
  }
};

}  // namespace

Implies::operator unfurl::FactorSpec() const {
  static const ImpliesType type;
  return {&type, {weight}, {}};
}
