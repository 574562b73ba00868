// What a comparison says: differences to the tied network, or else the untied one, and whether untying helped.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "app/comparison.hpp"
#include "app/table.hpp"
#include "core/statistics.hpp"

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
  const ComparedContender* found = nullptr;
  const std::string name = reference_name(comparison);
  for (const ComparedContender& other : comparison.rows) {
    if (other.name != name) continue;
    if (!found || found->layers != row.layers) found = &other;
  }
  return found == &row ? nullptr : found;
}

/// "SDR 5.65 dB"
std::string amount(const Metric& metric, double value) {
  return fmt::format("{}{}{}", fixed(value, decimals_for({value})), metric.unit.empty() ? "" : " ",
                     metric.unit);
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
std::string evidence(const ComparedContender& untied, const ComparedContender& tied) {
  const Difference& d = *untied.difference;
  const int decimals =
      std::max(0, decimals_for({d.mean}) - 1);  // the interval needs no more than three digits
  const std::string mean =
      fmt::format("difference{} {}", d.over_items ? " per test item" : "", signed_fixed(d.mean, decimals));
  if (!d.low) return mean + "; one seed without values per item cannot tell it from chance";
  std::string text =
      fmt::format("{}, 95 % interval {} to {} over {}", mean, signed_fixed(*d.low, decimals),
                  signed_fixed(*d.high, decimals), counted(d.count, d.over_items ? "item" : "seed"));
  if (*d.low * *d.high <= 0) text += ", which holds zero";
  if (untied.runs.size() == 1)
    text += "; one seed";
  else
    text +=
        fmt::format("; better with {} of {}", seeds_won(untied, tied), counted(untied.runs.size(), "seed"));
  return text;
}

/// Whether untying helped: yes only when the interval excludes zero.
std::string judge_untying(const ComparedContender& untied, const ComparedContender& tied, bool name_layers) {
  const Metric& metric = untied.runs.front().metrics.front();
  const Difference& d = *untied.difference;
  const double gain = metric.higher_is_better ? d.mean : -d.mean;
  const bool sure = d.low && *d.low * *d.high > 0;
  std::string claim = "Untying did not help";
  if (sure && gain > 0)
    claim = seeds_won(untied, tied) == untied.runs.size() ? "Untying helped"
                                                          : "Untying helped on average, not with every seed";
  else if (sure)
    claim = "Untying did not help, it did harm";
  else if (!d.low && gain > 0)
    claim = "Untying gave a better value";
  return fmt::format("{}{}: {} {} untied against {} tied ({}).", claim,
                     name_layers ? fmt::format(" (K={})", untied.layers) : "", metric.name,
                     amount(metric, detail::mean(untied.values(0))),
                     amount(metric, detail::mean(tied.values(0))), evidence(untied, tied));
}

std::string name_best(const Comparison& comparison) {
  const std::optional<std::size_t> best = best_row(comparison);
  if (!best) return "";
  const ComparedContender& row = comparison.rows[*best];
  const Metric& metric = row.runs.front().metrics.front();
  return fmt::format("Best {}: {} with {}.", metric.name, row.label,
                     amount(metric, detail::mean(row.values(0))));
}

}  // namespace

std::string reference_name(const Comparison& comparison) {
  const auto& rows = comparison.rows;
  const bool tied = std::any_of(rows.begin(), rows.end(), [](const auto& row) { return row.name == "tied"; });
  return tied ? "tied" : "untied";
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
    const ComparedContender* reference = reference_for(comparison, row);
    if (reference) row.difference = difference(row, *reference);
  }
  const auto untied_rows = std::count_if(comparison.rows.begin(), comparison.rows.end(),
                                         [](const ComparedContender& row) { return row.name == "untied"; });
  comparison.verdict.clear();
  for (const ComparedContender& row : comparison.rows) {
    const ComparedContender* tied = reference_for(comparison, row);
    if (row.name == "untied" && tied && tied->layers == row.layers)
      comparison.verdict += judge_untying(row, *tied, untied_rows > 1) + " ";
  }
  if (!comparison.rows.empty()) comparison.verdict += name_best(comparison);
}

}  // namespace unfurl::app
