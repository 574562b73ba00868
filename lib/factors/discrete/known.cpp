// Evidence of states: what is known rules out the other states, what is missing says nothing.
#include <memory>

#include "factors/factors.hpp"
#include "program/composed/known.hpp"

namespace unfurl {

namespace {

class KnownType : public FactorType {
 public:
  std::string name() const override { return "Known"; }
  Serves serves() const override { return Serves::table; }
  void check(const Model::FactorDeclaration& f) const override {
    factors::check_scope(f, 1, 0);
    factors::check_argument(f, 0, {1});
  }
  ir::Value log_table(ir::Builder& b, const FactorGroup& g) const override {
    const ir::Value known = ir::is_known(b, g.args[0]), state = b.where(g.args[0], known);
    return b.where(b.log(b.one_hot(state, g.declaration->edges.groups[0].states)), known);
  }
};

}  // namespace

const FactorType& factors::known() {
  static const KnownType type;
  return type;
}

// Here, since a model knows no type of factor.
void Model::evidence(const std::string& name, const Discrete& x, Where where) {
  FactorDeclaration f{detail::cat(name, ".known"), each(x), {&factors::known(), {}, {}}, where};
  own(f.edges, f.name, where);
  const ir::Type type{1, x.size(), true, Domain::index, x.states};
  auto states = std::make_shared<Expr::Node>();
  states->kind = Expr::Node::Kind::observed;
  states->text = name;
  states->type = type;
  states->declaration = static_cast<int>(observed_.size());
  states->model = identity_.get();
  states->dims = x.dims;
  f.spec.args = {Expr(std::move(states))};
  check(f);
  claim(name, where);
  observed_.push_back({name, type, where, true});
  factors_.push_back(std::move(f));
}

}  // namespace unfurl
