// Sums of rows that are copied from elsewhere, without the copies.
#include <algorithm>
#include <compare>
#include <map>

#include "passes/passes.hpp"
#include "passes/rebuild.hpp"
#include "program/attributes.hpp"
#include "program/operations.hpp"

namespace unfurl::ir {

namespace {

/// The source of rows: itself, or what it is gathered from.
struct Source {
  Value value;
  Index rows{};  ///< of it that are taken; absent: all
};

Source source_of(const Graph& g, Value v) {
  const Node& node = g[v];
  if (node.op != &ops::gather_rows) return {v};
  return {node.args[0], node.attributes.as<Indexed>().index};
}

/// Rows of the sources of parts that are joined: of a source that starts at `offset` those of the table, or all.
struct Taken {
  int offset = 0, count = 0;
  Index rows;
  auto operator<=>(const Taken&) const = default;
};

/// The sum by neighbours in place of a segment sum over parts, in the same order; absent where copies are no more rows than
/// their sources.
class NeighbourSums {
 public:
  Value operator()(Graph& to, const Node& sum, Value summed) {
    const std::vector<Value> parts =
        to[summed].op == &ops::concat_rows ? to[summed].args : std::vector<Value>{summed};
    std::vector<Value> sources;
    std::vector<int> offsets;
    std::vector<Taken> taken;
    int rows = 0, copies = 0;
    for (Value part : parts) {
      const Source source = source_of(to, part);
      const auto known = std::find(sources.begin(), sources.end(), source.value);
      const auto place = static_cast<std::size_t>(known - sources.begin());
      if (known == sources.end()) {
        sources.push_back(source.value);
        offsets.push_back(rows);
        rows += to.type(source.value).rows;
      }
      taken.push_back({offsets[place], to.type(part).rows, source.rows});
      copies += to.type(part).rows;
    }
    if (rows >= copies) return {};
    const Value all = sources.size() == 1
                          ? sources[0]
                          : to.add(ops::concat_rows, std::move(sources), {}, sum.layer, sum.origin);
    return to.add(ops::neighbour_sum, {all},
                  Neighbours{table(taken, rows), sum.attributes.as<Indexed>().index}, sum.layer, sum.origin);
  }

 private:
  /// One for all layers that take the same.
  const Index& table(const std::vector<Taken>& taken, int rows) {
    Index& index = tables_[{taken, rows}];
    if (index) return index;
    std::vector<int> from;
    for (const Taken& t : taken)
      for (int i = 0; i < t.count; ++i)
        from.push_back(t.offset + (t.rows ? t.rows->target[static_cast<std::size_t>(i)] : i));
    return index = make_index(std::move(from), rows);
  }
  std::map<std::pair<std::vector<Taken>, int>, Index> tables_;
};

}  // namespace

Graph sum_neighbours(const Graph& graph) {
  NeighbourSums neighbour_sum;
  return rebuild(graph, [&](Graph& to, const Node& node, const std::vector<Value>& args) {
    return node.op == &ops::segment_sum_rows ? neighbour_sum(to, node, args[0]) : Value{};
  });
}

}  // namespace unfurl::ir
