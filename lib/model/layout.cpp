// The arrays behind a model: edges ordered factor group, slot, factor.
#include "unfurl/extend/algorithm.hpp"

namespace unfurl {

namespace {

/// The groups of one kind, and the edges of the factors that join them.
class Side {
 public:
  Side(std::vector<Layout::Variables>& variables, std::vector<Layout::Factors>& joint,
       std::vector<int>& unary, std::size_t groups)
      : variables_(variables), joint_(joint), unary_(unary), edge_variable_(groups) {}

  void add(int declaration, const Edges& e) {
    if (e.arity() == 1) return unary_.push_back(declaration);
    Layout::Factors group{declaration, {}};
    for (int k = 0; k < e.arity(); ++k) {
      const int variables = e.groups[static_cast<std::size_t>(k)].group;
      auto& edges = edge_variable_[static_cast<std::size_t>(variables)];
      group.slots.push_back({variables, static_cast<int>(edges.size())});
      if (e.complete) continue;  // served by a matrix, not by messages
      const auto& slot = e.slots[static_cast<std::size_t>(k)];
      edges.insert(edges.end(), slot.begin(), slot.end());
    }
    joint_.push_back(std::move(group));
  }
  void finish(const std::vector<Model::VariableDeclaration>& declared) {
    for (std::size_t i = 0; i < declared.size(); ++i) {
      const VariableGroup& x = declared[i].variable;
      Layout::Variables v;
      v.variable = x;
      v.planes = x.is_real() ? 2 : x.states == 2 ? 1 : x.states;
      v.edges = static_cast<int>(edge_variable_[i].size());
      v.edge_variable = ir::make_index(std::move(edge_variable_[i]), x.size());
      variables_.push_back(std::move(v));
    }
  }

 private:
  std::vector<Layout::Variables>& variables_;
  std::vector<Layout::Factors>& joint_;
  std::vector<int>& unary_;
  std::vector<std::vector<int>> edge_variable_;
};

}  // namespace

Layout make_layout(const Model& model) {
  Layout layout;
  Side discrete(layout.variables, layout.joint, layout.unary, model.discretes().size());
  Side real(layout.real_variables, layout.real_joint, layout.real_unary, model.continuous().size());
  for (std::size_t i = 0; i < model.factors().size(); ++i) {
    const auto& f = model.factors()[i];
    const int declaration = static_cast<int>(i);
    if (f.edges.arity() == 0)
      layout.continuous.push_back(declaration);
    else
      (f.spec.type->joins_real() ? real : discrete).add(declaration, f.edges);
  }
  discrete.finish(model.discretes());
  real.finish(model.continuous());
  return layout;
}

}  // namespace unfurl
