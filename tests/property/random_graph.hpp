// Small random models of discrete variables, with the same thing written out for the naive loops.
#pragma once

#include "property/laws.hpp"

namespace unfurl::test {

struct RandomGraph {
  Model model{"random"};
  naive::FactorGraph graph;
  std::vector<int> possible;  ///< a joint state that no factor rules out
};

struct RandomGraphOptions {
  int variables = 5;
  bool tree = false;
  int largest_arity = 3;
  double impossible = 0;  ///< share of the entries of tables that are 0, where `possible` allows it
  double strength = 1;    ///< log-potentials are uniform in -strength .. strength
};

/// Variable i belongs to a group of 2 + i % 3 states. Every variable has a factor of its own, and there are some of up to
/// `largest_arity` more; the parameter of factor "f<n>" is "Tf<n>", exp of its log-potentials.
RandomGraph random_graph(Random& random, const RandomGraphOptions& options);

}  // namespace unfurl::test
