// Textbook inference on factor graphs: plain loops over joint states, float64. Nothing here is shared with the library.
#pragma once

#include <functional>
#include <vector>

namespace unfurl::naive {

using Row = std::vector<double>;
using Rows = std::vector<Row>;

/// A function of a few variables: one log-potential per joint state, the last variable fastest.
struct Factor {
  std::vector<int> scope;
  Row log_potential;
};

struct FactorGraph {
  std::vector<int> states;  ///< per variable
  std::vector<Factor> factors;
  int variables() const { return static_cast<int>(states.size()); }
  /// Adds variables; returns the number of the first.
  int add_variables(int count, int states_each);
  void add(std::vector<int> scope, Row log_potential) {
    factors.push_back({std::move(scope), std::move(log_potential)});
  }
};

Row field_table(double h);         ///< (-h, h)
Row ising_table(double coupling);  ///< J s s' for s, s' = -1, 1
Row potts_table(int states, double coupling);

struct Exact {
  Rows marginals;
  Rows joints;  ///< of every factor's variables, entries as in its table
  double log_partition = 0;
};
/// By summing over all joint states of the graph.
Exact enumerate(const FactorGraph& graph);

/// Marginals after 1, 2, ... iterations: result[iteration - 1][variable][state].
using History = std::vector<Rows>;

/// The graph that an iteration uses (0-based); the read-out after iteration n uses that of n + 1. All have the same scopes.
using Places = std::function<const FactorGraph&(int place)>;

/// Variables that are updated together, from the values before; one list after the other. None: all at once.
using Updates = std::vector<std::vector<int>>;

/// Belief propagation in all its forms. Messages are normalised logarithms; beliefs are made of the last ones before damping.
struct MessageOptions {
  double damping = 0;  ///< m <- damping m_old + (1 - damping) m
  bool maximise = false;
  bool evidence_messages = false;  ///< of factors of one variable, like all others
  Row multiplicity{};              ///< of every factor; empty: 1. Of factors of one variable it is not read.
  double scale = 1;                ///< of messages from factors of two or more variables
  Updates updates{};
};
History message_passing(const Places& places, int iterations, const MessageOptions& options);
History message_passing(const FactorGraph& graph, int iterations, const MessageOptions& options);

/// Flooding sum-product.
History sum_product(const Places& places, int iterations, double damping = 0);
History sum_product(const FactorGraph& graph, int iterations, double damping = 0);

/// Mean field from uniform beliefs; q <- damping q_old + (1 - damping) q.
History mean_field(const Places& places, int iterations, double damping = 0, const Updates& updates = {});
History mean_field(const FactorGraph& graph, int iterations, double damping = 0, const Updates& updates = {});

}  // namespace unfurl::naive
