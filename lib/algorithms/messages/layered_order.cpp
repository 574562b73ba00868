#include "algorithms/messages/layered_order.hpp"

#include <algorithm>
#include <numeric>

#include "algorithms/messages/message_passing.hpp"
#include "unfurl/at.hpp"

namespace unfurl::algorithms {

using detail::cat;

namespace {

/// A factor of two and more variables: its declaration among Layout::joint, and its row there.
struct Place {
  std::size_t joint = 0;
  int row = 0;
};

std::vector<Place> places_of(const Model& model, const Layout& layout) {
  std::vector<Place> places;
  for (std::size_t j = 0; j < layout.joint.size(); ++j)
    for (int i = 0; i < model.factors()[at(layout.joint[j].declaration)].edges.count(); ++i)
      places.push_back({j, i});
  return places;
}

/// The level of every factor: after all that precede it and share a variable, as early as that allows; or, coloured, the first
/// that none of those has.
class Levels {
 public:
  explicit Levels(const Model& model) {
    for (const auto& d : model.discretes()) seen_.emplace_back(at(d.variable.size()));
  }
  int next(const Edges& edges, int row, bool coloured) {
    int level = 0;
    for (bool again = true; again;) {
      again = false;
      for (std::size_t k = 0; k < edges.slots.size(); ++k) {
        const std::vector<int>& taken = of(edges, k, row);
        if (!coloured && !taken.empty()) level = std::max(level, taken.back() + 1);
        while (coloured && std::binary_search(taken.begin(), taken.end(), level)) ++level, again = true;
      }
    }
    for (std::size_t k = 0; k < edges.slots.size(); ++k) {
      std::vector<int>& taken = of(edges, k, row);
      taken.insert(std::upper_bound(taken.begin(), taken.end(), level), level);
    }
    return level;
  }

 private:
  std::vector<int>& of(const Edges& edges, std::size_t slot, int row) {
    return seen_[at(edges.groups[slot].group)][at(edges.slots[slot][at(row)])];
  }
  std::vector<std::vector<std::vector<int>>> seen_;  // levels of the factors of every variable, rising
};

/// The part of a group, found or begun.
FactorLevel::Part& part_of(FactorLevel& level, std::size_t group) {
  for (FactorLevel::Part& p : level.parts)
    if (p.group == group) return p;
  level.parts.emplace_back().group = group;
  return level.parts.back();
}

/// The variables of the edges, and all that reaches them.
void add_neighbours(FactorLevel::Part& part, const ir::IndexTable& edge_variable) {
  std::vector<int> member, place(edge_variable.target.size(), -1);
  for (const int e : part.edges) {
    const int v = edge_variable.target[at(e)];
    for (int m = edge_variable.offsets[at(v)]; m < edge_variable.offsets[at(v) + 1]; ++m) {
      const int near = edge_variable.members[at(m)];
      place[at(near)] = static_cast<int>(part.near.size());
      part.near.push_back(near);
      member.push_back(static_cast<int>(part.members.size()));
    }
    part.members.push_back(v);
  }
  for (const int e : part.edges) part.place.push_back(place[at(e)]);
  part.near_member = ir::make_index(std::move(member), static_cast<int>(part.members.size()));
}

}  // namespace

LayeredSweep::LayeredSweep(const Model& model, const Layout& layout, UpdateOrder order,
                           const std::vector<int>& sequence)
    : edges(layout.variables.size()), factors(layout.joint.size()) {
  const std::vector<Place> places = places_of(model, layout);
  std::vector<int> turns = sequence;
  if (turns.empty()) {
    turns.resize(places.size());
    std::iota(turns.begin(), turns.end(), 0);
  }
  Levels search(model);
  std::vector<std::vector<std::vector<int>>> rows;  // by level and declaration
  for (const int f : turns) {
    const Place& p = places[at(f)];
    const Edges& e = model.factors()[at(layout.joint[p.joint].declaration)].edges;
    const std::size_t l = at(search.next(e, p.row, order == UpdateOrder::layered_coloured));
    if (rows.size() <= l) rows.resize(l + 1, std::vector<std::vector<int>>(layout.joint.size()));
    rows[l][p.joint].push_back(p.row);
  }
  for (auto& of_level : rows) {
    FactorLevel& level = levels.emplace_back();
    for (std::size_t j = 0; j < of_level.size(); ++j) {
      if (of_level[j].empty()) continue;
      Task task{j, std::move(of_level[j]), {}, static_cast<int>(factors[j].size()), 0};
      factors[j].insert(factors[j].end(), task.rows.begin(), task.rows.end());
      for (std::size_t k = 0; k < layout.joint[j].slots.size(); ++k) {
        const Layout::Slot& slot = layout.joint[j].slots[k];
        FactorLevel::Part& part = part_of(level, at(slot.variables));
        for (const int row : task.rows) part.edges.push_back(slot.first_edge + row);
        task.slots.push_back(static_cast<int>(k));
      }
      level.tasks.push_back(std::move(task));
    }
    for (FactorLevel::Part& part : level.parts) {
      std::vector<int>& all = edges[part.group];
      part.first_edge = static_cast<int>(all.size());
      all.insert(all.end(), part.edges.begin(), part.edges.end());
      add_neighbours(part, *layout.variables[part.group].edge_variable);
    }
  }
}

void check_factor_sequence(const Model& model, const std::vector<int>& sequence, const char* algorithm) {
  if (sequence.empty()) return;
  std::vector<int> sorted = sequence;
  std::sort(sorted.begin(), sorted.end());
  const int n = joint_factors(model);
  bool fits = static_cast<int>(sorted.size()) == n;
  for (int i = 0; fits && i < n; ++i) fits = sorted[at(i)] == i;
  if (!fits)
    throw ScheduleError(cat(algorithm, " is given a sequence that does not name each of the ", n,
                            " factors of two and more variables once"),
                        "", cat("name every number from 0 to ", n - 1));
}

}  // namespace unfurl::algorithms
