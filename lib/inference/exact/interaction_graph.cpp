#include "inference/exact/interaction_graph.hpp"

#include <algorithm>

namespace unfurl::junction {

InteractionGraph::InteractionGraph(std::size_t variables, const std::vector<Scope>& scopes)
    : first_(variables + 1, 0) {
  for (const Scope& s : scopes)
    for (const int v : s) first_[static_cast<std::size_t>(v) + 1] += s.size() - 1;
  for (std::size_t v = 0; v < variables; ++v) first_[v + 1] += first_[v];
  adjacent_.resize(first_.back());
  std::vector<std::size_t> end(first_.begin(), first_.end() - 1);
  for (const Scope& s : scopes)
    for (const int v : s)
      for (const int u : s)
        if (u != v) adjacent_[end[static_cast<std::size_t>(v)]++] = u;
  std::size_t kept = 0;  // several factors may join the same two
  for (std::size_t v = 0; v < variables; ++v) {
    const auto begin = adjacent_.begin() + static_cast<std::ptrdiff_t>(first_[v]);
    const auto stop = adjacent_.begin() + static_cast<std::ptrdiff_t>(end[v]);
    std::sort(begin, stop);
    const auto count = static_cast<std::size_t>(std::unique(begin, stop) - begin);
    first_[v] = kept;
    kept = static_cast<std::size_t>(
        std::copy_n(begin, count, adjacent_.begin() + static_cast<std::ptrdiff_t>(kept)) - adjacent_.begin());
  }
  first_[variables] = kept;
  adjacent_.resize(kept);
}

SmallestFirst smallest_first(const InteractionGraph& graph) {
  const std::size_t n = graph.size();
  const auto at = [](int v) { return static_cast<std::size_t>(v); };
  // Variables sorted by the neighbours they have left; a variable that loses one moves to the edge of its block.
  std::vector<int> left(n), order(n);
  std::vector<std::size_t> place(n), block;
  for (std::size_t v = 0; v < n; ++v) {
    left[v] = static_cast<int>(graph.neighbours(static_cast<int>(v)).size());
    if (block.size() < at(left[v]) + 2) block.resize(at(left[v]) + 2, 0);
    ++block[at(left[v]) + 1];
  }
  for (std::size_t d = 1; d < block.size(); ++d) block[d] += block[d - 1];
  std::vector<std::size_t> next = block;
  for (std::size_t v = 0; v < n; ++v) {
    place[v] = next[at(left[v])]++;
    order[place[v]] = static_cast<int>(v);
  }
  SmallestFirst result;
  for (std::size_t i = 0; i < n; ++i) {
    const int v = order[i];
    result.degeneracy = std::max(result.degeneracy, left[at(v)]);
    for (const int u : graph.neighbours(v)) {
      if (left[at(u)] <= left[at(v)]) continue;  // gone, or no more than v has
      std::size_t& edge = block[at(left[at(u)])];
      edge = std::max(edge, i + 1);
      const int other = order[edge];
      std::swap(order[place[at(u)]], order[edge]);
      std::swap(place[at(u)], place[at(other)]);
      ++edge;
      --left[at(u)];
    }
  }
  result.order = std::move(order);
  return result;
}

}  // namespace unfurl::junction
