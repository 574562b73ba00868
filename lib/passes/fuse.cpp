// Small trees of operations of which nobody else reads the parts, in one pass over their operands.
#include <vector>

#include "passes/passes.hpp"
#include "passes/rebuild.hpp"
#include "program/attributes.hpp"
#include "program/operations.hpp"
#include "program/places.hpp"

namespace unfurl::ir {

namespace {

/// How often values are read, by outputs too.
std::vector<int> count_readers(const Graph& g) {
  std::vector<int> readers(static_cast<std::size_t>(g.size()), 0);
  for (int i = 0; i < g.size(); ++i)
    for (Value a : g[Value{i}].args) ++readers[at(a)];
  for (const auto& [name, v] : g.outputs) ++readers[at(v)];
  return readers;
}

class Fusion {
 public:
  explicit Fusion(const Graph& from) : readers_(count_readers(from)) {}

  Value operator()(Graph& to, const Node& node, const std::vector<Value>& args) const {
    if (node.op == &ops::sum_to) return product_sum(to, node, args[0]);
    if (node.op == &ops::sub) return sigmoid_difference(to, node, args);
    return {};
  }

 private:
  bool read_here_only(Value v) const { return readers_[at(v)] == 1; }

  /// A sum over samples of what is multiplied for it alone.
  Value product_sum(Graph& to, const Node& sum, Value summed) const {
    if (sum.type.lanes || to[summed].op != &ops::mul || to[summed].state || !to.type(summed).lanes ||
        !read_here_only(sum.args[0]))
      return {};
    return to.add(ops::product_sum, to[summed].args, sum.attributes, sum.layer, sum.origin);
  }
  /// sigmoid(x) - sigmoid(-x).
  Value sigmoid_difference(Graph& to, const Node& sub, const std::vector<Value>& args) const {
    for (std::size_t i = 0; i < 2; ++i)
      if (to[args[i]].op != &ops::sigmoid || !read_here_only(sub.args[i])) return {};
    const Value x = to[args[0]].args[0], other = to[args[1]].args[0];
    if (to[other].op != &ops::neg || to[other].args[0] != x) return {};
    const bool carried = to[args[0]].state || to[args[1]].state;
    const Value v = to.add(ops::sigmoid_difference, {x}, {}, sub.layer, sub.origin);
    if (carried) to.mark_state(v);  // by the next layer in place of the two
    return v;
  }

  std::vector<int> readers_;
};

}  // namespace

Graph fuse(const Graph& graph) {
  const Graph live = remove_dead(graph);  // of which readers do not count
  return rebuild(live, Fusion(live));
}

}  // namespace unfurl::ir
