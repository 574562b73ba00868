// The numbers of message passing that are parameters: what messages count for, and what they are multiplied by.
#pragma once

#include <functional>

#include "algorithms/messages/message_passing.hpp"

namespace unfurl::algorithms {

/// One number per edge of every variable group, from one (or one per factor) of every joint declaration; null without edges.
std::vector<ir::Value> over_edges(StepContext& c,
                                  const std::function<ir::Value(const Model::FactorDeclaration&)>& number);

/// c at every edge of every variable group; absent: 1.
std::vector<ir::Value> multiplicities(const MessagePassing& o, StepContext& c);
/// 1 / c of a declaration's factors.
ir::Value power_of(const MessagePassing& o, StepContext& c, const Model::FactorDeclaration& f);

/// What log-potentials are multiplied by at the algorithm's temperature; null: nothing.
ir::Value coldness(const MessagePassing& o, StepContext& c);
ir::Value unary_of(StepContext& c, std::size_t v, ir::Value coldness);

// Names of weights of messages.
std::string weight_of_edges(const MessagePassing& o, const Layout::Variables& v);
std::string weight_of_type(const MessagePassing& o, const Model::FactorDeclaration& f);
std::string weight_of_belief(const MessagePassing& o, const Layout::Variables& v);
/// Whether a parameter of the algorithm with this prefix has one of these names, or that of the one weight for all.
bool weighs_messages(const std::string& prefix, const std::string& name);
/// The arity in a name that weight_of_type() gave to a parameter of the algorithm with this prefix; absent for other names.
std::optional<int> arity_of_weight(const std::string& prefix, const std::string& name);

/// Pairs of different edges of a variable: of every edge, in order, the others.
struct EdgePairs {
  explicit EdgePairs(const ir::IndexTable& edge_variable);
  std::vector<int> sent, received;
};

}  // namespace unfurl::algorithms
