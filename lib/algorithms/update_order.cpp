#include "algorithms/update_order.hpp"

#include <algorithm>
#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/sequential_vertex_coloring.hpp>
#include <numeric>

#include "algorithms/discrete.hpp"

namespace unfurl::algorithms {

using detail::cat;
using ir::Value;

namespace {

using Graph = boost::adjacency_list<boost::vecS, boost::vecS, boost::undirectedS>;

std::size_t at(int i) { return static_cast<std::size_t>(i); }

/// Variables numbered group by group.
struct Numbering {
  explicit Numbering(const Model& model) {
    for (const auto& d : model.discretes()) {
      first.push_back(count);
      count += d.variable.size();
    }
  }
  std::vector<int> first;
  int count = 0;
};

/// Variables that share a factor.
Graph neighbours_of(const Model& model, const Numbering& number) {
  Graph graph(at(number.count));
  for (const auto& f : model.factors())
    for (std::size_t k = 0; k < f.edges.slots.size(); ++k)
      for (std::size_t other = 0; other < k; ++other)
        for (int i = 0; i < f.edges.count(); ++i)
          boost::add_edge(at(number.first[at(f.edges.groups[k].group)] + f.edges.slots[k][at(i)]),
                          at(number.first[at(f.edges.groups[other].group)] + f.edges.slots[other][at(i)]),
                          graph);
  return graph;
}

/// Class of every variable.
std::vector<int> colours(const Graph& graph) {
  std::vector<std::size_t> colour(boost::num_vertices(graph));
  boost::sequential_vertex_coloring(
      graph, boost::make_iterator_property_map(colour.begin(), get(boost::vertex_index, graph)));
  return {colour.begin(), colour.end()};
}

/// A variable comes after all neighbours that precede it in the sequence, as early as that allows.
std::vector<int> wavefronts(const Graph& graph, std::vector<int> sequence) {
  std::vector<int> level(boost::num_vertices(graph), -1);
  if (sequence.empty()) {
    sequence.resize(level.size());
    std::iota(sequence.begin(), sequence.end(), 0);
  }
  for (int v : sequence) {
    int before = -1;
    for (auto [i, end] = boost::adjacent_vertices(at(v), graph); i != end; ++i)
      before = std::max(before, level[*i]);
    level[at(v)] = before + 1;
  }
  return level;
}

}  // namespace

void check_sequence(const Model& model, const std::vector<int>& sequence, const char* algorithm) {
  if (sequence.empty()) return;
  std::vector<int> sorted = sequence;
  std::sort(sorted.begin(), sorted.end());
  const int n = Numbering(model).count;
  bool fits = static_cast<int>(sorted.size()) == n;
  for (int i = 0; fits && i < n; ++i) fits = sorted[at(i)] == i;
  if (!fits)
    throw ScheduleError(
        cat(algorithm, " is given a sequence that does not visit each of the ", n, " variables once"), "",
        cat("name every number from 0 to ", n - 1));
}

std::vector<Update> updates_of(const Model& model, const Layout& layout, UpdateOrder order,
                               const std::vector<int>& sequence) {
  const Numbering number(model);
  std::vector<int> level(at(number.count), 0);
  if (order != UpdateOrder::parallel) {
    const Graph graph = neighbours_of(model, number);
    level = order == UpdateOrder::coloured ? colours(graph) : wavefronts(graph, sequence);
  }
  int levels = 1;
  for (int l : level) levels = std::max(levels, l + 1);
  std::vector<Update> updates(at(levels));
  for (Update& u : updates) u.members.resize(number.first.size());
  for (std::size_t g = 0; g < number.first.size(); ++g)
    for (int i = 0; i < model.discretes()[g].variable.size(); ++i)
      updates[at(level[at(number.first[g] + i)])].members[g].push_back(i);

  std::vector<std::map<std::pair<std::size_t, int>, std::vector<int>>> touched(at(levels));
  for (std::size_t j = 0; j < layout.joint.size(); ++j) {
    const Edges& edges = model.factors()[at(layout.joint[j].declaration)].edges;
    if (edges.complete) continue;
    if (order == UpdateOrder::parallel) {
      std::vector<int> slots(edges.slots.size());
      std::iota(slots.begin(), slots.end(), 0);
      updates[0].tasks.push_back({j, {}, slots});
      continue;
    }
    for (int k = 0; k < edges.arity(); ++k)
      for (int i = 0; i < edges.count(); ++i)
        touched[at(level[at(number.first[at(edges.groups[at(k)].group)] + edges.slots[at(k)][at(i)])])]
               [{j, k}]
                   .push_back(i);
  }
  for (std::size_t l = 0; l < updates.size(); ++l)
    for (auto& [place, rows] : touched[l])
      updates[l].tasks.push_back({place.first, std::move(rows), {place.second}});
  if (order == UpdateOrder::forward_backward)
    for (std::size_t l = updates.size() - 1; l-- > 0;) updates.push_back(updates[l]);
  return updates;
}

Value take_rows(ir::Builder& b, Value v, const std::vector<int>& rows) {
  bool run = !rows.empty();
  for (std::size_t i = 1; run && i < rows.size(); ++i) run = rows[i] == rows[i - 1] + 1;
  if (run) return b.slice_rows(v, rows[0], static_cast<int>(rows.size()));
  return b.gather_rows(v, ir::make_index(rows, b.type(v).rows));
}

Value put_rows(ir::Builder& b, Value old, const std::vector<int>& rows, Value fresh) {
  const int n = b.type(old).rows;
  std::vector<int> from(at(n));
  std::iota(from.begin(), from.end(), 0);
  if (rows == from) return fresh;
  for (std::size_t i = 0; i < rows.size(); ++i) from[at(rows[i])] = n + static_cast<int>(i);
  const int total = n + static_cast<int>(rows.size());
  return b.gather_rows(join_rows(b, {old, fresh}), ir::make_index(std::move(from), total));
}

}  // namespace unfurl::algorithms
