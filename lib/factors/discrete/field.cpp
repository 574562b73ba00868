#include "factors/factors.hpp"

namespace unfurl {

namespace {

class FieldType : public FactorType {
 public:
  std::string name() const override { return "Field"; }
  Serves serves() const override { return Serves::table; }
  void check(const Model::FactorDeclaration& f) const override {
    factors::check_scope(f, 1, 0);
    const int states = f.edges.groups[0].states;
    if (states == 2)
      factors::check_argument(f, 0, {1, 2});
    else
      factors::check_argument(f, 0, {states});
  }
  /// One plane h on spins is the table (-h, h).
  ir::Value log_table(ir::Builder& b, const FactorGroup& group) const override {
    const ir::Value h = group.args[0];
    if (b.type(h).planes > 1) return h;
    return b.mul(b.constant({-1, 1}, {2, 1, false}), h);
  }
  std::vector<ir::Value> messages(ir::Builder& b, const FactorGroup& g,
                                  const std::vector<ir::Value>& in) const override {
    if (g.declaration->edges.groups[0].states == 2 && b.type(g.args[0]).planes == 1)
      return {g.raise(b, b.scale(g.args[0], 2))};
    return FactorType::messages(b, g, in);
  }
};

}  // namespace

const FactorType& factors::field() {
  static const FieldType type;
  return type;
}

Field::operator FactorSpec() const { return {&factors::field(), {h}, {}}; }

}  // namespace unfurl
