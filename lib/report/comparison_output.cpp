// A comparison as a table and as JSON.
#include "report/comparison_output.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "core/statistics.hpp"
#include "experiment/settings_json.hpp"
#include "report/groups.hpp"
#include "report/parameter_change.hpp"

namespace unfurl::app {

using nlohmann::json;

namespace {

const std::vector<Metric>& metrics_of(const Comparison& comparison) {
  return comparison.rows.front().runs.front().metrics;
}

std::string with_unit(const std::string& name, const std::string& unit) {
  return unit.empty() ? name : fmt::format("{} [{}]", name, unit);
}

std::string small_duration(double seconds) {
  if (seconds < 1e-3) return fmt::format("{:.3g} µs", seconds * 1e6);
  return seconds < 1 ? fmt::format("{:.3g} ms", seconds * 1e3) : fmt::format("{:.3g} s", seconds);
}

std::string difference_cell(const std::optional<Difference>& d, int decimals) {
  if (!d) return "";
  std::string mean = signed_fixed(d->mean, decimals);
  if (!d->low) return mean;
  return fmt::format("{} [{}, {}]", mean, signed_fixed(*d->low, decimals), signed_fixed(*d->high, decimals));
}

json difference_json(const Difference& d, const std::string& reference) {
  return {{"against", reference},
          {"mean", d.mean},
          {"confidence", 0.95},
          {"low", d.low ? json(*d.low) : json()},
          {"high", d.high ? json(*d.high) : json()},
          {"pairs", d.count},
          {"over", d.over_items ? "items" : "seeds"}};
}

json run_json(const ContenderRun& run) {
  json j = {{"seed", run.seed},
            {"train_seconds", run.history.seconds},
            {"inference_seconds_per_sample", run.sample_seconds},
            {"metrics", json::array()},
            {"parameter_changes", json::array()},
            {"history", json::array()}};
  for (const ChangeByPlace& change : changes_by_place(run.history.changes))
    j["parameter_changes"].push_back({{"parameter", change.base},
                                      {"untied", change.untied},
                                      {"places", change.places},
                                      {"relative", change.relative}});
  for (const Metric& m : run.metrics) j["metrics"].push_back(to_json(m));
  for (const EpochRecord& r : run.history.epochs) j["history"].push_back(to_json(r));
  return j;
}

/// Means over the items of every group, with their spread over seeds.
json groups_json(const ComparedContender& row, const std::vector<Grouping>& groupings) {
  json all = json::array();
  for (const Grouping& grouping : groupings)
    for (const Group& group : groups_of(grouping))
      for (std::size_t m = 0; m < row.runs.front().metrics.size(); ++m) {
        const std::vector<double> values = group_values(row, m, group);
        if (values.empty()) continue;
        all.push_back({{"grouping", grouping.name},
                       {"group", group.label},
                       {"items", group.items.size()},
                       {"metric", row.runs.front().metrics[m].name},
                       {"unit", row.runs.front().metrics[m].unit},
                       {"mean", detail::mean(values)},
                       {"deviation", detail::deviation(values)}});
      }
  return all;
}

json row_json(const ComparedContender& row, const Comparison& comparison) {
  json j = {
      {"name", row.name},
      {"layers", row.layers > 0 ? json(row.layers) : json()},
      {"note", row.note},
      {"trained", row.trained},
      {"epochs", row.epochs},
      {"parameters_trained", row.parameters},
      {"train_seconds", row.train_seconds()},
      {"inference_seconds_per_sample", row.sample_seconds()},
      {"multiply_adds_per_sample", row.multiply_adds},
      {"summary", json::array()},
      {"groups", groups_json(row, comparison.groupings)},
      {"difference", row.difference ? difference_json(*row.difference, reference(comparison)->name) : json()},
      {"runs", json::array()}};
  for (std::size_t m = 0; m < row.runs.front().metrics.size(); ++m) {
    const Metric& metric = row.runs.front().metrics[m];
    j["summary"].push_back({{"metric", metric.name},
                            {"unit", metric.unit},
                            {"mean", detail::mean(row.values(m))},
                            {"deviation", detail::deviation(row.values(m))}});
  }
  for (const ContenderRun& run : row.runs) j["runs"].push_back(run_json(run));
  return j;
}

}  // namespace

Table comparison_table(const Comparison& comparison) {
  const std::vector<Metric>& metrics = metrics_of(comparison);
  const bool differences =
      std::any_of(comparison.rows.begin(), comparison.rows.end(),
                  [](const ComparedContender& row) { return row.difference.has_value(); });
  Table table;
  table.headers = {"network", "K", "parameters"};
  std::vector<int> decimals;
  for (std::size_t m = 0; m < metrics.size(); ++m) {
    std::vector<double> means;
    for (const ComparedContender& row : comparison.rows) means.push_back(detail::mean(row.values(m)));
    decimals.push_back(decimals_for(means));
    table.headers.push_back(with_unit(metrics[m].name, metrics[m].unit));
    if (m == 0 && differences) table.headers.push_back("against " + reference(comparison)->name);
  }
  const bool products = std::any_of(comparison.rows.begin(), comparison.rows.end(),
                                    [](const ComparedContender& row) { return row.multiply_adds > 0; });
  table.headers.push_back("training");
  if (products) table.headers.push_back("multiply-adds");
  table.headers.push_back("per sample");
  table.left = {true};
  for (const ComparedContender& row : comparison.rows) {
    std::vector<std::string> cells = {row.name, row.layers > 0 ? std::to_string(row.layers) : "",
                                      grouped(row.parameters)};
    for (std::size_t m = 0; m < metrics.size(); ++m) {
      const std::vector<double> values = row.values(m);
      std::string cell = fixed(detail::mean(values), decimals[m]);
      if (values.size() > 1) cell += " ± " + fixed(detail::deviation(values), decimals[m]);
      cells.push_back(std::move(cell));
      if (m == 0 && differences) cells.push_back(difference_cell(row.difference, decimals[m]));
    }
    cells.push_back(row.trained ? duration(row.train_seconds()) : "");
    // Those of products and convolutions: of messages and other entrywise work none are counted.
    if (products)
      cells.push_back(row.multiply_adds > 0 ? grouped(static_cast<std::size_t>(row.multiply_adds)) : "");
    cells.push_back(row.network ? small_duration(row.sample_seconds()) : "");
    table.rows.push_back(std::move(cells));
  }
  return table;
}

std::string comparison_notes(const Comparison& comparison) {
  std::string text;
  for (const ComparedContender& row : comparison.rows)
    if (!row.note.empty()) text += fmt::format("{}: {}\n", row.label, row.note);
  for (const std::string& failure : comparison.failures) text += failure + "\n";
  return text;
}

std::string how_it_was_made(const Comparison& comparison) {
  const std::string seeds =
      comparison.seeds.size() == 1
          ? fmt::format("seed {}", comparison.seeds.front())
          : fmt::format("seeds {} to {}", comparison.seeds.front(), comparison.seeds.back());
  return fmt::format("{}, {} epochs; {}", seeds, comparison.settings.epochs, describe(comparison.machine));
}

std::string legend(const Comparison& comparison) {
  const Metric& metric = metrics_of(comparison).front();
  std::string text =
      fmt::format("{} {} is better", metric.higher_is_better ? "Higher" : "Lower", metric.name);
  if (comparison.seeds.size() > 1) text += "; ± is the standard deviation over seeds";
  const auto& rows = comparison.rows;
  const auto paired = std::find_if(rows.begin(), rows.end(),
                                   [](const auto& row) { return row.difference && row.difference->low; });
  if (paired == rows.end()) return text;
  text += fmt::format("; differences to the {} network are paired over {}, with their 95 % interval",
                      reference(comparison)->name, paired->difference->over_items ? "test items" : "seeds");
  const double items = detail::mean(metric.per_item);
  if (paired->difference->over_items && std::abs(items - metric.value) > 1e-6 * std::abs(metric.value))
    text += fmt::format(
        " (their mean need not be the difference of two values of {}, which is no mean of its items)",
        metric.name);
  return text;
}

std::string to_text(const Comparison& comparison, std::size_t most_columns) {
  return fmt::format("{}\n{}{}.\n\n{}\n\n{}\n$ {}\n", to_text(comparison_table(comparison), most_columns),
                     comparison_notes(comparison), legend(comparison), comparison.verdict,
                     how_it_was_made(comparison), comparison.command);
}

json to_json(const Comparison& comparison) {
  json j = {{"task", comparison.task},
            {"summary", comparison.summary},
            {"command", comparison.command},
            {"settings", to_json(comparison.settings)},
            {"layers", comparison.layers},
            {"seeds", comparison.seeds},
            {"machine", to_json(comparison.machine)},
            {"verdict", comparison.verdict},
            {"interrupted", comparison.interrupted},
            {"failures", comparison.failures},
            {"groupings", json::array()},
            {"rows", json::array()}};
  j["settings"].erase("layers");
  j["settings"].erase("tying");
  j["settings"].erase("seed");
  j["settings"].erase("curriculum");
  j["settings"]["from_tied"] = comparison.settings.from_tied;
  for (const Grouping& grouping : comparison.groupings)
    j["groupings"].push_back({{"name", grouping.name}, {"labels", grouping.labels}});
  for (const ComparedContender& row : comparison.rows) j["rows"].push_back(row_json(row, comparison));
  return j;
}

}  // namespace unfurl::app
