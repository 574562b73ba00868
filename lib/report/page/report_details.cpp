// Sections of the report that look behind the overall result: groups of items, parameters.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "report/groups.hpp"
#include "report/page/report_parts.hpp"
#include "report/parameter_change.hpp"

namespace unfurl::app {

namespace {

std::string html_group_table(const Comparison& c, std::size_t metric, const Grouping& grouping) {
  const Table table = group_table(c, metric, grouping);
  const auto best = best_by_group(c, metric, grouping);
  const std::vector<Paint> paints = row_paints(c);
  std::string out = "<div class=\"scroll\"><table>\n<thead><tr>";
  for (const std::string& header : table.headers) out += fmt::format("<th>{}</th>", escape(header));
  out += "</tr></thead>\n<tbody>\n";
  for (std::size_t r = 0; r < table.rows.size(); ++r) {
    const bool of_network = r < c.rows.size();  // the last row counts the items
    out += of_network ? "<tr>" : "<tr class=\"counts\">";
    for (std::size_t i = 0; i < table.rows[r].size(); ++i)
      out += fmt::format("<td{}>{}{}</td>", best[i] == r ? " class=\"best\"" : "",
                         of_network && i == 0 ? swatch(paints[r]) : "", escape(table.rows[r][i]));
    out += "</tr>\n";
  }
  return out + "</tbody>\n</table></div>\n";
}

/// The metric against the groups' numbers, every seed and their mean; empty for groups that are none, or too few.
std::string group_chart(const Comparison& c, std::size_t metric, const Grouping& grouping) {
  const std::vector<Group> groups = groups_of(grouping);
  if (groups.size() < 2 || !groups.front().number) return "";
  const std::vector<Paint> paints = row_paints(c);
  std::vector<Curve> curves;
  Focus focus;
  for (std::size_t r = 0; r < c.rows.size(); ++r) {
    std::vector<std::vector<ChartPoint>> seeds(c.rows[r].runs.size());
    for (const Group& group : groups) {
      const std::vector<double> values = group_values(c.rows[r], metric, group);
      for (std::size_t s = 0; s < values.size(); ++s) {
        seeds[s].push_back({*group.number, values[s]});
        focus.add(c.rows[r], values[s]);
      }
    }
    for (Curve& curve : seed_curves(c.rows[r], paints[r], false, seeds)) curves.push_back(std::move(curve));
  }
  return curves_with_legend({grouping.name}, {metric_label(c.rows.front().runs.front().metrics[metric])},
                            curves, focus);
}

std::string parameter_figure(const Comparison& c, const std::string& base) {
  const std::vector<Paint> paints = row_paints(c);
  std::vector<Curve> curves;
  bool readout = false, tied = false;
  double low = std::numeric_limits<double>::infinity(), high = 0;
  for (std::size_t r = 0; r < c.rows.size(); ++r) {
    const ComparedContender& row = c.rows[r];
    std::vector<std::vector<ChartPoint>> seeds;
    bool untied = false;
    for (const ContenderRun& run : row.runs)
      for (const ChangeByPlace& change : changes_by_place(run.history.changes)) {
        if (change.base != base) continue;
        untied = change.untied;
        seeds.emplace_back();
        for (std::size_t i = 0; i < change.places.size(); ++i) {
          seeds.back().push_back({static_cast<double>(change.places[i]), change.relative[i]});
          if (std::isfinite(change.relative[i])) {
            low = std::min(low, change.relative[i]);
            high = std::max(high, change.relative[i]);
          }
          readout = readout || change.places[i] == row.layers;
        }
      }
    if (seeds.size() != row.runs.size()) continue;
    tied = tied || !untied;
    for (Curve& curve : seed_curves(row, paints[r], !untied, seeds)) curves.push_back(std::move(curve));
  }
  if (low > high) return "";
  const ChartAxis relative{fmt::format("median |{0}ₖ − {0}₀| / |{0}₀|", base), low > 0 && high > 10 * low};
  return figure(fmt::format("Change of {}", base),
                curves_with_legend({"layer k", false, true}, relative, curves),
                fmt::format("Distance of entries from their values before training.{}{}",
                            tied ? " Dashed: one copy for all layers." : "",
                            readout ? " The read-out comes after the last layer." : ""));
}

}  // namespace

std::string group_section(const Comparison& c) {
  std::string out;
  const std::vector<Metric>& metrics = c.rows.front().runs.front().metrics;
  for (const Grouping& grouping : c.groupings) {
    std::string charts;
    for (std::size_t m = 0; m < metrics.size(); ++m) {
      if (!has_items(c, m)) continue;
      const std::string unit = metrics[m].unit.empty() ? "" : fmt::format(" [{}]", metrics[m].unit);
      const std::string title = fmt::format("{}{} by {}", metrics[m].name, unit, grouping.name);
      out += fmt::format("<h3>{}</h3>\n{}", escape(title), html_group_table(c, m, grouping));
      const std::string chart = group_chart(c, m, grouping);
      if (!chart.empty()) charts += figure(title, chart);
    }
    if (!charts.empty()) out += "<div class=\"pair\">\n" + charts + "</div>\n";
  }
  if (out.empty()) return "";
  return "<h2>Groups of test items</h2>\n<p class=\"small\">Means over the items of a group; the best of "
         "each "
         "group is bold.</p>\n" +
         out;
}

std::string parameter_section(const Comparison& c) {
  std::string out;
  for (const std::string& base : untied_parameters(c)) out += parameter_figure(c, base);
  return out.empty() ? "" : "<h2>Parameters</h2>\n<div class=\"pair\">\n" + out + "</div>\n";
}

}  // namespace unfurl::app
