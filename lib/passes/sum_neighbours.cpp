// Sums of rows that are copied from elsewhere, without the copies.
#include <algorithm>

#include "passes/passes.hpp"
#include "passes/rebuild.hpp"
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
  return rebuild(graph, [](Graph& to, const Node& node, const std::vector<Value>& args) {
    return node.op == &ops::segment_sum_rows ? neighbour_sum(to, node, args[0]) : Value{};
  });
}

}  // namespace unfurl::ir
