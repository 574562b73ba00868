// What a problem of one's own has to say for its rows to be compared.
#include <fmt/format.h>

#include "experiment/comparison/comparison.hpp"
#include "experiment/number_text.hpp"

namespace unfurl::app {

void check_contenders(const std::vector<Contender>& contenders) {
  if (contenders.empty())
    throw ModelError("there is nothing to compare", "", "let Problem::contenders return one row or more");
  const auto layers = [](const Contender& c) {
    return c.network && c.network->unrolled().made_by.model ? c.network->layers() : 0;
  };
  for (auto c = contenders.begin(); c != contenders.end(); ++c)
    for (auto other = contenders.begin(); other != c; ++other)
      if (other->name == c->name && layers(*other) == layers(*c))
        throw ModelError(fmt::format("two contenders are named '{}'", c->name), "",
                         "give each a name of its own; those of several numbers of layers may share one");
}

void check_metrics(const std::vector<Metric>& metrics, const ComparedContender& row,
                   const ComparedContender& first) {
  if (first.runs.empty()) return;
  const std::vector<Metric>& columns = first.runs.front().metrics;
  for (std::size_t i = 0; i < metrics.size() && i < columns.size(); ++i)
    if (metrics[i].name != columns[i].name)
      throw ModelError(fmt::format("metric {} of contender '{}' is '{}', and '{}' of '{}'", i + 1, row.name,
                                   metrics[i].name, columns[i].name, first.name),
                       "", "give all contenders the same metrics in one order");
}

void check_groupings(const std::vector<Grouping>& groupings, const std::vector<Metric>& metrics) {
  for (const Grouping& grouping : groupings)
    for (const Metric& metric : metrics)
      if (!metric.per_item.empty() && metric.per_item.size() != grouping.labels.size())
        throw ModelError(fmt::format("the grouping '{}' labels {}, but '{}' has values of {}", grouping.name,
                                     counted(grouping.labels.size(), "item"), metric.name,
                                     counted(metric.per_item.size(), "item")),
                         "", "let Problem::groupings return one label for each test item");
}

}  // namespace unfurl::app
