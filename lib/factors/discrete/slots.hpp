// Factors of many binary variables whose potential sees the states one after the other, as a count or a parity does: sets
// of slots are put together by halves, up a tree and down again, so that all messages cost as much as a few of them.
#pragma once

#include "factors/factors.hpp"

namespace unfurl::factors {

/// Throws ModelError unless the factor joins binary variables, one or more.
void check_binary_slots(const Model::FactorDeclaration& factor);

/// What the slots say, [planes, slots x factors]: rows slot by slot.
ir::Value join_slots(ir::Builder& b, const std::vector<ir::Value>& incoming, int factors);
std::vector<ir::Value> part_slots(ir::Builder& b, ir::Value rows, int slots);

/// How two disjoint sets of slots are put together.
class SlotSets {
 public:
  virtual ~SlotSets() = default;
  /// What both sets say, from what each says.
  virtual ir::Value join(ir::Builder& b, ir::Value first, ir::Value second) const = 0;
  /// What everything but `first` says to it: from what everything but both says, and from the second set.
  virtual ir::Value exclude(ir::Builder& b, ir::Value outside, ir::Value second) const = 0;
  /// A set alone, in the shape of a set of twice as many slots; and back, for what is said to it.
  virtual ir::Value widen(ir::Builder&, ir::Value set, int /*planes*/) const { return set; }
  virtual ir::Value narrow(ir::Builder&, ir::Value outside, int /*planes*/) const { return outside; }
};

/// All slots together, [planes, factors].
ir::Value join_all(ir::Builder& b, const SlotSets& sets, ir::Value slots, int factors);
/// What everything else says to every slot, [planes, slots x factors]; `outside` is what the factor itself says to all of
/// them together, [planes, factors or 1], or nothing.
ir::Value exclude_each(ir::Builder& b, const SlotSets& sets, ir::Value slots, ir::Value outside, int factors);

/// Factors whose log-potential is a function of how many of their variables are in state 1: `log_potential` has an entry
/// for every count up to some, [counts, factors or 1]; larger counts are impossible. O(variables x counts).
std::vector<ir::Value> count_messages(ir::Builder& b, const FactorGroup& group, ir::Value log_potential,
                                      const std::vector<ir::Value>& incoming);
ir::Value count_log_partition(ir::Builder& b, const FactorGroup& group, ir::Value log_potential,
                              const std::vector<ir::Value>& incoming);
/// What the factors say in mean field.
std::vector<Expected> count_expectations(ir::Builder& b, const FactorGroup& group, ir::Value log_potential,
                                         const std::vector<ir::Value>& beliefs);
/// Expected log-potential, [1, factors].
ir::Value count_expectation(ir::Builder& b, const FactorGroup& group, ir::Value log_potential,
                            const std::vector<ir::Value>& beliefs);
/// The table of log-potentials by the number of ones (or its remainder, for two planes and `modulo` 2), for few variables.
/// Throws ModelError where it would have more than 2^24 entries.
ir::Value count_table(ir::Builder& b, const FactorGroup& group, ir::Value log_potential, int modulo = 0);

}  // namespace unfurl::factors
