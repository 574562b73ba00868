// What passes share that replace single operations.
#pragma once

#include <vector>

#include "unfurl/extend/program.hpp"

namespace unfurl::ir {

/// A copy in which operations are what `replace(to, node, operands)` says, a Value of `to`; itself where that is absent.
template <class F>
Graph rebuild(const Graph& from, F replace) {
  Graph to;
  std::vector<Value> renamed;
  for (int i = 0; i < from.size(); ++i) {
    const Node& node = from[Value{i}];
    std::vector<Value> args;
    for (Value a : node.args) args.push_back(renamed[static_cast<std::size_t>(a.id)]);
    Value v = replace(to, node, args);
    if (!v) v = to.add(*node.op, std::move(args), node.attributes, node.layer, node.origin);
    if (node.state) to.mark_state(v);
    renamed.push_back(v);
  }
  for (const auto& [name, v] : from.outputs)
    to.outputs.emplace_back(name, renamed[static_cast<std::size_t>(v.id)]);
  return to;
}

}  // namespace unfurl::ir
