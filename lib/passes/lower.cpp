// Rewriting what a target lacks.
#include <algorithm>

#include "passes/passes.hpp"
#include "unfurl/error.hpp"

namespace unfurl::ir {

using detail::cat;

namespace {

class Lowering {
 public:
  Lowering(const Target& target, Graph& to) : target_(target), to_(to) {}

  /// Copies values first .. last of `from` with operands renamed, and enters their new names.
  void copy(const Graph& from, int first, std::vector<Value>& renamed) {
    for (int i = first; i < from.size(); ++i) {
      const Node& node = from[Value{i}];
      std::vector<Value> args;
      for (Value a : node.args) args.push_back(renamed[static_cast<std::size_t>(a.id)]);
      renamed.push_back(target_has(node) ? to_.add(*node.op, std::move(args), node.attributes, layer_of(node),
                                                   origin_of(node))
                                         : expand(node, args));
      if (node.state) to_.mark_state(renamed.back());
    }
  }

 private:
  bool target_has(const Node& node) const { return node.op->arity == 0 || target_.has(*node.op); }
  int layer_of(const Node& node) const { return within_.empty() ? node.layer : within_.front()->layer; }
  const std::string& origin_of(const Node& node) const {
    return within_.empty() ? node.origin : within_.front()->origin;
  }

  /// Its expansion is written on inputs of the operands' types, and then copied like any program.
  Value expand(const Node& node, const std::vector<Value>& args) {
    const auto refuse = [&](const std::string& why) {
      throw InternalError(
          cat("target '", target_.name, "' lacks operation '", node.op->name, "', ", why), origin_of(node),
          target_.name == "cpu"
              ? "give it kernels (unfurl/extend/backend.hpp), or an expansion to operations that have some"
              : "give it an expansion to operations that the target has");
    };
    if (!node.op->expand) refuse("which has no expansion");
    if (std::any_of(within_.begin(), within_.end(), [&](const Node* n) { return n->op == node.op; }))
      refuse("whose expansion needs itself");
    Graph expansion;
    Builder b(expansion);
    std::vector<Value> operands, renamed = args;
    for (std::size_t i = 0; i < args.size(); ++i)
      operands.push_back(b.input(std::to_string(i), to_.type(args[i])));
    const Value result = node.op->expand(b, operands, node.attributes);
    if (!expansion.type(result).same_shape(node.type))
      refuse("whose expansion gives " + to_string(expansion.type(result)));
    within_.push_back(&node);
    copy(expansion, static_cast<int>(args.size()), renamed);
    within_.pop_back();
    return renamed[static_cast<std::size_t>(result.id)];
  }

  const Target& target_;
  Graph& to_;
  std::vector<const Node*> within_;  // what is being expanded, the outermost first
};

}  // namespace

Graph lower(const Graph& graph, const Target& target) {
  Graph out;
  std::vector<Value> renamed;
  Lowering(target, out).copy(graph, 0, renamed);
  for (const auto& [name, v] : graph.outputs)
    out.outputs.emplace_back(name, renamed[static_cast<std::size_t>(v.id)]);
  return out;
}

}  // namespace unfurl::ir
