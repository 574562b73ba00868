// What algorithms share, and the table of their names.
#include "unfurl/extend/algorithm.hpp"

#include "algorithms/all.hpp"
#include "core/printable.hpp"

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

namespace {

algorithms::Named& table() {
  static algorithms::Named table = [] {
    algorithms::Named all;
#define UNFURL_ADD(name) \
  for (auto& named : algorithms::name()) all.push_back(std::move(named));
    UNFURL_ALGORITHMS(UNFURL_ADD)
#undef UNFURL_ADD
    return all;
  }();
  return table;
}

}  // namespace

const algorithms::Named& algorithms::all() { return table(); }

const algorithms::NamedAlgorithm& algorithms::by_name(const std::string& name) {
  for (const NamedAlgorithm& known : all())
    if (known.name == name) return known;
  throw ScheduleError(cat("there is no algorithm '", name, "'"), "",
                      detail::did_you_mean(name, algorithm_names()));
}

std::vector<std::string> algorithm_names() {
  std::vector<std::string> names;
  for (const auto& known : table()) names.push_back(known.name);
  return names;
}

AlgorithmPointer algorithm_by_name(const std::string& name) { return algorithms::by_name(name).algorithm; }

void name_algorithm(const std::string& name, AlgorithmPointer algorithm) {
  if (name.empty() || !algorithm)
    throw ScheduleError("an algorithm without a name, or a name without an algorithm", "",
                        "name_algorithm(\"mine\", std::make_shared<Mine>())");
  if (!detail::is_plain_name(name))
    throw ScheduleError(cat("'", name, "' is no name for an algorithm"), "",
                        "letters, digits, '-', '_', '.' and '+', the first a letter or digit");
  for (const auto& known : table())
    if (known.name == name)
      throw ScheduleError(cat("there is an algorithm '", name, "' already"), "", "give yours another name");
  table().push_back({name, std::move(algorithm)});
}

}  // namespace unfurl
