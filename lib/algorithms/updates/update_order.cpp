#include "algorithms/updates/update_order.hpp"

#include <algorithm>
#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/sequential_vertex_coloring.hpp>
#include <numeric>

#include "algorithms/discrete.hpp"
#include "unfurl/at.hpp"

namespace unfurl::algorithms {

using detail::cat;
using ir::Value;

namespace {

using Graph = boost::adjacency_list<boost::vecS, boost::vecS, boost::undirectedS>;

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

namespace {

/// One task of everything for every declaration, or one for every slot that a level updates.
std::vector<std::vector<Task>> tasks_of(const Model& model, const Layout& layout, bool parallel,
                                        const Numbering& number, const std::vector<int>& level,
                                        std::size_t levels) {
  std::vector<std::map<std::pair<std::size_t, int>, std::vector<int>>> touched(levels);
  std::vector<std::vector<Task>> tasks(levels);
  for (std::size_t j = 0; j < layout.joint.size(); ++j) {
    const Edges& edges = model.factors()[at(layout.joint[j].declaration)].edges;
    if (edges.complete) continue;
    if (parallel) {
      std::vector<int> slots(edges.slots.size());
      std::iota(slots.begin(), slots.end(), 0);
      tasks[0].push_back({j, {}, std::move(slots)});
      continue;
    }
    for (int k = 0; k < edges.arity(); ++k) {
      const int first = number.first[at(edges.groups[at(k)].group)];
      for (int i = 0; i < edges.count(); ++i)
        touched[at(level[at(first + edges.slots[at(k)][at(i)])])][{j, k}].push_back(i);
    }
  }
  for (std::size_t l = 0; l < levels; ++l)
    for (auto& [place, rows] : touched[l]) tasks[l].push_back({place.first, std::move(rows), {place.second}});
  return tasks;
}

/// Edges of a task into the variables of one of its slots.
void add_edges(const Layout& layout, const Task& task, std::size_t slot, int factors,
               std::vector<int>& edges) {
  const int first = layout.joint[task.joint].slots[slot].first_edge;
  if (task.rows.empty()) {
    const std::size_t before = edges.size();
    edges.resize(before + at(factors));
    std::iota(edges.begin() + static_cast<std::ptrdiff_t>(before), edges.end(), first);
  }
  for (const int row : task.rows) edges.push_back(first + row);
}

}  // namespace

Sweep::Sweep(const Model& model, const Layout& layout, UpdateOrder order, const std::vector<int>& sequence)
    : members(layout.variables.size()), edges(layout.variables.size()), factors(layout.joint.size()) {
  const Numbering number(model);
  std::vector<int> level(at(number.count), 0);
  if (order != UpdateOrder::flooding) {
    const Graph graph = neighbours_of(model, number);
    level = order == UpdateOrder::coloured ? colours(graph) : wavefronts(graph, sequence);
  }
  int levels = 1;
  for (int l : level) levels = std::max(levels, l + 1);
  updates.resize(at(levels));
  std::vector<int> place(at(number.count));  // of every variable among the members of its level
  for (std::size_t g = 0; g < number.first.size(); ++g)
    for (int i = 0; i < model.discretes()[g].variable.size(); ++i) {
      auto& parts = updates[at(level[at(number.first[g] + i)])].parts;
      if (parts.empty() || parts.back().group != g) {
        parts.push_back({g, {}, {}, {}, 0, 0});
        if (levels == 1) {
          parts.back().members.reserve(at(model.discretes()[g].variable.size()));
          parts.back().edges.reserve(at(layout.variables[g].edges));
        }
      }
      place[at(number.first[g] + i)] = static_cast<int>(parts.back().members.size());
      parts.back().members.push_back(i);
    }
  auto tasks = tasks_of(model, layout, order == UpdateOrder::flooding, number, level, updates.size());
  std::vector<Part*> part_of(layout.variables.size(), nullptr);
  int readers = 0;
  for (std::size_t l = 0; l < updates.size(); ++l) {
    Update& u = updates[l];
    u.level = l;
    u.tasks = std::move(tasks[l]);
    for (Part& part : u.parts) part_of[part.group] = &part;
    for (Task& task : u.tasks) {
      task.reader = readers++;
      task.begin = static_cast<int>(factors[task.joint].size());
      factors[task.joint].insert(factors[task.joint].end(), task.rows.begin(), task.rows.end());
      const auto& slots = layout.joint[task.joint].slots;
      const int count = model.factors()[at(layout.joint[task.joint].declaration)].edges.count();
      for (const int slot : task.slots)
        add_edges(layout, task, at(slot), count, part_of[at(slots[at(slot)].variables)]->edges);
    }
    for (Part& part : u.parts) {
      const ir::Index& edge_variable = layout.variables[part.group].edge_variable;
      if (order == UpdateOrder::flooding) {  // all edges, in their order, into all variables
        part.edge_member = edge_variable;
      } else {
        std::vector<int> variables;
        variables.reserve(part.edges.size());
        for (const int e : part.edges)
          variables.push_back(place[at(number.first[part.group] + edge_variable->target[at(e)])]);
        part.edge_member = ir::make_index(std::move(variables), static_cast<int>(part.members.size()));
      }
      part.first_member = static_cast<int>(members[part.group].size());
      part.first_edge = static_cast<int>(edges[part.group].size());
      members[part.group].insert(members[part.group].end(), part.members.begin(), part.members.end());
      edges[part.group].insert(edges[part.group].end(), part.edges.begin(), part.edges.end());
    }
  }
  if (order == UpdateOrder::forward_backward)
    for (std::size_t l = updates.size() - 1; l-- > 0;) updates.push_back(updates[l]);
}

std::vector<FactorGroup> Sweep::laid_out(ir::Builder& b, const std::vector<FactorGroup>& groups) const {
  std::vector<FactorGroup> result = groups;
  for (std::size_t j = 0; j < groups.size(); ++j)
    if (!factors[j].empty()) result[j] = groups[j].choose(b, factors[j]);
  return result;
}

FactorGroup Sweep::chosen(ir::Builder& b, const Task& task, const FactorGroup& all,
                          const FactorGroup& laid_out) {
  if (task.rows.empty()) return all;
  FactorGroup chosen = laid_out;
  chosen.count = static_cast<int>(task.rows.size());
  const auto run = [&](Value& v) {
    if (v && b.type(v).rows != 1) v = b.slice_rows(v, task.begin, chosen.count);
  };
  for (Value& v : chosen.args) run(v);
  run(chosen.power);
  return chosen;
}

}  // namespace unfurl::algorithms
