// Two passes over the tree of cliques: sums travel to the roots, then what the rest of the model says travels back.
#include <algorithm>
#include <cmath>
#include <limits>

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

void add(const std::vector<int>& states, const Scope& scope, std::vector<double>& table,
         const Potential& part) {
  for_each_entry(states, scope, part.scope,
                 [&](std::size_t i, std::size_t j) { table[i] += part.values[j]; });
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

/// Tables of the cliques and the messages to their parents.
class Passes {
 public:
  Passes(Over over, const Tree& tree, const std::vector<Potential>& potentials)
      : over_(over), tree_(tree), position_(size()), tables_(size()), messages_(size()) {
    for (std::size_t c = 0; c < size(); ++c) {
      position_[static_cast<std::size_t>(scope(c)[0])] = c;
      tables_[c].assign(table_size(tree.states, scope(c)), 0);
    }
    for (const Potential& p : potentials) {
      if (p.scope.empty()) continue;
      const std::size_t c = home(p.scope);
      add(tree.states, scope(c), tables_[c], p);
    }
  }

  std::size_t size() const { return tree_.cliques.size(); }
  const Scope& scope(std::size_t clique) const { return tree_.cliques[clique].scope; }
  const std::vector<double>& table(std::size_t clique) const { return tables_[clique]; }

  /// The clique that eliminates the first of these variables: all others are there, too.
  std::size_t home(const Scope& variables) const {
    std::size_t first = size();
    for (int v : variables) first = std::min(first, position_[static_cast<std::size_t>(v)]);
    return first;
  }

  /// Messages from the leaves to the roots; the sum, or the maximum, over all joint states.
  double collect() {
    double total = 0;
    for (std::size_t c = 0; c < size(); ++c) {
      messages_[c] = project(over_, tree_.states, scope(c), tables_[c], separator(c));
      const int parent = tree_.cliques[c].parent;
      if (parent < 0)
        total += messages_[c][0];
      else
        add(tree_.states, scope(static_cast<std::size_t>(parent)), tables_[static_cast<std::size_t>(parent)],
            {separator(c), messages_[c]});
    }
    if (total == impossible)
      throw NumericalError("exact inference finds no possible joint state: the factors contradict each other",
                           "", "look for log-potentials of -inf that leave no state");
    return total;
  }

  /// Messages from the roots to the leaves; the tables are then proportional to marginals, or to max-marginals.
  void distribute() {
    for (std::size_t c = size(); c-- > 0;) {
      if (tree_.cliques[c].parent < 0) continue;
      const auto parent = static_cast<std::size_t>(tree_.cliques[c].parent);
      std::vector<double> news = project(over_, tree_.states, scope(parent), tables_[parent], separator(c));
      for (std::size_t j = 0; j < news.size(); ++j)  // where nothing was possible, nothing becomes so
        news[j] = messages_[c][j] == impossible ? impossible : news[j] - messages_[c][j];
      add(tree_.states, scope(c), tables_[c], {separator(c), std::move(news)});
    }
  }

  /// What the tables say about some variables of one clique.
  std::vector<double> about(const Scope& variables) const {
    const std::size_t c = home(variables);
    return project(over_, tree_.states, scope(c), tables_[c], variables);
  }

 private:
  Scope separator(std::size_t clique) const { return Scope(scope(clique).begin() + 1, scope(clique).end()); }

  Over over_;
  const Tree& tree_;
  std::vector<std::size_t> position_;  ///< of the clique that eliminates a variable
  std::vector<std::vector<double>> tables_, messages_;
};

/// Roots first: every variable takes the best state given those that are eliminated after it.
std::vector<int> trace(const Passes& passes, const std::vector<int>& states) {
  std::vector<int> best(states.size(), 0);
  for (std::size_t c = passes.size(); c-- > 0;) {
    const Scope& scope = passes.scope(c);
    const std::vector<double>& table = passes.table(c);
    std::size_t entry = 0, stride = 1;
    for (std::size_t k = scope.size(); k-- > 1;) {
      entry += stride * static_cast<std::size_t>(best[static_cast<std::size_t>(scope[k])]);
      stride *= static_cast<std::size_t>(states[static_cast<std::size_t>(scope[k])]);
    }
    const auto own = static_cast<std::size_t>(scope[0]);
    std::size_t top = entry;
    for (int s = 1; s < states[own]; ++s) {
      const std::size_t i = entry + stride * static_cast<std::size_t>(s);
      if (table[i] > table[top]) {
        top = i;
        best[own] = s;
      }
    }
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
  passes.distribute();
  for (int v = 0; v < static_cast<int>(tree.states.size()); ++v)
    result.marginals.push_back(probabilities(passes.about({v})));
  for (const Scope& s : scopes)
    result.joints.push_back(s.empty() ? std::vector<double>{1} : probabilities(passes.about(s)));
  return result;
}

MostProbable maximize(const Tree& tree, const std::vector<Potential>& potentials) {
  Passes passes(Over::max, tree, potentials);
  MostProbable result;
  result.treewidth = tree.treewidth();
  result.bytes = tree.bytes;
  result.log_value = passes.collect();
  result.states = trace(passes, tree.states);
  passes.distribute();
  for (int v = 0; v < static_cast<int>(tree.states.size()); ++v) {
    std::vector<double> values = passes.about({v});
    const double top = *std::max_element(values.begin(), values.end());  // of the part that v is connected to
    for (double& value : values) value += result.log_value - top;
    result.log_max_marginals.push_back(std::move(values));
  }
  return result;
}

}  // namespace unfurl::junction
