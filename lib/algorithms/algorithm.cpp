// What algorithms share, and the table of their names.
#include "unfurl/extend/algorithm.hpp"

namespace unfurl {

using detail::cat;
using ir::Value;

std::vector<OwnedParameter> Algorithm::parameters(const Model&) const { return {}; }

Readouts Algorithm::on_request(StepContext&, const State&) const { return {}; }

FactorGroup StepContext::group(int declaration) {
  FactorGroup g;
  g.declaration = &model().factors()[static_cast<std::size_t>(declaration)];
  g.count = g.declaration->edges.count();
  builder().origin = g.declaration->describe();
  for (const Expr& e : g.declaration->spec.args) g.args.push_back(evaluate(e));
  return g;
}

Value StepContext::start(int latent, double otherwise) {
  const auto& declared = model().latents()[static_cast<std::size_t>(latent)];
  const Value from = declared.start ? evaluate(declared.start) : builder().constant(otherwise);
  return builder().broadcast(from, declared.type);
}

Value StepContext::unary(int variables) {
  ir::Builder& b = builder();
  const auto& v = layout().variables[static_cast<std::size_t>(variables)];
  const int n = v.variable.size();
  Value sum;
  for (int declaration : layout().unary) {
    const FactorGroup g = group(declaration);
    if (g.declaration->edges.groups[0].group != variables) continue;
    Value h = g.declaration->spec.type->messages(b, g, {})[0];
    const auto& slot = g.declaration->edges.slots[0];
    const ir::Type& t = b.type(h);
    h = b.broadcast(h, {t.planes, static_cast<int>(slot.size()), t.lanes, t.domain});
    bool in_order = static_cast<int>(slot.size()) == n;
    for (int i = 0; in_order && i < n; ++i) in_order = slot[static_cast<std::size_t>(i)] == i;
    if (!in_order) h = b.segment_sum_rows(h, ir::make_index(slot, n));
    sum = sum ? b.add(sum, h) : h;
  }
  return sum ? sum : b.zeros({v.planes, n, false});
}

AlgorithmPointer algorithm_by_name(const std::string& name) {
  static const std::map<std::string, AlgorithmPointer> table = {
      {"mf", MeanField{}},
      {"bp", SumProduct{}},
      {"minsum", MaxProduct{}},
      {"trw", TreeReweighted{}},
      {"fractional", FractionalBeliefPropagation{}},
      {"gabp", GaussianBeliefPropagation{}},
      {"mu", MultiplicativeUpdate{}},
      {"ista", ProximalGradient{}},
      {"fista", ProximalGradient{.accelerated = true}},
      {"lista", ProximalGradient{.form = ProximalGradient::Form::lista}},
  };
  const auto found = table.find(name);
  if (found != table.end()) return found->second;
  std::vector<std::string> known;
  for (const auto& [key, value] : table) known.push_back(key);
  throw ScheduleError(cat("there is no algorithm '", name, "'"), "", detail::did_you_mean(name, known));
}

}  // namespace unfurl
