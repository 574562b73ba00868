#include "algorithms/messages/spanning_trees.hpp"

#include <algorithm>
#include <map>

#include "unfurl/at.hpp"

namespace unfurl::algorithms {

namespace {

double uniform(std::mt19937_64& random) { return std::generate_canonical<double, 53>(random); }

/// A graph with at most one weighted edge, a join, between two vertices.
class Joins {
 public:
  explicit Joins(int vertices) : neighbours(at(vertices)) {}

  struct Join {
    int number = 0;
    double weight = 0;
  };
  std::vector<std::map<int, Join>> neighbours;
  int count = 0;

  /// Adds weight; the join as it was.
  Join add(int a, int b, double weight) {
    const auto [found, fresh] = neighbours[at(a)].try_emplace(b, Join{count, 0.0});
    if (fresh) ++count;
    const Join before = found->second;
    found->second.weight += weight;
    neighbours[at(b)][a] = found->second;
    return before;
  }
};

}  // namespace

SpanningTrees::SpanningTrees(int vertices, const std::vector<std::pair<int, int>>& edges) {
  Joins graph(vertices);
  for (std::size_t e = 0; e < edges.size(); ++e) {
    const auto join = at(graph.add(edges[e].first, edges[e].second, 1).number);
    if (join == parallel_.size()) parallel_.emplace_back();
    parallel_[join].push_back(e);
  }
  std::vector<int> small;
  std::vector<char> gone(at(vertices), 0);
  for (int v = 0; v < vertices; ++v)
    if (graph.neighbours[at(v)].size() <= 2) small.push_back(v);
  while (!small.empty()) {
    const int v = small.back();
    small.pop_back();
    auto& around = graph.neighbours[at(v)];
    if (gone[at(v)] != 0) continue;
    gone[at(v)] = 1;
    if (around.empty()) continue;
    const auto [a, first] = *around.begin();
    const auto [b, second] = *around.rbegin();
    around.clear();
    Removed removed{first.number, -1, -1, first.weight, 0, 0};
    graph.neighbours[at(a)].erase(v);
    if (b != a) {
      graph.neighbours[at(b)].erase(v);
      const auto across = graph.add(a, b, first.weight * second.weight / (first.weight + second.weight));
      removed = {first.number, second.number, across.number, first.weight, second.weight, across.weight};
    }
    removed_.push_back(removed);
    for (const int x : {a, b})
      if (graph.neighbours[at(x)].size() <= 2) small.push_back(x);
  }
  parallel_.resize(at(graph.count));

  steps_.resize(at(vertices));
  root_.assign(at(vertices), 0);
  std::vector<char> seen(at(vertices), 0);
  for (int v = 0; v < vertices; ++v) {
    if (gone[at(v)] != 0) continue;
    double sum = 0;
    for (const auto& [to, join] : graph.neighbours[at(v)])
      steps_[at(v)].push_back({to, join.number, sum += join.weight});
    left_.push_back(v);
  }
  for (const int start : left_) {  // the root is where walks come by most often
    if (seen[at(start)] != 0) continue;
    std::vector<int> component{start};
    seen[at(start)] = 1;
    int root = start;
    for (std::size_t i = 0; i < component.size(); ++i) {
      const auto& steps = steps_[at(component[i])];
      if (steps.back().weight > steps_[at(root)].back().weight) root = component[i];
      for (const Step& step : steps)
        if (seen[at(step.to)] == 0) seen[at(step.to)] = 1, component.push_back(step.to);
    }
    root_[at(root)] = 1;
  }
}

std::vector<char> SpanningTrees::walk(std::mt19937_64& random) const {
  std::vector<char> joined = root_, taken(parallel_.size(), 0);
  std::vector<const Step*> next(steps_.size(), nullptr);
  for (const int start : left_) {
    for (int v = start; joined[at(v)] == 0; v = next[at(v)]->to) {
      const auto& steps = steps_[at(v)];
      const double way = uniform(random) * steps.back().weight;
      const auto chosen = std::upper_bound(steps.begin(), steps.end(), way,
                                           [](double w, const Step& step) { return w < step.weight; });
      next[at(v)] = chosen == steps.end() ? &steps.back() : &*chosen;
    }
    for (int v = start; joined[at(v)] == 0;
         v = next[at(v)]->to) {  // the last way out of every vertex has no loops
      joined[at(v)] = 1;
      taken[at(next[at(v)]->join)] = 1;
    }
  }
  return taken;
}

std::vector<std::size_t> SpanningTrees::draw(std::mt19937_64& random) const {
  std::vector<char> taken = walk(random);
  for (auto r = removed_.rbegin(); r != removed_.rend(); ++r) {
    if (r->second < 0) {
      taken[at(r->first)] = 1;
      continue;
    }
    const double sum = r->first_weight + r->second_weight, through = r->first_weight * r->second_weight / sum;
    char& across = taken[at(r->across)];
    if (across != 0 && uniform(random) * (r->across_weight + through) >= r->across_weight) {
      across = 0;
      taken[at(r->first)] = taken[at(r->second)] = 1;
    } else {
      taken[at(uniform(random) * sum < r->first_weight ? r->first : r->second)] = 1;
    }
  }
  std::vector<std::size_t> tree;
  for (std::size_t join = 0; join < taken.size(); ++join) {
    if (taken[join] == 0) continue;
    const auto& edges = parallel_[join];
    const auto any = static_cast<std::size_t>(uniform(random) * static_cast<double>(edges.size()));
    tree.push_back(edges[std::min(any, edges.size() - 1)]);
  }
  return tree;
}

}  // namespace unfurl::algorithms
