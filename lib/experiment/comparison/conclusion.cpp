// What a comparison says: differences to the tied network, or else the untied one, and whether untying helped.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "core/statistics.hpp"
#include "experiment/comparison/comparison.hpp"
#include "experiment/number_text.hpp"

namespace unfurl::app {

namespace {

/// The first metric of every test item, averaged over seeds; empty unless all runs have the same number of items.
std::vector<double> item_means(const ComparedContender& row) {
  std::vector<double> means;
  for (const ContenderRun& run : row.runs) {
    const std::vector<double>& items = run.metrics.front().per_item;
    if (means.empty()) means.resize(items.size());
    if (items.empty() || items.size() != means.size()) return {};
    for (std::size_t i = 0; i < items.size(); ++i)
      means[i] += items[i] / static_cast<double>(row.runs.size());
  }
  return means;
}

Difference difference(const ComparedContender& row, const ComparedContender& reference) {
  Difference d;
  std::vector<double> a = item_means(row), b = item_means(reference);
  d.over_items = a.size() >= 2 && a.size() == b.size();
  if (!d.over_items) {
    a = row.values(0);
    b = reference.values(0);
  }
  std::vector<double> pairs;
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) pairs.push_back(a[i] - b[i]);
  d.count = pairs.size();
  d.mean = detail::mean(pairs);
  if (pairs.size() >= 2) {
    const detail::Interval interval = detail::t_interval(pairs);
    d.low = interval.low;
    d.high = interval.high;
  }
  return d;
}

/// The reference with as many layers, else the last one: a conventional network competes with the deepest.
const ComparedContender* reference_for(const Comparison& comparison, const ComparedContender& row) {
  const ComparedContender *any = reference(comparison), *found = nullptr;
  if (!any) return nullptr;
  for (const ComparedContender& other : comparison.rows) {
    if (other.role != any->role) continue;
    if (!found || found->layers != row.layers) found = &other;
  }
  return found == &row ? nullptr : found;
}

/// "5.65 dB" for each value, all with the same digits after the point.
std::vector<std::string> amounts(const Metric& metric, const std::vector<double>& values) {
  std::vector<std::string> texts;
  for (const double value : values)
    texts.push_back(fmt::format("{}{}{}", fixed(value, decimals_for(values)), metric.unit.empty() ? "" : " ",
                                metric.unit));
  return texts;
}

/// In how many seeds the first row is better.
std::size_t seeds_won(const ComparedContender& row, const ComparedContender& other) {
  const bool higher = row.runs.front().metrics.front().higher_is_better;
  const std::vector<double> a = row.values(0), b = other.values(0);
  std::size_t won = 0;
  for (std::size_t s = 0; s < std::min(a.size(), b.size()); ++s)
    won += (higher ? a[s] > b[s] : a[s] < b[s]) ? 1 : 0;
  return won;
}

/// The difference with its interval, and how far the seeds agree.
std::string evidence(const ComparedContender& untied, const ComparedContender& tied, bool seen) {
  const Difference& d = *untied.difference;
  const std::string seeds = untied.runs.size() == 1
                                ? "; one seed alone"
                                : fmt::format("; better with {} of {}", seeds_won(untied, tied),
                                              counted(untied.runs.size(), "seed"));
  const std::string below = seen ? "" : "; less than the digits show";
  if (d.mean == 0 && (!d.low || *d.low == *d.high)) return "difference 0" + seeds;
  const int decimals =
      std::max(0, decimals_for({d.mean}) - 1);  // the interval needs no more than three digits
  const std::string mean =
      fmt::format("difference{} {}", d.over_items ? " per test item" : "", signed_fixed(d.mean, decimals));
  if (!d.low) return mean + below + "; one seed without values per item has no interval";
  std::string text =
      fmt::format("{}, 95 % interval {} to {} over {}", mean, signed_fixed(*d.low, decimals),
                  signed_fixed(*d.high, decimals), counted(d.count, d.over_items ? "item" : "seed"));
  if (!(*d.low > 0 || *d.high < 0)) text += ", which holds zero";
  return text + below + seeds;
}

/// Whether untying helped. A gain or a loss is what the interval and the printed digits both show; all else is no difference.
std::string judge_untying(const ComparedContender& untied, const ComparedContender& tied, bool name_layers) {
  const Metric& metric = untied.runs.front().metrics.front();
  const Difference& d = *untied.difference;
  const double gain = metric.higher_is_better ? d.mean : -d.mean;
  const std::vector<std::string> values =
      amounts(metric, {detail::mean(untied.values(0)), detail::mean(tied.values(0))});
  const bool seen = values[0] != values[1], sure = d.low && (*d.low > 0 || *d.high < 0);
  std::string claim = "No difference by untying can be told from chance";
  if (!std::isfinite(d.mean))
    claim = "Nothing can be said of untying";
  else if (!seen)
    claim = "Untying made no difference";
  else if (sure && gain > 0)
    claim = seeds_won(untied, tied) == untied.runs.size() ? "Untying helped"
                                                          : "Untying helped on average, not with every seed";
  else if (sure)
    claim = "Untying did not help, it did harm";
  return fmt::format("{}{}: {} {} untied against {} tied ({}).", claim,
                     name_layers ? fmt::format(" (K={})", untied.layers) : "", metric.name, values[0],
                     values[1], evidence(untied, tied, seen));
}

/// All rows that print as the best one does: digits that are not shown name no winner.
std::string name_best(const Comparison& comparison) {
  const std::optional<std::size_t> best = best_row(comparison);
  if (!best) return "";
  const Metric& metric = comparison.rows[*best].runs.front().metrics.front();
  const double value = detail::mean(comparison.rows[*best].values(0));
  std::vector<std::string> names;
  for (const ComparedContender& row : comparison.rows) {
    const std::vector<std::string> values = amounts(metric, {value, detail::mean(row.values(0))});
    if (row.network && values[0] == values[1]) names.push_back(row.label);
  }
  return fmt::format("Best {}: {} with {}.", metric.name, fmt::join(names, " and "),
                     amounts(metric, {value})[0]);
}

}  // namespace

const ComparedContender* reference(const Comparison& comparison) {
  for (const Role role : {Role::tied, Role::untied})
    for (const ComparedContender& row : comparison.rows)
      if (row.role == role) return &row;
  return nullptr;
}

std::optional<std::size_t> best_row(const Comparison& comparison) {
  std::optional<std::size_t> best;
  double best_value = 0;
  for (std::size_t r = 0; r < comparison.rows.size(); ++r) {
    const ComparedContender& row = comparison.rows[r];
    const double value = detail::mean(row.values(0));
    if (!row.network || !std::isfinite(value)) continue;
    const bool higher = row.runs.front().metrics.front().higher_is_better;
    if (best && (higher ? value <= best_value : value >= best_value)) continue;
    best = r;
    best_value = value;
  }
  return best;
}

void conclude(Comparison& comparison) {
  for (ComparedContender& row : comparison.rows) {
    const auto same = std::count_if(comparison.rows.begin(), comparison.rows.end(),
                                    [&](const ComparedContender& other) { return other.name == row.name; });
    row.label = same > 1 ? fmt::format("{}, K={}", row.name, row.layers) : row.name;
    const ComparedContender* to = reference_for(comparison, row);
    if (to) row.difference = difference(row, *to);
  }
  const auto untied_rows =
      std::count_if(comparison.rows.begin(), comparison.rows.end(),
                    [](const ComparedContender& row) { return row.role == Role::untied; });
  comparison.verdict.clear();
  for (const ComparedContender& row : comparison.rows) {
    const ComparedContender* tied = reference_for(comparison, row);
    if (row.role == Role::untied && tied && tied->role == Role::tied && tied->layers == row.layers)
      comparison.verdict += judge_untying(row, *tied, untied_rows > 1) + " ";
  }
  if (!comparison.rows.empty()) comparison.verdict += name_best(comparison);
}

}  // namespace unfurl::app
