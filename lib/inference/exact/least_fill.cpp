// Min-fill, with the missing edges counted as they change.
#include <algorithm>
#include <cstdint>
#include <queue>
#include <utility>

#include "inference/exact/interaction_graph.hpp"
#include "inference/exact/junction_tree.hpp"
#include "unfurl/at.hpp"

namespace unfurl::junction {

namespace {

/// Pairs of variables; pairs are only added.
class EdgeSet {
 public:
  explicit EdgeSet(std::size_t expected) { resize(expected); }
  bool contains(int a, int b) const { return slots_[find(key(a, b))] != none; }
  /// False when it was there.
  bool insert(int a, int b) {
    std::size_t slot = find(key(a, b));
    if (slots_[slot] != none) return false;
    slots_[slot] = key(a, b);
    if (2 * ++count_ > slots_.size()) resize(2 * count_);
    return true;
  }

 private:
  static constexpr std::uint64_t none = ~std::uint64_t{0};
  static std::uint64_t key(int a, int b) {
    const auto [low, high] = std::minmax(a, b);
    return static_cast<std::uint64_t>(low) << 32 | static_cast<std::uint64_t>(high);
  }
  std::size_t find(std::uint64_t k) const {
    std::uint64_t slot =
        (k * 0x9E3779B97F4A7C15u) >> shift_;  // the best mixed bits of a product are the highest
    while (slots_[slot] != none && slots_[slot] != k) slot = (slot + 1) & (slots_.size() - 1);
    return slot;
  }
  void resize(std::size_t expected) {
    int bits = 4;
    while ((std::size_t{1} << bits) < 2 * expected + 2) ++bits;
    shift_ = 64 - bits;
    std::vector<std::uint64_t> old(std::size_t{1} << bits, none);
    old.swap(slots_);
    for (const std::uint64_t k : old)
      if (k != none) slots_[find(k)] = k;
  }
  std::vector<std::uint64_t> slots_;
  std::size_t count_ = 0;
  int shift_ = 60;
};

/// What is left of a graph from which variables are taken, and for every variable the edges among its neighbours.
class FillGraph {
 public:
  FillGraph(const InteractionGraph& graph, const SmallestFirst& smallest)
      : edges_(graph.edges()),
        adjacent_(graph.size()),
        degree_(graph.size()),
        linked_(graph.size(), 0),
        gone_(graph.size(), false),
        touched_at_(graph.size(), 0) {
    for (std::size_t v = 0; v < graph.size(); ++v) {
      const auto around = graph.neighbours(static_cast<int>(v));
      adjacent_[v].assign(around.begin(), around.end());
      degree_[v] = static_cast<std::int64_t>(around.size());
      for (const int u : around)
        if (static_cast<int>(v) < u) edges_.insert(static_cast<int>(v), u);
    }
    // In this order few neighbours of a variable come after it, so that every triangle is found once and quickly.
    std::vector<std::size_t> position(graph.size());
    for (std::size_t i = 0; i < position.size(); ++i) position[at(smallest.order[i])] = i;
    std::vector<int> later;
    for (const int v : smallest.order) {
      later.clear();
      for (const int u : adjacent_[at(v)])
        if (position[at(u)] > position[at(v)]) later.push_back(u);
      for (std::size_t i = 0; i < later.size(); ++i)
        for (std::size_t j = 0; j < i; ++j)
          if (edges_.contains(later[i], later[j]))
            ++linked_[at(v)], ++linked_[at(later[i])], ++linked_[at(later[j])];
    }
  }

  std::int64_t fill(int v) const { return degree_[at(v)] * (degree_[at(v)] - 1) / 2 - linked_[at(v)]; }
  bool gone(int v) const { return gone_[at(v)]; }
  double looks() const { return looks_; }

  /// Those that are left. What is gone leaves the list when it is next looked at.
  const std::vector<int>& neighbours(int v) {
    std::vector<int>& list = adjacent_[at(v)];
    looks_ += static_cast<double>(list.size());
    std::erase_if(list, [&](int u) { return gone(u); });
    return list;
  }

  /// Joins the variable's neighbours and takes it out; gives the variables whose fill may have changed.
  const std::vector<int>& eliminate(int v) {
    ++step_;
    touched_.clear();
    const std::vector<int> around = neighbours(v);
    looks_ += static_cast<double>(around.size() * around.size());
    for (std::size_t i = 0; i < around.size(); ++i)
      for (std::size_t j = 0; j < i; ++j)
        if (edges_.insert(around[i], around[j])) join(around[i], around[j]);
    gone_[at(v)] = true;
    for (const int u : around) {
      --degree_[at(u)];
      linked_[at(u)] -= static_cast<std::int64_t>(around.size()) - 1;
      touch(u);
    }
    return touched_;
  }

 private:
  /// The new edge closes a triangle with every neighbour of both.
  void join(int a, int b) {
    if (degree_[at(a)] > degree_[at(b)]) std::swap(a, b);
    for (const int c : neighbours(a))
      if (edges_.contains(b, c)) {
        ++linked_[at(a)], ++linked_[at(b)], ++linked_[at(c)];
        touch(c);
      }
    adjacent_[at(a)].push_back(b);
    adjacent_[at(b)].push_back(a);
    ++degree_[at(a)], ++degree_[at(b)];
  }
  void touch(int v) {
    if (std::exchange(touched_at_[at(v)], step_) != step_) touched_.push_back(v);
  }

  EdgeSet edges_;
  std::vector<std::vector<int>> adjacent_;
  std::vector<std::int64_t> degree_, linked_;
  std::vector<bool> gone_;
  std::vector<std::size_t> touched_at_;
  std::vector<int> touched_;
  std::size_t step_ = 0;
  double looks_ = 0;
};

}  // namespace

Order least_fill(const InteractionGraph& graph, const SmallestFirst& smallest, const std::vector<int>& states,
                 double most_memory, double patience) {
  FillGraph left(graph, smallest);
  using Entry = std::pair<std::int64_t, int>;  // a variable with the fill it had; outdated ones are skipped
  std::vector<Entry> entries;
  std::vector<std::int64_t> listed(graph.size());
  for (std::size_t v = 0; v < graph.size(); ++v)
    entries.emplace_back(listed[v] = left.fill(static_cast<int>(v)), static_cast<int>(v));
  std::priority_queue queue(std::greater<Entry>{}, std::move(entries));

  Order order;
  double messages = 0, largest = 0, looked = 0;
  while (order.variables.size() < graph.size()) {
    const auto [fill, v] = queue.top();
    queue.pop();
    if (left.gone(v) || fill != listed[at(v)]) continue;
    const std::vector<int>& around = left.neighbours(v);
    const double message = sizeof(double) * joint_states(states, around);
    messages += message;
    largest = std::max(largest, message * states[at(v)]);
    order.bytes = messages + largest;
    order.treewidth = std::max(order.treewidth, static_cast<int>(around.size()));
    order.variables.push_back(v);
    if (order.bytes > most_memory) {
      const double ahead = static_cast<double>(around.size()) * static_cast<double>(around.size());
      if (looked == 0) looked = left.looks();
      if (left.looks() - looked + ahead > patience) return order;
    }
    for (const int u : left.eliminate(v))
      if (const std::int64_t now = left.fill(u); now != listed[at(u)]) queue.emplace(listed[at(u)] = now, u);
  }
  order.complete = true;
  return order;
}

}  // namespace unfurl::junction
