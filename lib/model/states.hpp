// Joint states of factors, and binary variables with both of their states.
#pragma once

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

/// The probability of state 1 as the probabilities of both states.
ir::Value both_probabilities(ir::Builder& b, ir::Value one);

}  // namespace unfurl
