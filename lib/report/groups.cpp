#include "report/groups.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "core/statistics.hpp"

namespace unfurl::app {

namespace {

std::optional<double> number_in(const std::string& text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) return {};
  return value;
}

}  // namespace

std::vector<Group> groups_of(const Grouping& grouping) {
  std::vector<Group> groups;
  for (std::size_t item = 0; item < grouping.labels.size(); ++item) {
    const std::string& label = grouping.labels[item];
    auto same = std::find_if(groups.begin(), groups.end(), [&](const Group& g) { return g.label == label; });
    if (same == groups.end()) same = groups.insert(groups.end(), Group{label, number_in(label), {}});
    same->items.push_back(item);
  }
  const bool numbers = std::all_of(groups.begin(), groups.end(), [](const Group& g) { return g.number; });
  if (!numbers)
    for (Group& group : groups) group.number.reset();
  std::stable_sort(groups.begin(), groups.end(), [numbers](const Group& a, const Group& b) {
    return numbers ? *a.number < *b.number : a.label < b.label;
  });
  return groups;
}

std::vector<double> group_values(const ComparedContender& row, std::size_t metric, const Group& group) {
  std::vector<double> values;
  for (const ContenderRun& run : row.runs) {
    if (metric >= run.metrics.size() || run.metrics[metric].per_item.empty()) return {};
    std::vector<double> items;
    for (const std::size_t item : group.items) items.push_back(run.metrics[metric].per_item.at(item));
    values.push_back(detail::mean(items));
  }
  return values;
}

bool has_items(const Comparison& comparison, std::size_t metric) {
  return std::any_of(comparison.rows.begin(), comparison.rows.end(), [metric](const ComparedContender& row) {
    const std::vector<Metric>& metrics = row.runs.front().metrics;
    return metric < metrics.size() && !metrics[metric].per_item.empty();
  });
}

Table group_table(const Comparison& comparison, std::size_t metric, const Grouping& grouping) {
  const std::vector<Group> groups = groups_of(grouping);
  Table table{{grouping.name}, {}, {true}};
  std::vector<double> means;
  for (const Group& group : groups) {
    table.headers.push_back(group.label);
    for (const ComparedContender& row : comparison.rows)
      means.push_back(detail::mean(group_values(row, metric, group)));
  }
  const int decimals = decimals_for(means);
  for (const ComparedContender& row : comparison.rows) {
    std::vector<std::string> cells{row.label};
    for (const Group& group : groups) {
      const std::vector<double> values = group_values(row, metric, group);
      cells.push_back(fixed(detail::mean(values), decimals));
      if (values.size() > 1) cells.back() += " ± " + fixed(detail::deviation(values), decimals);
    }
    table.rows.push_back(std::move(cells));
  }
  std::vector<std::string> counts{"items"};
  for (const Group& group : groups) counts.push_back(grouped(group.items.size()));
  table.rows.push_back(std::move(counts));
  return table;
}

std::vector<std::optional<std::size_t>> best_by_group(const Comparison& comparison, std::size_t metric,
                                                      const Grouping& grouping) {
  const bool higher = comparison.rows.front().runs.front().metrics[metric].higher_is_better;
  std::vector<std::optional<std::size_t>> best{std::nullopt};  // the column of the names
  for (const Group& group : groups_of(grouping)) {
    std::optional<std::size_t> winner;
    double record = 0;
    for (std::size_t r = 0; r < comparison.rows.size(); ++r) {
      const double mean = detail::mean(group_values(comparison.rows[r], metric, group));
      if (!comparison.rows[r].network || !std::isfinite(mean) ||
          (winner && (higher ? mean <= record : mean >= record)))
        continue;
      winner = r;
      record = mean;
    }
    best.push_back(winner);
  }
  return best;
}

}  // namespace unfurl::app
