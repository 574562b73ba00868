// Elimination and message passing on tables, for exact inference and decoding: knows variables by number and nothing of models.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "inference/exact/interaction_graph.hpp"
#include "unfurl/exact.hpp"

namespace unfurl::junction {

/// A log-potential over a scope: entry i of its table, the last variable fastest, is values[i * stride]. Owns nothing.
struct Potential {
  std::span<const int> scope;
  const double* values = nullptr;
  std::size_t stride = 1;
};

/// What eliminating one variable joins.
struct Clique {
  Scope scope;      ///< the eliminated variable, then its neighbours at that time, ascending
  int parent = -1;  ///< clique of the neighbour that is eliminated next; none at a root
  /// Where its message goes: all but the eliminated variable.
  std::span<const int> separator() const { return std::span(scope).subspan(1); }
};

/// One clique per variable in order of elimination, children before parents.
struct Tree {
  std::vector<int> states;  ///< per variable
  std::vector<Clique> cliques;
  double bytes = 0;  ///< of all messages and the largest table
  int treewidth() const;
};

/// Joint states of some variables; a floating-point number, as it may be astronomical.
double joint_states(const std::vector<int>& states, std::span<const int> scope);

/// The cheaper of two orders: always the variable whose neighbours lack the fewest edges among each other, or the order
/// of the numbers. Throws DataError when the cliques' tables need more than `most_memory` bytes, before anything of such a
/// size is made.
Tree eliminate(const std::vector<int>& states, const std::vector<Scope>& scopes, double most_memory);

/// Marginals of the variables and of `scopes`, each of which was among those given to `eliminate`. Throws NumericalError
/// when no joint state is possible. The bits do not depend on the threads.
ExactResult calibrate(const Tree& tree, const std::vector<Potential>& potentials,
                      const std::vector<Scope>& scopes, int threads);

/// The same passes with maxima, and with `max_marginals` those. When no joint state is possible the value is -inf, and there
/// is nothing else.
MostProbable maximize(const Tree& tree, const std::vector<Potential>& potentials, int threads,
                      bool max_marginals);

/// Throws NumericalError: no joint state is possible.
[[noreturn]] void refuse_contradiction();

}  // namespace unfurl::junction
