// Cliques of an order of elimination, and the better one of two orders.
#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "inference/exact/junction_tree.hpp"
#include "unfurl/at.hpp"

namespace unfurl::junction {

using detail::cat;

namespace {

struct Attempt {
  Tree tree;
  int treewidth = 0;
  bool complete = false;
};

/// The cliques of an order, each the later neighbours of its variable in the graph and in the cliques that lead to it,
/// without looking at the edges that elimination adds. Past `most_memory` bytes it goes on for `patience` variables of
/// cliques.
Attempt cliques_of(const std::vector<int>& order, const InteractionGraph& graph,
                   const std::vector<int>& states, double most_memory, double patience) {
  const std::size_t n = order.size();
  Attempt attempt{{states, {}}};
  attempt.tree.cliques.reserve(n);
  std::vector<int> position(n), first_child(n, -1), next_sibling(n, -1);
  for (std::size_t p = 0; p < n; ++p) position[at(order[p])] = static_cast<int>(p);
  std::vector<int> joined(n, -1);  // last clique that a variable came into
  double messages = 0, largest = 0;
  for (int p = 0; at(p) < n; ++p) {
    const int v = order[at(p)];
    Scope scope{v};
    joined[at(v)] = p;
    const auto join = [&](int u) {
      if (position[at(u)] > p && joined[at(u)] != p) {
        joined[at(u)] = p;
        scope.push_back(u);
      }
    };
    for (const int u : graph.neighbours(v)) join(u);
    for (int child = first_child[at(p)]; child >= 0; child = next_sibling[at(child)])
      for (const int u : attempt.tree.cliques[at(child)].separator()) join(u);
    std::sort(scope.begin() + 1, scope.end());
    int parent = -1;
    for (std::size_t k = 1; k < scope.size(); ++k)
      parent = parent < 0 ? position[at(scope[k])] : std::min(parent, position[at(scope[k])]);
    if (parent >= 0) {
      next_sibling[at(p)] = first_child[at(parent)];
      first_child[at(parent)] = p;
    }
    const double table = sizeof(double) * joint_states(states, scope);
    messages += table / states[at(v)];
    largest = std::max(largest, table);
    attempt.tree.bytes = messages + largest;
    attempt.treewidth = std::max(attempt.treewidth, static_cast<int>(scope.size()) - 1);
    if (attempt.tree.bytes > most_memory) patience -= static_cast<double>(scope.size());
    if (patience < 0) return attempt;
    attempt.tree.cliques.push_back({std::move(scope), parent});
  }
  attempt.complete = true;
  return attempt;
}

std::string amount(double bytes) {
  if (std::isinf(bytes)) return "over 10^299 GB";
  return bytes < 1e9 ? cat(bytes / 1e6, " MB") : cat(bytes / 1e9, " GB");
}

[[noreturn]] void refuse(bool complete, int treewidth, double bytes, double most_memory) {
  const char* at_least = complete ? "" : "at least ";
  throw DataError(
      cat("exact inference meets a treewidth of ", at_least, treewidth, ", whose tables need ",
          std::isinf(bytes) ? "" : at_least, amount(bytes), ", more than the limit of ", amount(most_memory)),
      "",
      "use a smaller or sparser model, an approximate algorithm, or raise the limit "
      "(ExactOptions::most_memory, --memory)");
}

}  // namespace

int Tree::treewidth() const {
  std::size_t largest = 1;
  for (const Clique& c : cliques) largest = std::max(largest, c.scope.size());
  return static_cast<int>(largest) - 1;
}

double joint_states(const std::vector<int>& states, std::span<const int> scope) {
  double n = 1;
  for (int v : scope) n *= states[at(v)];
  return n;
}

Tree eliminate(const std::vector<int>& states, const std::vector<Scope>& scopes, double most_memory) {
  // Two lower bounds come before anything grows with the square of a scope or of a degree: a scope lies in a clique, and
  // of the variables that have so many neighbours among each other one is eliminated first.
  for (const Scope& s : scopes)
    if (const double bytes = sizeof(double) * joint_states(states, s); bytes > most_memory)
      refuse(false, static_cast<int>(s.size()) - 1, bytes, most_memory);
  const InteractionGraph graph(states.size(), scopes);
  const SmallestFirst smallest = smallest_first(graph);
  if (!states.empty()) {
    const int fewest = *std::min_element(states.begin(), states.end());
    const double bytes = sizeof(double) * std::pow(fewest, smallest.degeneracy + 1);
    if (bytes > most_memory) refuse(false, smallest.degeneracy, bytes, most_memory);
  }

  constexpr double patience = 2e7;
  const Order filled = least_fill(graph, smallest, states, most_memory, patience);
  Attempt best{{states, {}}, filled.treewidth, filled.complete};
  best.tree.bytes = filled.bytes;
  const bool fits = filled.complete && filled.bytes <= most_memory;
  if (fits) best = cliques_of(filled.variables, graph, states, most_memory, 0);

  // Few added edges suit irregular graphs; regular ones, like grids, are often best swept as they were declared.
  std::vector<int> declared(states.size());
  for (std::size_t v = 0; v < declared.size(); ++v) declared[v] = static_cast<int>(v);
  const double enough = filled.complete ? filled.bytes : std::numeric_limits<double>::infinity();
  Attempt other = cliques_of(declared, graph, states, std::min(enough, most_memory), fits ? 0 : patience);
  if (other.complete == best.complete ? other.tree.bytes < best.tree.bytes : other.complete)
    best = std::move(other);
  if (best.tree.bytes > most_memory) refuse(best.complete, best.treewidth, best.tree.bytes, most_memory);
  return std::move(best.tree);
}

}  // namespace unfurl::junction
