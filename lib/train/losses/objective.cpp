// The objective of inference as a loss.
#include "model/expr.hpp"
#include "unfurl/extend/factor.hpp"
#include "unfurl/train.hpp"

namespace unfurl::loss {

using detail::cat;
using ir::Value;

namespace {

Value evaluate(LossContext& c, const Expr& formula) {
  using Kind = Expr::Node::Kind;
  return lower(c.builder, formula, [&](const Expr::Node& n) {
    if (n.kind == Kind::latent) return c.result(n.text);
    if (n.kind == Kind::param)
      return c.builder.constant(c.model->params()[static_cast<std::size_t>(n.declaration)].initial, n.type);
    if (n.kind != Kind::observed)
      throw ScheduleError(
          cat("the objective of model '", c.model->name(), "' looks at '", n.text, "' of other frames"), "",
          "a loss of results and targets");
    return c.target(n.text, n.type);
  });
}

}  // namespace

Loss objective() {
  return {[](LossContext& c) {
    if (!c.model || c.model->latents().empty())
      throw ScheduleError("the objective of a network without a model of latents", "",
                          "a loss of results and targets, such as loss::squared_error");
    Value sum = c.builder.zeros({1, 1, true});
    for (const auto& f : c.model->factors()) {
      const FactorType& type = *f.spec.type;
      if (!has(type.serves(), Serves::energy)) {
        if (has(type.serves(), Serves::proximal)) continue;
        throw ScheduleError(cat("the objective of model '", c.model->name(), "': factor '", f.name,
                                "' of type ", type.name(), " has no energy"),
                            f.where, "a loss of results and targets, such as loss::squared_error");
      }
      FactorGroup group;
      group.declaration = &f;
      for (const Expr& e : f.spec.args) group.args.push_back(evaluate(c, e));
      sum = c.builder.add(sum, type.energy(c.builder, group));
    }
    return sum;
  }};
}

}  // namespace unfurl::loss
