// A factor of our own between two binary variables: the first one being 1 makes the second one likely.
#include <unfurl/extend/factor.hpp>
#include <unfurl/schedule.hpp>

#include <cstdio>

using namespace unfurl;

class Implies final : public FactorType {
  std::string name() const override { return "Implies"; }
  Serves serves() const override { return Serves::table; }  // messages and all follow from log_table
  void check(const Model::FactorDeclaration& f) const override {
    if (f.edges.arity() == 2 && f.edges.table_size(f.where) == 4) return;
    throw ModelError(f.describe() + " joins no two binary variables", f.where, "use chain(x), say");
  }
  ir::Value log_table(ir::Builder& b, const FactorGroup& g) const override {
    return b.neg(b.mul(b.constant({0, 0, 1, 0}, {4, 1}), g.args[0]));  // states 00, 01, 10, 11
  }
};

int main() {
  static const Implies implies;
  Model m("dominoes");
  const auto x = m.discrete("falls", {4}, 2);
  m.evidence("known", x);
  m.factor("then", chain(x), FactorSpec{&implies, {m.param("weight", 3.0)}, {}});
  const auto push = Dataset().add("known", 1, 4, {1, missing, missing, missing});
  for (const float p : unroll(m, SumProduct{}, 3).compile().run(push, {"falls"})["falls"].values)
    std::printf("%.2f\n", p);
}
