// One iteration of message passing: the values that it computes, while its updates change the messages one after the other.
#pragma once

#include "algorithms/messages/layered_order.hpp"
#include "algorithms/messages/message_weights.hpp"
#include "algorithms/updates/sweep_rows.hpp"
#include "algorithms/updates/update_order.hpp"
#include "algorithms/variational/free_energy.hpp"

namespace unfurl::algorithms {

/// What is carried for a variable group: messages from factors [planes, edges]; where they are damped, the same before
/// damping; where evidence sends messages too, its sum [planes, variables].
enum Entry : std::size_t { damped = 0, undamped = 1, evidence = 2, entries = 3 };

class MessageIteration {
 public:
  MessageIteration(const MessagePassing& options, StepContext& c, State state);

  /// The state after all updates, one after the other. A message to factors is made when its variable has been updated,
  /// once, and read wherever it is needed until the next time.
  State sweep(const Sweep& sweep);
  /// The state after the factors of every level in turn have sent to all of their variables.
  State sweep(const LayeredSweep& sweep);

  /// What free energies and marginals of factors are made of.
  MessageBeliefs beliefs();

 private:
  std::size_t variables_of(const Task& task, std::size_t k) const {
    return static_cast<std::size_t>(layout_.joint[task.joint].slots[k].variables);
  }
  void plan(const Sweep& sweep);
  void update(const Update& u);
  void update(const FactorLevel& level);
  /// What the factors of a task send, by variable group.
  using Sent = std::map<std::size_t, std::vector<ir::Value>>;
  void send(const FactorGroup& g, std::size_t joint, const std::vector<int>& slots,
            const std::vector<ir::Value>& incoming, Sent& sent);
  ir::Value belief(std::size_t v, ir::Value messages);
  ir::Value nothing(int planes, int rows);
  ir::Value messages_to_factors(std::size_t v);
  ir::Value messages_to_factors(ir::Value theta, ir::Value messages, ir::Value c,
                                const ir::Index& edge_variable);
  ir::Value messages_by_pairs(std::size_t v);
  ir::Value count(ir::Value messages, ir::Value c) { return c ? b_.multiply_no_nan(messages, c) : messages; }
  /// Messages as they are before damping.
  ir::Value finish(ir::Value messages, ir::Value weight);
  void put_messages(const Part& part, ir::Value m);
  void put_evidence(const Part& part);

  const MessagePassing& o_;
  StepContext& c_;
  ir::Builder& b_;
  const Layout& layout_;
  State state_;
  std::vector<ir::Value> unary_, weight_, multiplicity_;  // per variable group
  std::vector<FactorGroup> group_, laid_out_;             // per joint declaration
  ir::Value damping_, scale_, offset_;

  // During a sweep, per variable group: messages, the same before damping, and evidence, as they are replaced; what is read
  // at single levels; and what the variables say to factors.
  std::vector<LevelRows> messages_, fresh_, evidence_, own_unary_, own_weight_, own_multiplicity_;
  std::vector<BlockRows> to_factors_;
  std::vector<BlockRows> newest_;  // messages in a layered sweep
  std::map<std::pair<int, int>, ir::Value> nothing_;
};

}  // namespace unfurl::algorithms
