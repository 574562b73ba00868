// What algorithms on discrete variables give on request: estimates of log Z and marginals of factors.
#pragma once

#include "unfurl/extend/algorithm.hpp"

namespace unfurl::algorithms {

/// Messages and beliefs of belief propagation in one layer. Values per variable group are [planes, variables]; counts are
/// those of MessagePassing, absent: 1.
struct MessageBeliefs {
  std::vector<FactorGroup> groups;    ///< per joint declaration, with power and semiring
  std::vector<ir::Value> count;       ///< per joint declaration: c_a
  std::vector<ir::Value> to_factors;  ///< per variable group: n_{i->a} at its edges; absent without edges
  std::vector<ir::Value> edge_count;  ///< per variable group: c_a at its edges
  std::vector<ir::Value> belief;      ///< per variable group: logarithms, or log-ratios
  /// The same as factors of one variable see it, from damped messages; absent: belief.
  std::vector<ir::Value> evidence_belief;
};

/// "log_partition", minus the free energy that belongs to the messages (not where they maximise):
///   sum_a c_a ( log Z_a - sum_i E_{b_a}[n_{i->a}] ) + sum_i E_{b_i}[theta_i] + sum_i (1 - sum_a c_a) H(b_i),
/// of which the first sum is E_{b_a}[theta_a] + c_a H(b_a) for b_a ~ exp( theta_a / c_a + sum_i n_{i->a} ). With it
/// "<factor>.marginal", the b_a, and "<factor>.log_potential".
Readouts message_readouts(StepContext& c, const MessageBeliefs& beliefs);

/// The mean-field bound E_q[theta] + H(q) with the same other read-outs, from probabilities of all states per variable
/// group. It is -inf where they give probability to what is impossible.
Readouts mean_field_readouts(StepContext& c, const std::vector<ir::Value>& beliefs);

}  // namespace unfurl::algorithms
