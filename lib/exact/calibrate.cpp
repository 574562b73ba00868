// Two passes over the tree of cliques: sums travel to the roots, then what the rest of the model says travels back.
#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "exact/junction_tree.hpp"

namespace unfurl::junction {

namespace {

constexpr double impossible = -std::numeric_limits<double>::infinity();

std::size_t table_size(const std::vector<int>& states, const Scope& scope) {
  return static_cast<std::size_t>(joint_states(states, scope));
}

/// Calls visit(entry of the table over `scope`, entry of the table over `part`) for all joint states; `part` is a subset.
template <class Visit>
void for_each_entry(const std::vector<int>& states, const Scope& scope, const Scope& part, Visit visit) {
  const auto count = [&](std::size_t k) {
    return static_cast<std::size_t>(states[static_cast<std::size_t>(scope[k])]);
  };
  std::vector<std::size_t> stride(scope.size(), 0);
  std::size_t step = 1;
  for (std::size_t k = part.size(); k-- > 0;) {
    const auto at = std::find(scope.begin(), scope.end(), part[k]) - scope.begin();
    stride[static_cast<std::size_t>(at)] = step;
    step *= static_cast<std::size_t>(states[static_cast<std::size_t>(part[k])]);
  }
  // Entries of `part` for the joint states of the last few variables are looked up, so that counting costs little.
  std::vector<std::size_t> offset{0};
  std::size_t head = scope.size();
  for (; head > 0 && offset.size() < 256; --head) {
    const std::size_t inner = offset.size();
    for (std::size_t s = 1; s < count(head - 1); ++s)
      for (std::size_t i = 0; i < inner; ++i) offset.push_back(offset[i] + s * stride[head - 1]);
  }
  std::vector<std::size_t> state(head, 0);
  std::size_t entry = 0;
  const std::size_t n = table_size(states, scope);
  for (std::size_t first = 0; first < n; first += offset.size()) {
    for (std::size_t i = 0; i < offset.size(); ++i) visit(first + i, entry + offset[i]);
    for (std::size_t k = head; k-- > 0;) {  // the next joint state, last variable fastest
      entry += stride[k];
      if (++state[k] < count(k)) break;
      state[k] = 0;
      entry -= stride[k] * count(k);
    }
  }
}

void add(const std::vector<int>& states, const Scope& scope, std::vector<double>& table, const Scope& part,
         const std::vector<double>& values) {
  for_each_entry(states, scope, part, [&](std::size_t i, std::size_t j) { table[i] += values[j]; });
}

enum class Over { sum, max };

/// log sum exp, or the maximum, over the variables that are not in `part`.
std::vector<double> project(Over over, const std::vector<int>& states, const Scope& scope,
                            const std::vector<double>& table, const Scope& part) {
  const std::size_t n = table_size(states, part);
  std::vector<double> top(n, impossible);
  for_each_entry(states, scope, part,
                 [&](std::size_t i, std::size_t j) { top[j] = std::max(top[j], table[i]); });
  if (over == Over::max) return top;
  std::vector<double> sum(n, 0);
  for_each_entry(states, scope, part, [&](std::size_t i, std::size_t j) {
    if (table[i] != impossible) sum[j] += std::exp(table[i] - top[j]);
  });
  for (std::size_t j = 0; j < n; ++j)
    if (top[j] != impossible) top[j] += std::log(sum[j]);
  return top;
}

std::vector<double> probabilities(std::vector<double> log_weights) {
  const double top = *std::max_element(log_weights.begin(), log_weights.end());
  double sum = 0;
  for (double& w : log_weights) sum += w = std::exp(w - top);
  for (double& w : log_weights) w /= sum;
  return log_weights;
}

/// Messages along the tree. A clique's table is made when it is needed, from the potentials and messages that it meets, so
/// that only one is there at a time.
class Passes {
 public:
  Passes(Over over, const Tree& tree, const std::vector<Potential>& potentials)
      : over_(over),
        tree_(tree),
        position_(size()),
        children_(size()),
        potentials_(size()),
        messages_(size()) {
    for (std::size_t c = 0; c < size(); ++c) {
      position_[static_cast<std::size_t>(scope(c)[0])] = c;
      if (const int parent = tree.cliques[c].parent; parent >= 0)
        children_[static_cast<std::size_t>(parent)].push_back(c);
    }
    for (const Potential& p : potentials) potentials_[home(p.scope)].push_back(&p);
  }

  /// The clique that eliminates the first of these variables: all others are there, too.
  std::size_t home(const Scope& variables) const {
    std::size_t first = size();
    for (int v : variables) first = std::min(first, position_[static_cast<std::size_t>(v)]);
    return first;
  }

  /// From the leaves to the roots; the sum, or the maximum, over all joint states.
  double collect() {
    double total = 0;
    for (std::size_t c = 0; c < size(); ++c) {
      messages_[c] = project(over_, tree_.states, scope(c), gathered(c), separator(c));
      if (tree_.cliques[c].parent < 0) total += messages_[c][0];
    }
    if (total == impossible)
      throw NumericalError(
          "exact inference finds no possible joint state: the factors contradict each other", "",
          "look for evidence, log-potentials of -inf or zeros of tables that leave no state");
    return total;
  }

  /// From the roots to the leaves: calls visit(clique, table) with tables proportional to marginals, or to max-marginals.
  template <class Visit>
  void distribute(Visit visit) {
    for (std::size_t c = size(); c-- > 0;) {
      std::vector<double> table = gathered(c);
      if (tree_.cliques[c].parent >= 0) add(tree_.states, scope(c), table, separator(c), messages_[c]);
      for (std::size_t child :
           children_[c]) {  // what the rest of the model says replaces what the child said
        std::vector<double>& message = messages_[child];
        const auto all = project(over_, tree_.states, scope(c), table, separator(child));
        for (std::size_t j = 0; j < all.size(); ++j)  // where nothing was possible, nothing becomes so
          if (message[j] != impossible) message[j] = all[j] - message[j];
      }
      visit(c, table);
    }
  }

  const Scope& scope(std::size_t clique) const { return tree_.cliques[clique].scope; }

 private:
  std::size_t size() const { return tree_.cliques.size(); }
  Scope separator(std::size_t clique) const { return Scope(scope(clique).begin() + 1, scope(clique).end()); }

  /// The clique's potentials and what its children say.
  std::vector<double> gathered(std::size_t c) const {
    std::vector<double> table(table_size(tree_.states, scope(c)), 0);
    for (const Potential* p : potentials_[c]) add(tree_.states, scope(c), table, p->scope, p->values);
    for (std::size_t child : children_[c])
      add(tree_.states, scope(c), table, separator(child), messages_[child]);
    return table;
  }

  Over over_;
  const Tree& tree_;
  std::vector<std::size_t> position_;  ///< of the clique that eliminates a variable
  std::vector<std::vector<std::size_t>> children_;
  std::vector<std::vector<const Potential*>> potentials_;
  std::vector<std::vector<double>> messages_;
};

/// The best state of a clique's first variable, given those of the others.
int best_first(const std::vector<int>& states, const Scope& scope, const std::vector<double>& table,
               const std::vector<int>& chosen) {
  std::size_t entry = 0, stride = 1;
  for (std::size_t k = scope.size(); k-- > 1;) {
    entry += stride * static_cast<std::size_t>(chosen[static_cast<std::size_t>(scope[k])]);
    stride *= static_cast<std::size_t>(states[static_cast<std::size_t>(scope[k])]);
  }
  int best = 0;
  double top = impossible;
  for (int s = 0; s < states[static_cast<std::size_t>(scope[0])]; ++s)
    if (const double value = table[entry + stride * static_cast<std::size_t>(s)]; value > top) {
      top = value;
      best = s;
    }
  return best;
}

}  // namespace

ExactResult calibrate(const Tree& tree, const std::vector<Potential>& potentials,
                      const std::vector<Scope>& scopes) {
  Passes passes(Over::sum, tree, potentials);
  ExactResult result;
  result.treewidth = tree.treewidth();
  result.bytes = tree.bytes;
  result.log_partition = passes.collect();
  result.marginals.resize(tree.states.size());
  result.joints.assign(scopes.size(), {1});
  std::map<std::size_t, std::vector<std::size_t>> wanted;  // by clique
  for (std::size_t i = 0; i < scopes.size(); ++i)
    if (!scopes[i].empty()) wanted[passes.home(scopes[i])].push_back(i);
  passes.distribute([&](std::size_t c, const std::vector<double>& table) {
    const Scope& scope = passes.scope(c);
    const auto about = [&](const Scope& part) {
      return probabilities(project(Over::sum, tree.states, scope, table, part));
    };
    result.marginals[static_cast<std::size_t>(scope[0])] = about({scope[0]});
    if (const auto found = wanted.find(c); found != wanted.end())
      for (std::size_t i : found->second) result.joints[i] = about(scopes[i]);
  });
  return result;
}

MostProbable maximize(const Tree& tree, const std::vector<Potential>& potentials) {
  Passes passes(Over::max, tree, potentials);
  MostProbable result;
  result.treewidth = tree.treewidth();
  result.bytes = tree.bytes;
  result.log_value = passes.collect();
  result.states.assign(tree.states.size(), 0);
  result.log_max_marginals.resize(tree.states.size());
  passes.distribute([&](std::size_t c, const std::vector<double>& table) {
    const Scope& scope = passes.scope(c);
    const auto v = static_cast<std::size_t>(scope[0]);
    result.states[v] = best_first(tree.states, scope, table, result.states);
    std::vector<double> values = project(Over::max, tree.states, scope, table, {scope[0]});
    const double top = *std::max_element(values.begin(), values.end());  // of the part that v is connected to
    for (double& value : values) value += result.log_value - top;
    result.log_max_marginals[v] = std::move(values);
  });
  return result;
}

}  // namespace unfurl::junction
