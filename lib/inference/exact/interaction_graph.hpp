// Which variables meet in a factor.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace unfurl::junction {

using Scope = std::vector<int>;  ///< variables, each at most once

/// Joins the variables of every scope with each other. Neighbours are ascending, each once.
class InteractionGraph {
 public:
  InteractionGraph(std::size_t variables, const std::vector<Scope>& scopes);
  std::size_t size() const { return first_.size() - 1; }
  std::size_t edges() const { return adjacent_.size() / 2; }
  std::span<const int> neighbours(int v) const {
    const auto i = static_cast<std::size_t>(v);
    return {adjacent_.data() + first_[i], first_[i + 1] - first_[i]};
  }

 private:
  std::vector<std::size_t> first_;  ///< of a variable's neighbours; one more for the end
  std::vector<int> adjacent_;
};

/// Variables, each followed by those that are left when it is the one with the fewest neighbours left [Matula83].
struct SmallestFirst {
  std::vector<int> order;
  int degeneracy = 0;  ///< most neighbours that one has left; no order of elimination has a smaller treewidth
};
SmallestFirst smallest_first(const InteractionGraph& graph);

/// Variables in the order in which they are eliminated.
struct Order {
  std::vector<int> variables;
  int treewidth = 0;      ///< most neighbours at the time of elimination
  double bytes = 0;       ///< of all messages and the largest table
  bool complete = false;  ///< or it was given up, and these are lower bounds
};

/// Always the variable whose neighbours lack the fewest edges among each other, the first of those that are equal. Past
/// `most_memory` bytes it goes on for `patience` looks at an edge, to find the whole treewidth where that is quick. Until
/// then it takes O(k^2 n log n) for n variables and an order of treewidth k, whatever their degrees.
Order least_fill(const InteractionGraph& graph, const SmallestFirst& smallest, const std::vector<int>& states,
                 double most_memory, double patience);

}  // namespace unfurl::junction
