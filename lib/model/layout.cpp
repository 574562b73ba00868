// The arrays behind a model: edges ordered factor group, slot, factor.
#include "unfurl/extend.hpp"

namespace unfurl {

Layout make_layout(const Model& model) {
  Layout layout;
  std::vector<std::vector<int>> edge_variable(model.discretes().size());
  for (std::size_t i = 0; i < model.factors().size(); ++i) {
    const auto& f = model.factors()[i];
    const int declaration = static_cast<int>(i);
    if (f.edges.arity() == 0) {
      layout.continuous.push_back(declaration);
    } else if (f.edges.arity() == 1) {
      layout.unary.push_back(declaration);
    } else {
      Layout::Factors group{declaration, {}};
      for (int k = 0; k < f.edges.arity(); ++k) {
        const int variables = f.edges.groups[static_cast<std::size_t>(k)].group;
        auto& edges = edge_variable[static_cast<std::size_t>(variables)];
        group.slots.push_back({variables, static_cast<int>(edges.size())});
        if (f.edges.complete) continue;  // served by a matrix, not by messages
        const auto& slot = f.edges.slots[static_cast<std::size_t>(k)];
        edges.insert(edges.end(), slot.begin(), slot.end());
      }
      layout.joint.push_back(std::move(group));
    }
  }
  for (std::size_t i = 0; i < model.discretes().size(); ++i) {
    const Discrete& x = model.discretes()[i].variable;
    Layout::Variables v;
    v.variable = x;
    v.planes = x.states == 2 ? 1 : x.states;
    v.edges = static_cast<int>(edge_variable[i].size());
    v.edge_variable = ir::make_index(std::move(edge_variable[i]), x.size());
    layout.variables.push_back(std::move(v));
  }
  return layout;
}

}  // namespace unfurl
