// Bounds, as a penalty that is 0 within them and infinite beyond.
#include "factors/factors.hpp"

namespace unfurl {

namespace {

using ir::Builder;
using ir::Value;

/// Arguments: low, high and x.
class BoxType final : public FactorType {
 public:
  std::string name() const override { return "Box"; }
  Serves serves() const override { return Serves::proximal | Serves::separable; }
  void check(const Model::FactorDeclaration& f) const override {
    factors::check_penalised(f);
    using Kind = Expr::Node::Kind;
    const Expr::Node &low = f.spec.args[0].node(), &high = f.spec.args[1].node();
    if (low.kind == Kind::number && high.kind == Kind::number && low.number > high.number)
      throw ModelError(
          detail::cat("factor '", f.name, "' of type Box has the bounds ", low.number, " and ", high.number),
          f.where, "the lower one first");
  }
  /// Numbers within the bounds stay as they are, to the last bit.
  Value proximal(Builder& b, const FactorGroup& g, Value z, Value, Domain domain) const override {
    const Value raised = b.add(z, b.relu(b.sub(g.args[0], z)));
    const Value inside = b.sub(raised, b.relu(b.sub(raised, g.args[1])));
    return domain == Domain::nonneg ? b.relu(inside) : inside;
  }
};

const BoxType type;

}  // namespace

Box::operator FactorSpec() const { return {&type, {low, high, x}, {}}; }

}  // namespace unfurl
