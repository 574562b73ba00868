#include "unroll/reach.hpp"

#include <algorithm>

namespace unfurl {

namespace {

void visit(const Expr& e, Reach& reach) {
  if (!e) return;
  const Expr::Node& n = e.node();
  const auto i = static_cast<std::size_t>(n.declaration);
  if (n.kind == Expr::Node::Kind::context) {
    reach.past[i] = std::max(reach.past[i], n.past);
    reach.ahead[i] = std::max(reach.ahead[i], n.ahead);
  }
  if (n.kind == Expr::Node::Kind::previous) reach.back[i] = true;
  for (const Expr& a : n.args) visit(a, reach);
}

}  // namespace

Reach::Reach(const Model& model, int n)
    : frames(n),
      past(model.observed().size(), 0),
      ahead(model.observed().size(), 0),
      back(model.latents().size(), false) {
  for (const auto& f : model.factors())
    for (const Expr& a : f.spec.args) visit(a, *this);
  for (const auto& latent : model.latents()) visit(latent.start, *this);
  for (const auto& r : model.readouts()) visit(r.expression, *this);
}

ir::Type Reach::type_of(const Model::ObservedDeclaration& declared, std::size_t index) const {
  ir::Type t = declared.type;
  t.rows *= past[index] + frames + ahead[index];
  return t;
}

std::vector<Input> Reach::inputs(const Model& model) const {
  std::vector<Input> all;
  for (std::size_t i = 0; i < past.size(); ++i) {
    const auto& declared = model.observed()[i];
    all.push_back({declared.name, type_of(declared, i), declared.where, declared.gaps});
  }
  for (std::size_t i = 0; i < back.size(); ++i)
    if (back[i])
      all.push_back(
          {name_of_previous(model.latents()[i]), model.latents()[i].type, model.latents()[i].where});
  return all;
}

std::vector<CarriedState> Reach::states(const Model& model) const {
  std::vector<CarriedState> all;
  for (std::size_t i = 0; i < back.size(); ++i)
    if (back[i]) all.push_back({name_of_previous(model.latents()[i]), model.latents()[i].name});
  return all;
}

}  // namespace unfurl
