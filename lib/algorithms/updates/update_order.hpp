// What is updated together, and from what: classes of variables, with the factors that reach them.
#pragma once

#include "unfurl/extend/algorithm.hpp"

namespace unfurl::algorithms {

/// Some factors of a joint declaration, and the slots that they update.
struct Task {
  std::size_t joint = 0;   ///< index in Layout::joint
  std::vector<int> rows;   ///< factors; empty: all
  std::vector<int> slots;  ///< one, or all of them when all factors are updated
  int begin = 0;           ///< place of `rows` in Sweep::factors
  int reader = 0;          ///< equal in updates of the same variables, different elsewhere

  /// In an update of a few variables the messages from these themselves are not needed.
  bool reads(std::size_t slot) const { return rows.empty() || slots[0] != static_cast<int>(slot); }
};

/// What an update changes in one variable group.
struct Part {
  std::size_t group = 0;
  std::vector<int> members;  ///< variables
  std::vector<int> edges;    ///< into them, in the order of the tasks
  ir::Index edge_member;     ///< edge -> place of its variable among the members
  int first_member = 0;      ///< place of `members` in Sweep::members
  int first_edge = 0;        ///< place of `edges` in Sweep::edges
};

/// Variables that are updated together.
struct Update {
  std::size_t level = 0;    ///< updates of the same variables have the same
  std::vector<Part> parts;  ///< of the variable groups that it changes
  std::vector<Task> tasks;  ///< what touches them, without factors over complete groups
};

/// One iteration. Every variable belongs to one level, so the levels put all rows (variables, edges, factors by slot) in an
/// order in which each update finds its own next to each other: arrays are laid out so once, and updates take slices.
struct Sweep {
  /// The updates one after the other; for UpdateOrder::flooding a single one of everything. In the others, variables updated
  /// together share no factor.
  std::vector<Update> updates;
  std::vector<std::vector<int>> members, edges;  ///< of every variable group, level by level
  std::vector<std::vector<int>> factors;         ///< of every joint declaration, task by task

  Sweep(const Model& model, const Layout& layout, UpdateOrder order, const std::vector<int>& sequence);

  /// The factors of a task, from all of its declaration and the same laid out.
  static FactorGroup chosen(ir::Builder& b, const Task& task, const FactorGroup& all,
                            const FactorGroup& laid_out);
  /// Every declaration in the order of its tasks.
  std::vector<FactorGroup> laid_out(ir::Builder& b, const std::vector<FactorGroup>& groups) const;
};

/// Throws ScheduleError when `sequence` is neither empty nor a permutation of the model's variables.
void check_sequence(const Model& model, const std::vector<int>& sequence, const char* algorithm);

inline bool is_layered(UpdateOrder order) {
  return order == UpdateOrder::layered || order == UpdateOrder::layered_coloured;
}

}  // namespace unfurl::algorithms
