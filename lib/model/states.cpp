#include "model/states.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

namespace unfurl {

using ir::Value;

ir::Index state_of(const Edges& edges, std::size_t slot) {
  int inner = 1;
  for (std::size_t k = slot + 1; k < edges.groups.size(); ++k) inner *= edges.groups[k].states;
  std::vector<int> map(static_cast<std::size_t>(edges.table_size()));
  for (std::size_t i = 0; i < map.size(); ++i)
    map[i] = static_cast<int>(i) / inner % edges.groups[slot].states;
  return ir::make_index(std::move(map), edges.groups[slot].states);
}

Value two_planes(ir::Builder& b, Value zero, Value one) {
  return b.add(b.segment_sum_planes(one, ir::make_index({1}, 2)),
               b.segment_sum_planes(zero, ir::make_index({0}, 2)));
}

Value log_ratio(ir::Builder& b, Value two) { return b.sub(b.plane(two, 1), b.plane(two, 0)); }

Value both_states(ir::Builder& b, Value ratio) {
  const Value above = b.above(ratio, 0);
  const Value for_one = b.gate(ratio, b.emit("one_minus", {above})), for_zero = b.neg(b.gate(ratio, above));
  return two_planes(b, for_zero, for_one);
}

Value both_probabilities(ir::Builder& b, Value ratio) {
  return two_planes(b, b.sigmoid(b.neg(ratio)), b.sigmoid(ratio));
}

Value possible(ir::Builder& b, Value log_potential) {
  return b.above(log_potential, -std::numeric_limits<double>::infinity());
}

bool may_be_impossible(const ir::Graph& graph, Value v) {
  static const std::set<std::string> finite = {"input",       "param",         "add",
                                               "sub",         "mul",           "neg",
                                               "matmul",      "sum_to",        "broadcast",
                                               "gather_rows", "gather_planes", "segment_sum_rows",
                                               "slice_rows",  "concat_rows",   "segment_sum_planes",
                                               "gate",        "square",        "abs",
                                               "sigmoid",     "tanh",          "relu",
                                               "softplus",    "one_hot",       "one_minus"};
  const ir::Node& node = graph[v];
  if (node.op->name == "constant") {
    const auto& data = node.attributes.data;
    return data ? std::any_of(data->begin(), data->end(), [](double x) { return std::isinf(x); })
                : std::isinf(node.attributes.number);
  }
  return finite.count(node.op->name) == 0 || std::any_of(node.args.begin(), node.args.end(), [&](Value a) {
           return may_be_impossible(graph, a);
         });
}

}  // namespace unfurl
