// What a program costs.
#include "passes/passes.hpp"

namespace unfurl::ir {

Cost cost_of(const Graph& graph) {
  Cost cost;
  for (int i = 0; i < graph.size(); ++i) {
    const Node& node = graph[Value{i}];
    std::vector<Type> operands;
    bool per_sample = node.type.lanes;
    for (const Value v : node.args) {
      operands.push_back(graph.type(v));
      per_sample = per_sample || operands.back().lanes;
    }
    if (!per_sample || !node.op->multiply_adds) continue;
    const double own = node.op->multiply_adds(operands, node.attributes, node.type);
    cost.multiply_adds += own;
    if (node.layer < 0) continue;
    const auto layer = static_cast<std::size_t>(node.layer);
    if (cost.layers.size() <= layer) cost.layers.resize(layer + 1, 0);
    cost.layers[layer] += own;
  }
  return cost;
}

}  // namespace unfurl::ir
