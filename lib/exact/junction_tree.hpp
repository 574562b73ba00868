// Exact inference on tables: knows variables by number and nothing of models.
#pragma once

#include <cstddef>
#include <vector>

#include "unfurl/exact.hpp"

namespace unfurl::junction {

using Scope = std::vector<int>;  ///< variables, each at most once

/// A log-potential: one entry per joint state of its variables, the last one fastest.
struct Potential {
  Scope scope;
  std::vector<double> values;
};

/// What eliminating one variable joins.
struct Clique {
  Scope scope;      ///< the eliminated variable, then its neighbours at that time
  int parent = -1;  ///< clique of the neighbour that is eliminated next; none at a root
};

/// One clique per variable in order of elimination, children before parents.
struct Tree {
  std::vector<int> states;  ///< per variable
  std::vector<Clique> cliques;
  double bytes = 0;  ///< of all messages and the largest table
  int treewidth() const;
};

/// Joint states of some variables; a floating-point number, as it may be astronomical.
double joint_states(const std::vector<int>& states, const Scope& scope);

/// The cheaper of two orders: always the variable whose neighbours lack the fewest edges among each other, or the order
/// of the numbers. Throws DataError when the cliques' tables need more than `most_memory` bytes.
Tree eliminate(const std::vector<int>& states, const std::vector<Scope>& scopes, double most_memory);

/// Marginals of the variables and of `scopes`, each of which was among those given to `eliminate`. Throws NumericalError
/// when no joint state is possible.
ExactResult calibrate(const Tree& tree, const std::vector<Potential>& potentials,
                      const std::vector<Scope>& scopes);

/// The same passes with maxima.
MostProbable maximize(const Tree& tree, const std::vector<Potential>& potentials);

}  // namespace unfurl::junction
