// Factors that take turns: levels of factors that share no variable.
#pragma once

#include "algorithms/updates/update_order.hpp"

namespace unfurl::algorithms {

/// Factors of two and more variables, of which none share a variable, that send to all of theirs.
struct FactorLevel {
  /// What it reads and changes in one variable group.
  struct Part {
    std::size_t group = 0;
    std::vector<int> edges;    ///< that are replaced, in the order of the tasks and their slots
    int first_edge = 0;        ///< place of `edges` in LayeredSweep::edges
    std::vector<int> members;  ///< their variables
    std::vector<int> near;     ///< all edges of these variables
    ir::Index near_member;     ///< such an edge -> place of its variable among the members
    std::vector<int> place;    ///< of `edges` among `near`
  };
  std::vector<Part> parts;
  std::vector<Task> tasks;
};

/// One iteration of UpdateOrder::layered and layered_coloured.
struct LayeredSweep {
  std::vector<FactorLevel> levels;
  std::vector<std::vector<int>> edges;    ///< of every variable group, level by level
  std::vector<std::vector<int>> factors;  ///< of every joint declaration, task by task

  LayeredSweep(const Model& model, const Layout& layout, UpdateOrder order, const std::vector<int>& sequence);
};

/// Throws ScheduleError when `sequence` is neither empty nor a permutation of the model's factors of two and more variables.
void check_factor_sequence(const Model& model, const std::vector<int>& sequence, const char* algorithm);

}  // namespace unfurl::algorithms
