// Computing once what is equal for all samples.
#include <algorithm>

#include "passes/passes.hpp"
#include "program/attributes.hpp"
#include "program/operations.hpp"
#include "program/places.hpp"

namespace unfurl::ir {

namespace {

/// Rebuilds a program, keeping for every value its full form, its form without lanes, or both.
class Hoist {
 public:
  explicit Hoist(const Graph& from) : from_(from), full_(size()), narrow_(size()) {
    for (int i = 0; i < from.size(); ++i) {
      const Value v{i};
      const Node& node = from[v];
      if (!node.type.lanes)
        full_[at(v)] = narrow_[at(v)] = rebuild(node, false);
      else if (uniform(node))
        narrow_[at(v)] = rebuild(node, true);
      else
        full_[at(v)] = rebuild(node, false);
      if (node.state) to_.mark_state(full_[at(v)] ? full_[at(v)] : narrow_[at(v)]);
    }
    for (const auto& [name, v] : from.outputs) to_.outputs.emplace_back(name, full(v));
  }
  Graph take() { return std::move(to_); }

 private:
  std::size_t size() const { return static_cast<std::size_t>(from_.size()); }

  /// Gets its lanes from broadcasts alone.
  bool uniform(const Node& node) const {
    if (node.op == &ops::broadcast) return static_cast<bool>(narrow_[at(node.args[0])]);
    return !node.args.empty() && std::all_of(node.args.begin(), node.args.end(),
                                             [&](Value a) { return static_cast<bool>(narrow_[at(a)]); });
  }

  Value rebuild(const Node& node, bool narrow) {
    Attributes attributes = narrow ? node.attributes.without_lanes() : node.attributes;
    std::vector<Value> args;
    for (Value a : node.args) {
      const bool take_narrow =
          narrow || (node.op->elementwise && narrow_[at(a)] && !full_[at(a)] && other_has_lanes(node, a));
      args.push_back(take_narrow ? narrow_[at(a)] : full(a));
    }
    if (narrow && node.op == &ops::broadcast && to_.type(args[0]).same_shape(attributes.as<Shape>().shape))
      return args[0];
    return to_.add(*node.op, std::move(args), std::move(attributes), node.layer, node.origin);
  }

  /// The result keeps its lanes without operand `a`'s.
  bool other_has_lanes(const Node& node, Value a) const {
    return std::any_of(node.args.begin(), node.args.end(),
                       [&](Value o) { return o != a && from_.type(o).lanes && full_[at(o)]; });
  }

  Value full(Value v) {
    Value& f = full_[at(v)];
    if (!f) {
      f = to_.add(ops::broadcast, {narrow_[at(v)]}, Shape{from_.type(v)}, from_[v].layer, from_[v].origin);
      if (from_[v].state) to_.mark_state(f);
    }
    return f;
  }

  const Graph& from_;
  Graph to_;
  std::vector<Value> full_, narrow_;
};

}  // namespace

Graph hoist_uniform(const Graph& graph) { return Hoist(graph).take(); }

}  // namespace unfurl::ir
