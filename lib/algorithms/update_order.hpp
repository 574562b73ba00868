// What is updated together, and from what: classes of variables, with the factors that reach them.
#pragma once

#include "unfurl/extend.hpp"

namespace unfurl::algorithms {

/// Some factors of a joint declaration, and the slots that they update.
struct Task {
  std::size_t joint = 0;   ///< index in Layout::joint
  std::vector<int> rows;   ///< factors; empty: all
  std::vector<int> slots;  ///< one, or all of them when all factors are updated
};

/// Variables that are updated together.
struct Update {
  std::vector<std::vector<int>> members;  ///< of every variable group
  std::vector<Task> tasks;                ///< what touches them, without factors over complete groups
};

/// The updates of one iteration, one after the other; for UpdateOrder::parallel a single one of everything. In the others,
/// variables updated together share no factor.
std::vector<Update> updates_of(const Model& model, const Layout& layout, UpdateOrder order,
                               const std::vector<int>& sequence);

/// Throws ScheduleError when `sequence` is neither empty nor a permutation of the model's variables.
void check_sequence(const Model& model, const std::vector<int>& sequence, const char* algorithm);

/// Rows of a value; itself when they are all its rows in order.
ir::Value take_rows(ir::Builder& b, ir::Value v, const std::vector<int>& rows);
/// `old` with some rows replaced: row rows[i] by row i of `fresh`.
ir::Value put_rows(ir::Builder& b, ir::Value old, const std::vector<int>& rows, ir::Value fresh);

}  // namespace unfurl::algorithms
