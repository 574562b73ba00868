// Sums of rows that are copied from elsewhere, without the copies.
#include <algorithm>

#include "passes/passes.hpp"
#include "program/attributes.hpp"
#include "program/operations.hpp"

namespace unfurl::ir {

namespace {

/// The source of rows: itself, or what it is gathered from.
struct Source {
  Value value;
  const std::vector<int>* rows = nullptr;  ///< of it that are taken; null: all
};

Source source_of(const Graph& g, Value v) {
  const Node& node = g[v];
  if (node.op != &ops::gather_rows) return {v};
  return {node.args[0], &node.attributes.as<Indexed>().index->target};
}

/// The sum by neighbours in place of a segment sum over parts, in the same order; absent where copies are no more rows than
/// their sources.
Value neighbour_sum(Graph& to, const Node& sum, Value summed) {
  const std::vector<Value> parts =
      to[summed].op == &ops::concat_rows ? to[summed].args : std::vector<Value>{summed};
  std::vector<Value> sources;
  std::vector<int> offsets, from;
  int rows = 0;
  for (Value part : parts) {
    const Source source = source_of(to, part);
    const auto known = std::find(sources.begin(), sources.end(), source.value);
    const auto place = static_cast<std::size_t>(known - sources.begin());
    if (known == sources.end()) {
      sources.push_back(source.value);
      offsets.push_back(rows);
      rows += to.type(source.value).rows;
    }
    for (int i = 0; i < to.type(part).rows; ++i)
      from.push_back(offsets[place] + (source.rows ? (*source.rows)[static_cast<std::size_t>(i)] : i));
  }
  if (rows >= static_cast<int>(from.size())) return {};
  const Value all = sources.size() == 1
                        ? sources[0]
                        : to.add(ops::concat_rows, std::move(sources), {}, sum.layer, sum.origin);
  return to.add(ops::neighbour_sum, {all},
                Neighbours{make_index(std::move(from), rows), sum.attributes.as<Indexed>().index}, sum.layer,
                sum.origin);
}

}  // namespace

Graph sum_neighbours(const Graph& graph) {
  Graph to;
  std::vector<Value> renamed;
  for (int i = 0; i < graph.size(); ++i) {
    const Node& node = graph[Value{i}];
    std::vector<Value> args;
    for (Value a : node.args) args.push_back(renamed[static_cast<std::size_t>(a.id)]);
    Value v;
    if (node.op == &ops::segment_sum_rows) v = neighbour_sum(to, node, args[0]);
    if (!v) v = to.add(*node.op, std::move(args), node.attributes, node.layer, node.origin);
    if (node.state) to.mark_state(v);
    renamed.push_back(v);
  }
  for (const auto& [name, v] : graph.outputs)
    to.outputs.emplace_back(name, renamed[static_cast<std::size_t>(v.id)]);
  return to;
}

}  // namespace unfurl::ir
