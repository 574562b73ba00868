/// Results by group of test items.
#pragma once

#include <optional>

#include "experiment/comparison/comparison.hpp"
#include "report/table.hpp"

namespace unfurl::app {

struct Group {
  std::string label;
  std::optional<double> number;    ///< of the label; only where all labels of the grouping are numbers
  std::vector<std::size_t> items;  ///< indices into Metric::per_item
};

/// In the order of their numbers, or else of the alphabet.
std::vector<Group> groups_of(const Grouping& grouping);

/// Mean of a metric over the items of a group, one for each seed; empty when it has no values per item.
std::vector<double> group_values(const ComparedContender& row, std::size_t metric, const Group& group);

/// Whether there is something to show of a metric by group.
bool has_items(const Comparison& comparison, std::size_t metric);

/// One row per contender, one column per group.
Table group_table(const Comparison& comparison, std::size_t metric, const Grouping& grouping);

/// In each column of that table the row whose network is best; none where no number is finite.
std::vector<std::optional<std::size_t>> best_by_group(const Comparison& comparison, std::size_t metric,
                                                      const Grouping& grouping);

}  // namespace unfurl::app
