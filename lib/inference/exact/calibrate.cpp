// Two passes over the tree of cliques: sums travel to the roots, then what the rest of the model says travels back.
#include <algorithm>
#include <numeric>

#include "inference/exact/junction_tree.hpp"
#include "inference/exact/parallel.hpp"
#include "inference/exact/tables.hpp"
#include "unfurl/at.hpp"

namespace unfurl::junction {

namespace {

/// Members of every owner, in the order of their numbers.
class Lists {
 public:
  Lists(std::size_t owners, const std::vector<int>& owner) : first_(owners + 1, 0) {
    for (const int o : owner)
      if (o >= 0) ++first_[at(o) + 1];
    std::partial_sum(first_.begin(), first_.end(), first_.begin());
    members_.resize(first_.back());
    std::vector<std::size_t> end(first_.begin(), first_.end() - 1);
    for (std::size_t i = 0; i < owner.size(); ++i)
      if (owner[i] >= 0) members_[end[at(owner[i])]++] = i;
  }
  std::span<std::size_t> of(std::size_t owner) {
    return {members_.data() + first_[owner], first_[owner + 1] - first_[owner]};
  }
  std::span<const std::size_t> of(std::size_t owner) const {
    return {members_.data() + first_[owner], first_[owner + 1] - first_[owner]};
  }

 private:
  std::vector<std::size_t> first_, members_;
};

/// Messages along the tree. A clique's table is made when it is needed, from the potentials and messages that it meets, so
/// that only one is there at a time. Messages have a largest entry of 0: numbers stay small, however long the tree.
class Passes {
 public:
  Passes(Over over, const Tree& tree, const std::vector<Potential>& potentials, int threads)
      : over_(over),
        threads_(threads),
        tree_(tree),
        potentials_(potentials),
        position_(size()),
        children_of_(size(), parents(tree)),
        potentials_of_(size(), homes(potentials)),
        messages_(size()) {
    const auto by_scope = [](std::span<std::size_t> list, auto scope_of) {
      const auto less = [&](std::size_t a, std::size_t b) {
        return std::ranges::lexicographical_compare(scope_of(a), scope_of(b));
      };
      if (!std::is_sorted(list.begin(), list.end(), less)) std::stable_sort(list.begin(), list.end(), less);
    };
    for (std::size_t c = 0; c < size(); ++c) {
      by_scope(potentials_of_.of(c), [&](std::size_t p) { return potentials_[p].scope; });
      by_scope(children_of_.of(c), [&](std::size_t child) { return separator(child); });
    }
  }

  /// The clique that eliminates the first of these variables: all others are there, too.
  int home(std::span<const int> variables) const {
    int first = static_cast<int>(size());
    for (const int v : variables) first = std::min(first, position_[at(v)]);
    return first;
  }

  /// From the leaves to the roots; the sum, or the maximum, over all joint states.
  double collect() {
    long double total = 0;  // of as many terms as there are variables
    for (std::size_t c = 0; c < size(); ++c) {
      messages_[c] = project_first(over_, gathered(c), first_states(c), threads_);
      total += normalise(messages_[c]);
    }
    return static_cast<double>(total);
  }

  /// From the roots to the leaves: calls visit(clique, table) with tables proportional to marginals, or to max-marginals.
  template <class Visit>
  void distribute(Visit visit) {
    for (std::size_t c = size(); c-- > 0;) {
      std::vector<double> table = gathered(c);
      if (tree_.cliques[c].parent >= 0) add(table, scope(c), separator(c), messages_[c].data(), 1);
      answer_children(c, table);
      visit(c, table);
    }
  }

  /// From the roots to the leaves: for every clique's first variable the best state, given those of the others.
  std::vector<int> best_states() const {
    std::vector<int> chosen(size(), 0);
    for (std::size_t c = size(); c-- > 0;) {
      std::size_t entry = 0;
      for (const int v : separator(c)) entry = entry * at(tree_.states[at(v)]) + at(chosen[at(v)]);
      const std::vector<double> table = gathered(c);
      double top = impossible;
      for (std::size_t s = 0, n = table.size() / first_states(c); s < first_states(c); ++s)
        if (const double value = table[s * n + entry]; value > top) {
          top = value;
          chosen[at(scope(c)[0])] = static_cast<int>(s);
        }
    }
    return chosen;
  }

  std::span<const int> scope(std::size_t clique) const { return tree_.cliques[clique].scope; }
  std::size_t first_states(std::size_t clique) const { return at(tree_.states[at(scope(clique)[0])]); }

 private:
  std::size_t size() const { return tree_.cliques.size(); }
  std::span<const int> separator(std::size_t clique) const { return tree_.cliques[clique].separator(); }

  static std::vector<int> parents(const Tree& tree) {
    std::vector<int> result;
    result.reserve(tree.cliques.size());
    for (const Clique& c : tree.cliques) result.push_back(c.parent);
    return result;
  }
  std::vector<int> homes(const std::vector<Potential>& potentials) {
    for (std::size_t c = 0; c < size(); ++c) position_[at(scope(c)[0])] = static_cast<int>(c);
    std::vector<int> result;
    result.reserve(potentials.size());
    for (const Potential& p : potentials) result.push_back(home(p.scope));
    return result;
  }

  /// table(x) += values(x_part)
  void add(std::vector<double>& table, std::span<const int> scope, std::span<const int> part,
           const double* values, std::size_t stride) const {
    if (std::ranges::equal(scope, part)) {
      for (std::size_t i = 0; i < table.size(); ++i) table[i] += values[i * stride];
      return;
    }
    const EntryMap map(tree_.states, scope, part);
    constexpr std::size_t chunk = 1 << 14;
    for_each_index((table.size() + chunk - 1) / chunk, table.size(), threads_,
                   [&](std::size_t part_of_table) {
                     const std::size_t begin = part_of_table * chunk;
                     map.for_each(begin, std::min(table.size(), begin + chunk),
                                  [to = table.data(), values, stride](std::size_t i, std::size_t j) {
                                    to[i] += values[j * stride];
                                  });
                   });
  }

  /// Adds tables to that of a clique; those over the same scope are added to each other first, since there may be as many as
  /// a variable has neighbours.
  template <class ScopeOf, class AddTo>
  void add_all(std::vector<double>& table, std::span<const int> scope, std::span<const std::size_t> list,
               ScopeOf scope_of, AddTo add_to) const {
    for (std::size_t i = 0, next; i < list.size(); i = next) {
      const std::span<const int> part = scope_of(list[i]);
      for (next = i + 1; next < list.size() && std::ranges::equal(scope_of(list[next]), part);) ++next;
      if (next == i + 1) {
        add_to(list[i], table, scope, part);
        continue;
      }
      std::vector<double> sum(static_cast<std::size_t>(joint_states(tree_.states, part)), 0);
      for (std::size_t k = i; k < next; ++k) add_to(list[k], sum, part, part);
      add(table, scope, part, sum.data(), 1);
    }
  }

  /// The clique's potentials and what its children say.
  std::vector<double> gathered(std::size_t c) const {
    std::vector<double> table(static_cast<std::size_t>(joint_states(tree_.states, scope(c))), 0);
    add_all(
        table, scope(c), potentials_of_.of(c), [&](std::size_t p) { return potentials_[p].scope; },
        [&](std::size_t p, std::vector<double>& to, std::span<const int> over, std::span<const int> part) {
          add(to, over, part, potentials_[p].values, potentials_[p].stride);
        });
    add_all(
        table, scope(c), children_of_.of(c), [&](std::size_t child) { return separator(child); },
        [&](std::size_t child, std::vector<double>& to, std::span<const int> over,
            std::span<const int> part) { add(to, over, part, messages_[child].data(), 1); });
    return table;
  }

  /// What the rest of the model says replaces what a child said.
  void answer_children(std::size_t c, const std::vector<double>& table) {
    const std::span<const std::size_t> list = children_of_.of(c);
    std::vector<std::size_t> begins;  // of children with the same separator
    for (std::size_t i = 0; i < list.size(); ++i)
      if (i == 0 || !std::ranges::equal(separator(list[i]), separator(list[i - 1]))) begins.push_back(i);
    for_each_index(begins.size(), table.size(), threads_, [&](std::size_t b) {
      const std::size_t end = b + 1 < begins.size() ? begins[b + 1] : list.size();
      const std::vector<double> all =
          project(over_, EntryMap(tree_.states, scope(c), separator(list[begins[b]])), table);
      for (std::size_t i = begins[b]; i < end; ++i) {
        std::vector<double>& message = messages_[list[i]];
        for (std::size_t j = 0; j < all.size(); ++j)  // where nothing was possible, nothing becomes so
          if (message[j] != impossible) message[j] = all[j] - message[j];
        normalise(message);
      }
    });
  }

  Over over_;
  int threads_;
  const Tree& tree_;
  const std::vector<Potential>& potentials_;
  std::vector<int> position_;  ///< of the clique that eliminates a variable
  Lists children_of_, potentials_of_;
  std::vector<std::vector<double>> messages_;
};

}  // namespace

void refuse_contradiction() {
  throw NumericalError("exact inference finds no possible joint state: the factors contradict each other", "",
                       "look for evidence, log-potentials of -inf or zeros of tables that leave no state");
}

ExactResult calibrate(const Tree& tree, const std::vector<Potential>& potentials,
                      const std::vector<Scope>& scopes, int threads) {
  Passes passes(Over::sum, tree, potentials, threads);
  ExactResult result;
  result.treewidth = tree.treewidth();
  result.bytes = tree.bytes;
  result.log_partition = passes.collect();
  if (result.log_partition == impossible) refuse_contradiction();
  result.marginals.resize(tree.states.size());
  result.joints.assign(scopes.size(), {1});
  std::vector<int> homes;
  for (const Scope& s : scopes) homes.push_back(s.empty() ? -1 : passes.home(s));
  Lists wanted(tree.cliques.size(), homes);
  passes.distribute([&](std::size_t c, const std::vector<double>& table) {
    const auto about = [&](std::span<const int> part) {
      return probabilities(project(Over::sum, EntryMap(tree.states, passes.scope(c), part), table));
    };
    result.marginals[at(passes.scope(c)[0])] = about(passes.scope(c).first(1));
    for (const std::size_t i : wanted.of(c)) result.joints[i] = about(scopes[i]);
  });
  return result;
}

MostProbable maximize(const Tree& tree, const std::vector<Potential>& potentials, int threads,
                      bool max_marginals) {
  Passes passes(Over::max, tree, potentials, threads);
  MostProbable result;
  result.treewidth = tree.treewidth();
  result.bytes = tree.bytes;
  result.log_value = passes.collect();
  if (result.log_value == impossible) return result;
  result.states = passes.best_states();
  if (!max_marginals) return result;
  result.log_max_marginals.resize(tree.states.size());
  passes.distribute([&](std::size_t c, const std::vector<double>& table) {
    std::vector<double> values =
        project(Over::max, EntryMap(tree.states, passes.scope(c), passes.scope(c).first(1)), table);
    const double top =
        *std::max_element(values.begin(), values.end());  // of the part that it is connected to
    for (double& value : values) value += result.log_value - top;
    result.log_max_marginals[at(passes.scope(c)[0])] = std::move(values);
  });
  return result;
}

}  // namespace unfurl::junction
