#include "few.hpp"

#include <unfurl/extend/factor.hpp>

namespace {

using namespace unfurl;

class FewType final : public FactorType {
 public:
  std::string name() const override { return "Few"; }
  Serves serves() const override { return Serves::proximal; }
  void check(const Model::FactorDeclaration& f) const override {
    if (f.spec.args[0].type().size() != 1)
      throw ModelError("factor '" + f.name + "' of type Few has a weight that is no scalar", f.where,
                       "declare it as one number");
  }
  ir::Value proximal(ir::Builder& b, const FactorGroup& g, ir::Value z, ir::Value step,
                     Domain domain) const override {
    const ir::Value least = b.sqrt(b.scale(b.mul(step, g.args[0]), 2));
    const ir::Value kept = b.where(z, b.greater(b.sub(b.abs(z), least), 0));
    return domain == Domain::nonneg ? b.relu(kept) : kept;
  }
};

}  // namespace

Few::operator unfurl::FactorSpec() const {
  static const FewType type;
  return {&type, {weight, x}, {}};
}
