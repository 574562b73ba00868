// Joint states of factors, and binary variables with both of their states.
#pragma once

#include "unfurl/extend/builder.hpp"
#include "unfurl/model.hpp"

namespace unfurl {

/// Entry of the joint table -> state of one slot; the last slot is fastest.
ir::Index state_of(const Edges& edges, std::size_t slot);

/// Two planes from one each.
ir::Value two_planes(ir::Builder& b, ir::Value zero, ir::Value one);

/// A log-ratio as two planes, up to a constant: (0, ratio) below zero and (-ratio, 0) above, so that certainty (an
/// infinite ratio) becomes an impossible state and not infinite weight.
ir::Value both_states(ir::Builder& b, ir::Value ratio);

/// Two planes as a log-ratio.
ir::Value log_ratio(ir::Builder& b, ir::Value two);

/// A log-ratio as the probabilities of both states, neither of which is a difference from 1.
ir::Value both_probabilities(ir::Builder& b, ir::Value ratio);

/// 1 where a log-potential is possible, 0 where it is -inf.
ir::Value possible(ir::Builder& b, ir::Value log_potential);

/// False where a value is surely above -inf: what was declared is finite, and so are sums and products. True at logarithms.
bool may_be_impossible(const ir::Graph& graph, ir::Value v);

}  // namespace unfurl
