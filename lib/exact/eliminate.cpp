// The order of elimination, on the graph whose edges join the variables of a factor.
#include <algorithm>
#include <boost/graph/adjacency_list.hpp>
#include <limits>
#include <set>
#include <string>

#include "exact/junction_tree.hpp"

namespace unfurl::junction {

using detail::cat;

namespace {

using Graph = boost::adjacency_list<boost::setS, boost::vecS, boost::undirectedS>;

std::size_t at(int v) { return static_cast<std::size_t>(v); }

Scope neighbours(const Graph& graph, int v) {
  Scope result;
  for (auto [it, end] = boost::adjacent_vertices(at(v), graph); it != end; ++it)
    result.push_back(static_cast<int>(*it));
  return result;
}

/// Joins every pair of the scope; the number of edges that were missing.
int complete(Graph& graph, const Scope& scope) {
  int added = 0;
  for (std::size_t i = 0; i < scope.size(); ++i)
    for (std::size_t j = 0; j < i; ++j) added += boost::add_edge(at(scope[i]), at(scope[j]), graph).second;
  return added;
}

int missing_edges(const Graph& graph, const Scope& scope) {
  int missing = 0;
  for (std::size_t i = 0; i < scope.size(); ++i)
    for (std::size_t j = 0; j < i; ++j) missing += !boost::edge(at(scope[i]), at(scope[j]), graph).second;
  return missing;
}

enum class Order { least_fill, declared };

/// Variables in the order in which they are eliminated: those that would add the fewest edges first, or as declared.
class Queue {
 public:
  Queue(const Graph& graph, Order order)
      : graph_(graph), order_(order), fill_(boost::num_vertices(graph), 0) {
    for (int v = 0; v < static_cast<int>(fill_.size()); ++v) insert(v);
  }
  int take() {
    const int v = queue_.begin()->second;
    queue_.erase(queue_.begin());
    return v;
  }
  void update(const std::set<int>& changed) {
    for (int v : changed)
      if (queue_.erase({fill_[at(v)], v}) != 0) insert(v);
  }

 private:
  void insert(int v) {
    if (order_ == Order::least_fill) fill_[at(v)] = missing_edges(graph_, neighbours(graph_, v));
    queue_.insert({fill_[at(v)], v});
  }
  const Graph& graph_;
  Order order_;
  std::vector<int> fill_;
  std::set<std::pair<int, int>> queue_;
};

/// Bytes for the table of a clique, and for the message it sends.
double table_bytes(const std::vector<int>& states, const Scope& clique) {
  return sizeof(double) * joint_states(states, clique);
}
double message_bytes(const std::vector<int>& states, const Scope& clique) {
  return table_bytes(states, clique) / states[at(clique[0])];
}

Scope clique_of(const Graph& graph, int v) {
  Scope clique = neighbours(graph, v);
  clique.insert(clique.begin(), v);
  return clique;
}

struct Attempt {
  Tree tree;
  bool complete = false;
};

/// Past `most_memory` bytes it goes on for `patience` pairs of neighbours, to find the whole treewidth where that is quick.
Attempt eliminate_in(Order order, const std::vector<int>& states, Graph graph, double most_memory,
                     double patience) {
  Attempt attempt{{states, {}}};
  Queue queue(graph, order);
  double messages = 0, largest = 0;
  for (std::size_t step = 0; step < states.size(); ++step) {
    if (attempt.tree.bytes > most_memory && patience <= 0) return attempt;
    const int v = queue.take();
    const Scope separator = neighbours(graph, v);
    attempt.tree.cliques.push_back({clique_of(graph, v), -1});
    messages += message_bytes(states, attempt.tree.cliques.back().scope);
    largest = std::max(largest, table_bytes(states, attempt.tree.cliques.back().scope));
    attempt.tree.bytes = messages + largest;
    const int added = complete(graph, separator);
    boost::clear_vertex(at(v), graph);
    std::set<int> changed(separator.begin(), separator.end());
    if (added > 0)
      for (int s : separator)
        for (int n : neighbours(graph, s)) changed.insert(n);
    const auto degree = static_cast<double>(separator.size());
    const double counted = order == Order::least_fill ? static_cast<double>(changed.size()) : 0;
    patience -= degree * degree * (1 + counted);
    queue.update(changed);
  }
  attempt.complete = true;
  return attempt;
}

std::string amount(double bytes) { return bytes < 1e9 ? cat(bytes / 1e6, " MB") : cat(bytes / 1e9, " GB"); }

[[noreturn]] void refuse(bool complete, int treewidth, double bytes, double most_memory) {
  const char* at_least = complete ? "" : "at least ";
  throw DataError(cat("exact inference meets a treewidth of ", at_least, treewidth, ", whose tables need ",
                      at_least, amount(bytes), ", more than the limit of ", amount(most_memory)),
                  "",
                  "use a smaller or sparser model, an approximate algorithm, or raise the limit "
                  "(ExactOptions::most_memory, --memory)");
}

/// Every clique sends its message to the one that eliminates the next of its variables.
void connect(Tree& tree) {
  std::vector<int> position(tree.states.size());
  for (std::size_t i = 0; i < tree.cliques.size(); ++i)
    position[at(tree.cliques[i].scope[0])] = static_cast<int>(i);
  for (Clique& c : tree.cliques)
    for (std::size_t k = 1; k < c.scope.size(); ++k) {
      const int eliminated = position[at(c.scope[k])];
      c.parent = c.parent < 0 ? eliminated : std::min(c.parent, eliminated);
    }
}

}  // namespace

int Tree::treewidth() const {
  std::size_t largest = 1;
  for (const Clique& c : cliques) largest = std::max(largest, c.scope.size());
  return static_cast<int>(largest) - 1;
}

double joint_states(const std::vector<int>& states, const Scope& scope) {
  double n = 1;
  for (int v : scope) n *= states[at(v)];
  return n;
}

Tree eliminate(const std::vector<int>& states, const std::vector<Scope>& scopes, double most_memory) {
  Graph graph(states.size());
  for (const Scope& s : scopes) complete(graph, s);

  // Whatever the order, some variable is first: dense graphs are refused before any edge is counted.
  double smallest = states.empty() ? 0 : std::numeric_limits<double>::infinity();
  std::size_t degree = states.size();
  for (int v = 0; v < static_cast<int>(states.size()); ++v) {
    smallest = std::min(smallest, table_bytes(states, clique_of(graph, v)));
    degree = std::min(degree, boost::out_degree(at(v), graph));
  }
  if (smallest > most_memory) refuse(false, static_cast<int>(degree), smallest, most_memory);

  // Few added edges suit irregular graphs; regular ones, like grids, are often best swept as they were declared.
  constexpr double patience = 2e7;
  Attempt best = eliminate_in(Order::least_fill, states, graph, most_memory, patience);
  const double enough = best.complete ? best.tree.bytes : std::numeric_limits<double>::infinity();
  Attempt declared = eliminate_in(Order::declared, states, graph, std::min(enough, most_memory),
                                  best.tree.bytes > most_memory ? patience : 0);
  if (declared.complete && declared.tree.bytes < enough) best = std::move(declared);
  if (best.tree.bytes > most_memory)
    refuse(best.complete, best.tree.treewidth(), best.tree.bytes, most_memory);
  connect(best.tree);
  return best.tree;
}

}  // namespace unfurl::junction
