// Verification, merging of equal values, removal of dead ones.
#include <algorithm>
#include <unordered_map>

#include "passes/passes.hpp"
#include "program/operations.hpp"
#include "unfurl/error.hpp"

namespace unfurl::ir {

using detail::cat;

void verify(const Graph& graph) {
  for (int i = 0; i < graph.size(); ++i) {
    const Node& node = graph[Value{i}];
    std::vector<Type> types;
    for (Value a : node.args) {
      if (a.id < 0 || a.id >= i)
        throw InternalError(cat("value %", i, " uses %", a.id, " before it exists"), node.origin);
      types.push_back(graph.type(a));
    }
    if (node.op->infer(types, node.attributes) != node.type)
      throw InternalError(cat("value %", i, " ('", node.op->name, "') has the wrong type"), node.origin);
  }
  for (const auto& [name, v] : graph.outputs)
    if (v.id < 0 || v.id >= graph.size()) throw InternalError(cat("output '", name, "' does not exist"));
}

namespace {

/// Copies node i of `from` with other operands.
Value copy_node(const Graph& from, int i, std::vector<Value> args, Graph& to) {
  const Node& node = from[Value{i}];
  const Value v = to.add(*node.op, std::move(args), node.attributes, node.layer, node.origin);
  if (node.state) to.mark_state(v);
  return v;
}

void copy_outputs(const Graph& from, const std::vector<Value>& renamed, Graph& to) {
  for (const auto& [name, v] : from.outputs)
    to.outputs.emplace_back(name, renamed[static_cast<std::size_t>(v.id)]);
}

void mix(std::size_t& hash, std::size_t x) { hash ^= x + 0x9e3779b97f4a7c15ULL + (hash << 6) + (hash >> 2); }

/// Operands of the copy.
std::vector<Value> operands(const Node& node, const std::vector<Value>& renamed) {
  std::vector<Value> args;
  for (Value a : node.args) args.push_back(renamed[static_cast<std::size_t>(a.id)]);
  return args;
}

/// The same in one order where theirs is no matter.
std::vector<Value> ordered(const Operation* op, std::vector<Value> args) {
  if (op == &ops::add || op == &ops::mul)
    std::sort(args.begin(), args.end(), [](Value a, Value b) { return a.id < b.id; });
  return args;
}

std::size_t hash_node(const Node& node, const std::vector<Value>& args) {
  std::size_t h = std::hash<const void*>()(node.op);
  for (Value a : args) mix(h, static_cast<std::size_t>(a.id));
  mix(h, node.attributes.hash());
  return h;
}

}  // namespace

Graph merge_common(const Graph& graph) {
  Graph out;
  std::vector<Value> renamed(static_cast<std::size_t>(graph.size()));
  std::unordered_multimap<std::size_t, Value> known;
  for (int i = 0; i < graph.size(); ++i) {
    const Node& node = graph[Value{i}];
    const std::vector<Value> args = operands(node, renamed);
    const std::vector<Value> in_order = ordered(node.op, args);
    const std::size_t key = hash_node(node, in_order);
    const auto same = [&](Value v) {
      const Node& other = out[v];
      return other.op == node.op && ordered(other.op, other.args) == in_order &&
             other.attributes == node.attributes;
    };
    Value& mine = renamed[static_cast<std::size_t>(i)];
    const auto [begin, end] = known.equal_range(key);
    for (auto it = begin; it != end && !mine; ++it)
      if (same(it->second)) mine = it->second;
    if (!mine) {
      mine = copy_node(graph, i, args, out);
      known.emplace(key, mine);
    }
    if (node.state) out.mark_state(mine);
  }
  copy_outputs(graph, renamed, out);
  return out;
}

Graph remove_dead(const Graph& graph) {
  std::vector<char> live(static_cast<std::size_t>(graph.size()), 0);
  for (const auto& [name, v] : graph.outputs) live[static_cast<std::size_t>(v.id)] = 1;
  for (int i = graph.size() - 1; i >= 0; --i)
    if (live[static_cast<std::size_t>(i)])
      for (Value a : graph[Value{i}].args) live[static_cast<std::size_t>(a.id)] = 1;
  Graph out;
  std::vector<Value> renamed(live.size());
  for (int i = 0; i < graph.size(); ++i)
    if (live[static_cast<std::size_t>(i)])
      renamed[static_cast<std::size_t>(i)] = copy_node(graph, i, operands(graph[Value{i}], renamed), out);
  copy_outputs(graph, renamed, out);
  return out;
}

}  // namespace unfurl::ir
