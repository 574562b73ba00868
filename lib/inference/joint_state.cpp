#include "inference/joint_state.hpp"

#include <algorithm>
#include <numeric>
#include <random>

#include "unfurl/at.hpp"

namespace unfurl::inference {

using junction::Potential;

namespace {

/// Sets that are joined.
class DisjointSets {
 public:
  explicit DisjointSets(std::size_t n) : parent_(n) {
    std::iota(parent_.begin(), parent_.end(), std::size_t{0});
  }
  std::size_t find(std::size_t i) {
    while (parent_[i] != i) i = parent_[i] = parent_[parent_[i]];
    return i;
  }
  void join(std::size_t a, std::size_t b) { parent_[find(a)] = find(b); }

 private:
  std::vector<std::size_t> parent_;
};

/// Calls visit(entry, state of variable `watched`) for the entries of a table over `scope` that agree with `fixed` (-1: all
/// states), in order.
template <class Visit>
void for_each_joint(const std::vector<int>& count, std::span<const int> scope, const std::vector<int>& fixed,
                    int watched, Visit visit) {
  struct Open {
    int variable;
    std::size_t stride, count, state;
  };
  std::vector<Open> open;  // the last one fastest
  std::size_t entry = 0, stride = 1, none = 0;
  const std::size_t* watch = &none;
  for (std::size_t k = scope.size(); k-- > 0; stride *= at(count[at(scope[k])]))
    if (const int v = scope[k]; fixed[at(v)] >= 0)
      entry += stride * at(fixed[at(v)]);
    else
      open.push_back({v, stride, at(count[at(v)]), 0});
  for (const Open& o : open)
    if (o.variable == watched) watch = &o.state;
  for (bool more = true; more;) {
    visit(entry, *watch);
    more = false;
    for (Open& o : open) {  // the next joint state
      entry += o.stride;
      if ((more = ++o.state < o.count)) break;
      entry -= o.stride * o.count;
      o.state = 0;
    }
  }
}

}  // namespace

JointState::JointState(std::vector<int> states_per_variable, std::vector<Potential> factors)
    : count_(std::move(states_per_variable)),
      factors_(std::move(factors)),
      first_(count_.size() + 1, 0),
      chosen_(count_.size(), 0) {
  for (const Potential& f : factors_)
    for (const int v : f.scope) ++first_[at(v) + 1];
  std::partial_sum(first_.begin(), first_.end(), first_.begin());
  factors_of_.resize(first_.back());
  std::vector<std::size_t> end(first_.begin(), first_.end() - 1);
  for (std::size_t f = 0; f < factors_.size(); ++f)
    for (const int v : factors_[f].scope) factors_of_[end[at(v)]++] = f;
}

double JointState::entry(const Potential& f) const {
  std::size_t i = 0;
  for (const int v : f.scope) i = i * at(count_[at(v)]) + at(chosen_[at(v)]);
  return f.values[i * f.stride];
}

Value JointState::value() const {
  Value result;
  for (const Potential& f : factors_) result.add(entry(f));
  return result;
}

Value JointState::value_around(const std::vector<int>& block) const {
  Value result;
  for (const int v : block)
    for (const std::size_t f : factors_of(v)) {
      // A factor counts with the first of its variables that is in the block.
      const auto first = std::find_if(factors_[f].scope.begin(), factors_[f].scope.end(), [&](int u) {
        return std::binary_search(block.begin(), block.end(), u);
      });
      if (*first == v) result.add(entry(factors_[f]));
    }
  return result;
}

std::vector<double> JointState::best_given(std::size_t factor, const std::vector<int>& decided, int v) const {
  const Potential& f = factors_[factor];
  std::vector<double> most(at(count_[at(v)]), -std::numeric_limits<double>::infinity());
  for_each_joint(count_, f.scope, decided, v, [&](std::size_t i, std::size_t state) {
    most[state] = std::max(most[state], f.values[i * f.stride]);
  });
  return most;
}

/// Variables, as many as there are in this order, whose factors form a tree when all others are held: what joins a further
/// variable with a part of it has all its neighbours there in one factor.
std::vector<int> JointState::tree_block(const std::vector<int>& order) const {
  DisjointSets parts(factors_.size());
  std::vector<std::vector<int>> inside(factors_.size());  // variables of a factor that are in the block
  std::vector<int> block, seen(count_.size(), -1);
  std::vector<std::pair<std::size_t, std::size_t>> by_part;
  for (const int v : order) {
    by_part.clear();
    for (const std::size_t f : factors_of(v))
      if (!inside[f].empty()) by_part.emplace_back(parts.find(f), f);
    std::sort(by_part.begin(), by_part.end());
    bool tree = true;
    for (std::size_t i = 0, next; i < by_part.size() && tree; i = next) {
      std::size_t largest = by_part[i].second;
      for (next = i; next < by_part.size() && by_part[next].first == by_part[i].first; ++next)
        if (inside[by_part[next].second].size() > inside[largest].size()) largest = by_part[next].second;
      if (next == i + 1) continue;
      for (const int u : inside[largest]) seen[at(u)] = static_cast<int>(i);
      for (std::size_t k = i; k < next; ++k)
        for (const int u : inside[by_part[k].second]) tree = tree && seen[at(u)] == static_cast<int>(i);
      for (const int u : inside[largest]) seen[at(u)] = -1;
    }
    if (!tree) continue;
    block.push_back(v);
    for (const std::size_t f : factors_of(v)) {
      if (factors_[f].scope.size() < 2) continue;
      inside[f].push_back(v);
      parts.join(f, factors_of(v).front());
    }
  }
  std::sort(block.begin(), block.end());
  return block;
}

/// A best joint state of the block given all others, or one with the fewest violations if none is possible.
std::vector<int> JointState::best_of(const std::vector<int>& block) const {
  std::vector<int> number(count_.size(), -1), states, held = chosen_;
  for (const int v : block) {
    number[at(v)] = static_cast<int>(states.size());
    states.push_back(count_[at(v)]);
    held[at(v)] = -1;
  }
  std::vector<bool> taken(factors_.size(), false);
  std::vector<std::size_t> factors;
  std::vector<junction::Scope> scopes;
  for (const int v : block)
    for (const std::size_t f : factors_of(v)) {
      if (taken[f]) continue;
      taken[f] = true;
      factors.push_back(f);
      scopes.emplace_back();
      for (const int u : factors_[f].scope)
        if (number[at(u)] >= 0) scopes.back().push_back(number[at(u)]);
    }
  const junction::Tree tree = junction::eliminate(states, scopes, std::numeric_limits<double>::infinity());
  std::vector<std::vector<double>> tables(factors.size());  // of factors that are partly held, or changed
  const auto solve = [&](auto change, bool changes) {
    std::vector<Potential> potentials;
    for (std::size_t i = 0; i < factors.size(); ++i) {
      const Potential& f = factors_[factors[i]];
      potentials.push_back({scopes[i], f.values, f.stride});
      if (scopes[i].size() == f.scope.size() && !changes) continue;
      tables[i].clear();
      for_each_joint(count_, f.scope, held, -1, [&](std::size_t entry, std::size_t) {
        tables[i].push_back(change(f.values[entry * f.stride]));
      });
      potentials.back() = {scopes[i], tables[i].data(), 1};
    }
    return junction::maximize(tree, potentials, 1, false);
  };
  MostProbable best = solve([](double value) { return value; }, false);
  if (best.states.size() != block.size())
    best = solve([](double value) { return value == -std::numeric_limits<double>::infinity() ? -1.0 : 0.0; },
                 true);
  return best.states;
}

bool JointState::improve() {
  constexpr int most_blocks = 200;
  std::mt19937 random(1);  // its numbers are the same everywhere
  std::vector<int> order(count_.size());
  std::iota(order.begin(), order.end(), 0);
  bool better = true;
  for (int blocks = 0; better && blocks < most_blocks;) {
    better = false;
    std::vector<bool> covered(order.size(), false);
    for (std::size_t left = order.size(); left > 0 && blocks < most_blocks; ++blocks) {
      // What no block of this round had comes first.
      std::stable_partition(order.begin(), order.end(), [&](int v) { return !covered[at(v)]; });
      const std::vector<int> block = tree_block(order);
      for (const int v : block) {
        left -= !covered[at(v)];
        covered[at(v)] = true;
      }
      const std::vector<int> before = chosen_;
      const Value old = value_around(block);
      const std::vector<int> best = best_of(block);
      for (std::size_t i = 0; i < block.size(); ++i) chosen_[at(block[i])] = best[i];
      const Value now = value_around(block);
      if (!(old < now)) chosen_ = before;
      better = better || old.clearly_less(now);
      if (block.size() == order.size()) return true;
    }
    for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[random() % i]);
  }
  return order.empty();
}

}  // namespace unfurl::inference
