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
  std::vector<std::size_t> stride(scope.size(), 0);
  std::size_t step = 1;
  for (std::size_t k = part.size(); k-- > 0;) {
    const auto at = std::find(scope.begin(), scope.end(), part[k]) - scope.begin();
    stride[static_cast<std::size_t>(at)] = step;
    step *= static_cast<std::size_t>(states[static_cast<std::size_t>(part[k])]);
  }
  std::vector<int> state(scope.size(), 0);
  std::size_t entry = 0;
  const std::size_t n = table_size(states, scope);
  for (std::size_t i = 0; i < n; ++i) {
    visit(i, entry);
    for (std::size_t k = scope.size(); k-- > 0;) {  // the next joint state, last variable fastest
      entry += stride[k];
      const int count = states[static_cast<std::size_t>(scope[k])];
      if (++state[k] < count) break;
      state[k] = 0;
      entry -= stride[k] * static_cast<std::size_t>(count);
    }
  }
}

void add(const std::vector<int>& states, const Scope& scope, std::vector<double>& table,
         const Potential& part) {
  for_each_entry(states, scope, part.scope,
                 [&](std::size_t i, std::size_t j) { table[i] += part.values[j]; });
}

/// log sum exp over the variables that are not in `part`.
std::vector<double> sum_out(const std::vector<int>& states, const Scope& scope,
                            const std::vector<double>& table, const Scope& part) {
  const std::size_t n = table_size(states, part);
  std::vector<double> top(n, impossible), sum(n, 0);
  for_each_entry(states, scope, part,
                 [&](std::size_t i, std::size_t j) { top[j] = std::max(top[j], table[i]); });
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

}  // namespace

ExactResult calibrate(const Tree& tree, const std::vector<Potential>& potentials) {
  const std::vector<int>& states = tree.states;
  const std::size_t n = tree.cliques.size();
  const auto separator = [&](std::size_t c) {
    return Scope(tree.cliques[c].scope.begin() + 1, tree.cliques[c].scope.end());
  };

  std::vector<std::size_t> position(n);  // of the clique that eliminates a variable
  std::vector<std::vector<double>> tables(n), messages(n);
  for (std::size_t c = 0; c < n; ++c) {
    position[static_cast<std::size_t>(tree.cliques[c].scope[0])] = c;
    tables[c].assign(table_size(states, tree.cliques[c].scope), 0);
  }
  for (const Potential& p :
       potentials) {  // goes where its first variable is eliminated: all others are there, too
    std::size_t first = n;
    for (int v : p.scope) first = std::min(first, position[static_cast<std::size_t>(v)]);
    add(states, tree.cliques[first].scope, tables[first], p);
  }

  ExactResult result;
  result.treewidth = tree.treewidth();
  for (std::size_t c = 0; c < n; ++c) {
    const Clique& clique = tree.cliques[c];
    messages[c] = sum_out(states, clique.scope, tables[c], separator(c));
    if (clique.parent < 0) {
      result.log_partition += messages[c][0];
      continue;
    }
    const auto parent = static_cast<std::size_t>(clique.parent);
    add(states, tree.cliques[parent].scope, tables[parent], {separator(c), messages[c]});
  }
  if (result.log_partition == impossible)
    throw NumericalError("exact inference finds no possible joint state: the factors contradict each other",
                         "", "look for log-potentials of -inf that leave no state");

  result.marginals.resize(n);
  for (std::size_t c = n; c-- > 0;) {
    const Clique& clique = tree.cliques[c];
    if (clique.parent >= 0) {
      const auto parent = static_cast<std::size_t>(clique.parent);
      std::vector<double> news = sum_out(states, tree.cliques[parent].scope, tables[parent], separator(c));
      for (std::size_t j = 0; j < news.size(); ++j)  // where nothing was possible, nothing becomes so
        news[j] = messages[c][j] == impossible ? impossible : news[j] - messages[c][j];
      add(states, clique.scope, tables[c], {separator(c), std::move(news)});
    }
    result.marginals[static_cast<std::size_t>(clique.scope[0])] =
        probabilities(sum_out(states, clique.scope, tables[c], {clique.scope[0]}));
  }
  return result;
}

}  // namespace unfurl::junction
