// The order of elimination, on the graph whose edges join the variables of a factor.
#include <algorithm>
#include <boost/graph/adjacency_list.hpp>
#include <set>

#include "exact/junction_tree.hpp"

namespace unfurl::junction {

using detail::cat;

namespace {

using Graph = boost::adjacency_list<boost::setS, boost::vecS, boost::undirectedS>;

Scope neighbours(const Graph& graph, int v) {
  Scope result;
  for (auto [it, end] = boost::adjacent_vertices(static_cast<std::size_t>(v), graph); it != end; ++it)
    result.push_back(static_cast<int>(*it));
  return result;
}

/// Joins every pair of the scope; the number of edges that were missing.
int complete(Graph& graph, const Scope& scope) {
  int added = 0;
  for (std::size_t i = 0; i < scope.size(); ++i)
    for (std::size_t j = 0; j < i; ++j)
      added += boost::add_edge(static_cast<std::size_t>(scope[i]), static_cast<std::size_t>(scope[j]), graph).second;
  return added;
}

int missing_edges(const Graph& graph, const Scope& scope) {
  int missing = 0;
  for (std::size_t i = 0; i < scope.size(); ++i)
    for (std::size_t j = 0; j < i; ++j)
      missing += !boost::edge(static_cast<std::size_t>(scope[i]), static_cast<std::size_t>(scope[j]), graph).second;
  return missing;
}

/// Variables by the number of edges their elimination would add; the lowest number first among equals.
class Queue {
 public:
  explicit Queue(const Graph& graph) : graph_(graph), fill_(boost::num_vertices(graph)) {
    for (int v = 0; v < static_cast<int>(fill_.size()); ++v) insert(v);
  }
  int take() {
    const int v = queue_.begin()->second;
    queue_.erase(queue_.begin());
    return v;
  }
  void update(const std::set<int>& changed) {
    for (int v : changed)
      if (queue_.erase({fill_[static_cast<std::size_t>(v)], v}) != 0) insert(v);
  }

 private:
  void insert(int v) {
    fill_[static_cast<std::size_t>(v)] = missing_edges(graph_, neighbours(graph_, v));
    queue_.insert({fill_[static_cast<std::size_t>(v)], v});
  }
  const Graph& graph_;
  std::vector<int> fill_;
  std::set<std::pair<int, int>> queue_;
};

}  // namespace

int Tree::treewidth() const {
  std::size_t largest = 1;
  for (const Clique& c : cliques) largest = std::max(largest, c.scope.size());
  return static_cast<int>(largest) - 1;
}

double joint_states(const std::vector<int>& states, const Scope& scope) {
  double n = 1;
  for (int v : scope) n *= states[static_cast<std::size_t>(v)];
  return n;
}

Tree eliminate(const std::vector<int>& states, const std::vector<Scope>& scopes, double most_memory) {
  Graph graph(states.size());
  for (const Scope& s : scopes) complete(graph, s);
  Tree tree{states, {}};
  double bytes = 0;
  Queue queue(graph);
  for (std::size_t step = 0; step < states.size(); ++step) {
    const int v = queue.take();
    const Scope separator = neighbours(graph, v);
    Clique clique{{v}, -1};
    clique.scope.insert(clique.scope.end(), separator.begin(), separator.end());
    bytes += sizeof(double) * (joint_states(states, clique.scope) + joint_states(states, separator));
    tree.cliques.push_back(std::move(clique));
    if (bytes > most_memory)
      throw DataError(cat("exact inference meets a treewidth of at least ", tree.treewidth(), ", whose tables need at least ",
                          bytes / 1e6, " MB, more than the limit of ", most_memory / 1e6, " MB"),
                      "", "use a smaller or sparser model, MeanField or SumProduct, or raise ExactOptions::most_memory");
    const int added = complete(graph, separator);
    boost::clear_vertex(static_cast<std::size_t>(v), graph);
    std::set<int> changed(separator.begin(), separator.end());
    if (added > 0)
      for (int s : separator)
        for (int n : neighbours(graph, s)) changed.insert(n);
    queue.update(changed);
  }
  std::vector<int> position(states.size());
  for (std::size_t i = 0; i < tree.cliques.size(); ++i)
    position[static_cast<std::size_t>(tree.cliques[i].scope[0])] = static_cast<int>(i);
  for (Clique& c : tree.cliques)
    for (std::size_t k = 1; k < c.scope.size(); ++k) {
      const int eliminated = position[static_cast<std::size_t>(c.scope[k])];
      c.parent = c.parent < 0 ? eliminated : std::min(c.parent, eliminated);
    }
  return tree;
}

}  // namespace unfurl::junction
