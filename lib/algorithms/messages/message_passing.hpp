// One mechanism for sum-product, max-product, tree-reweighted and fractional belief propagation.
#pragma once

#include <functional>
#include <optional>

#include "unfurl/extend/algorithm.hpp"

namespace unfurl::algorithms {

/// Messages to factors count every factor a with a multiplicity c_a, absent: 1,
///   n_{i->a} = theta_i + sum_{b != a} c_b m_{b->i} + (c_a - 1) m_{a->i},
///   m_{a->i} = log sum exp (or max) of theta_a / c_a + sum_{j != i} n_{j->a},    belief_i = theta_i + sum_a c_a m_{a->i},
/// and the free energy that belongs to them is
///   sum_a c_a ( log Z_a - sum_i E_{b_a}[n_{i->a}] ) + sum_i E_{b_i}[theta_i] + sum_i (1 - sum_a c_a) H(b_i).
struct MessagePassing {
  std::string name;    ///< "SumProduct"
  std::string prefix;  ///< of its parameters: "bp"
  Semiring semiring = Semiring::sum;
  double damping = 0;
  MessageWeights message_weights = MessageWeights::none;
  UpdateOrder order = UpdateOrder::flooding;
  std::vector<int> sequence{};
  bool evidence_messages = false;
  std::optional<double> scale{}, offset{};
  std::optional<double>
      temperature{};  ///< of the distribution, p^(1/temperature); only without multiplicities

  /// The parameter that gives c: its name, whether it is 1 / c, and its values: one for all factors of two or more
  /// variables, or one per factor. Empty name: c = 1.
  std::string multiplicity{};
  bool inverted = false;
  bool per_factor = false;
  std::function<std::vector<double>(const Model&)> multiplicities{};
};
AlgorithmPointer make_message_passing(MessagePassing options);

/// Factors of two or more variables.
int joint_factors(const Model& model);

}  // namespace unfurl::algorithms
