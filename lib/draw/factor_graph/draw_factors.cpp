// The factor graph: as plates, or every variable and factor when there are few.
#include "draw/factor_graph/draw_factors.hpp"

#include <algorithm>

#include "unfurl/draw.hpp"
#include "unfurl/extend/factor.hpp"

namespace unfurl {

using detail::cat;

namespace {

constexpr int most_instances = 12;  // of a group, in a drawing with every instance

bool is_small(const Model& model) {
  const auto few = [](int n) { return n <= most_instances; };
  const auto small = [&](const auto& d) { return few(d.variable.size()); };
  return !(model.discretes().empty() && model.continuous().empty()) && model.latents().empty() &&
         std::all_of(model.discretes().begin(), model.discretes().end(), small) &&
         std::all_of(model.continuous().begin(), model.continuous().end(), small) &&
         std::all_of(model.factors().begin(), model.factors().end(),
                     [&](const auto& f) { return f.edges.arity() > 0 && few(f.edges.count()); });
}

}  // namespace

std::string factor_dot(const Model& model) {
  return is_small(model) ? draw_instances(model) : draw_plates(model);
}

std::vector<Model::VariableDeclaration> variables(const Model& model) {
  std::vector<Model::VariableDeclaration> all = model.discretes();
  all.insert(all.end(), model.continuous().begin(), model.continuous().end());
  return all;
}

std::string size_of(const ir::Type& type) {
  if (type.planes > 1 && type.rows > 1) return cat(type.planes, " \u00d7 ", type.rows);
  return type.size() > 1 ? cat(type.size()) : "";
}

std::string type_and_arguments(const Model::FactorDeclaration& f) {
  std::string arguments;
  for (const Expr& a : f.spec.args) arguments += cat(arguments.empty() ? "" : ", ", to_text(a));
  return cat(f.spec.type->name(), "(", arguments, ")");
}

std::map<std::string, Mention> mentioned(const Model::FactorDeclaration& f) {
  std::map<std::string, Mention> found;
  for (const Expr& a : f.spec.args)
    for (const Mention& m : mentions(a)) {
      const auto [known, fresh] = found.emplace(m.handle->text, m);
      if (!fresh) known->second.row_by_row = known->second.row_by_row && m.row_by_row;
    }
  return found;
}

}  // namespace unfurl
