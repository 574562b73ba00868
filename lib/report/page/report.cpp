// The page of a comparison.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "core/statistics.hpp"
#include "report/charts/chart.hpp"
#include "report/comparison_output.hpp"
#include "report/page/report_parts.hpp"
#include "report/page/report_style.hpp"
#include "unfurl/draw.hpp"

namespace unfurl::app {

namespace {

std::string html_table(const Comparison& c) {
  const Table table = comparison_table(c);
  const std::vector<Paint> paints = row_paints(c);
  std::string out = "<div class=\"scroll\"><table>\n<thead><tr>";
  for (const std::string& header : table.headers) out += fmt::format("<th>{}</th>", escape(header));
  out += "</tr></thead>\n<tbody>\n";
  const std::optional<std::size_t> best = best_row(c);
  for (std::size_t r = 0; r < table.rows.size(); ++r) {
    out += r == best ? "<tr class=\"best\">" : "<tr>";
    for (std::size_t i = 0; i < table.rows[r].size(); ++i)
      out += fmt::format("<td>{}{}</td>", i == 0 ? swatch(paints[r]) : "", escape(table.rows[r][i]));
    out += "</tr>\n";
  }
  return out + "</tbody>\n</table></div>\n";
}

/// The loss after each epoch.
std::string loss_chart(const Comparison& c, const std::string& label, bool validation) {
  const std::vector<Paint> paints = row_paints(c);
  std::vector<Curve> curves;
  Focus focus;
  double low = std::numeric_limits<double>::infinity(), high = 0;
  for (std::size_t r = 0; r < c.rows.size(); ++r) {
    const ComparedContender& row = c.rows[r];
    if (!row.trained || row.own_loss) continue;  // losses of different kinds share no axis
    std::vector<std::vector<ChartPoint>> seeds;
    for (const ContenderRun& run : row.runs) {
      seeds.emplace_back();
      for (const EpochRecord& e : run.history.epochs) {
        if (validation && !e.validation) continue;
        const double loss = validation ? *e.validation : e.loss;
        seeds.back().push_back({static_cast<double>(e.epoch), loss});
        focus.add(row, loss);
        low = std::min(low, loss);
        high = std::max(high, loss);
      }
    }
    for (Curve& curve : seed_curves(row, paints[r], false, seeds)) curves.push_back(std::move(curve));
  }
  return curves_with_legend({"epoch", false, true}, {label, low > 0 && high > 10 * low}, curves, focus);
}

/// Of one seed the interval of the mean over test items, if the value is that mean.
std::optional<std::pair<double, double>> interval_of(const ComparedContender& row, std::size_t metric) {
  if (row.runs.size() != 1) return {};
  const Metric& m = row.runs.front().metrics[metric];
  if (m.per_item.size() < 2) return {};
  if (!(std::abs(detail::mean(m.per_item) - m.value) <= 1e-6 * std::abs(m.value))) return {};
  const detail::Interval interval = detail::t_interval(m.per_item);
  return std::pair(interval.low, interval.high);
}

/// One metric of every row, by itself and against the number of parameters.
std::string metric_figures(const Comparison& c, std::size_t metric) {
  const Metric& m = c.rows.front().runs.front().metrics[metric];
  const std::vector<Paint> paints = row_paints(c);
  std::vector<Spread> spreads;
  std::vector<Mark> marks, levels;
  std::vector<std::pair<std::string, Paint>> names;
  Focus focus;
  bool intervals = false;
  for (std::size_t r = 0; r < c.rows.size(); ++r) {
    const ComparedContender& row = c.rows[r];
    const std::vector<double> values = row.values(metric);
    spreads.push_back({row.label, paints[r], values, interval_of(row, metric)});
    for (const double v : values) focus.add(row, v);
    if (const auto& interval = spreads.back().interval) {
      intervals = true;
      for (const double v : {interval->first, interval->second}) focus.add(row, v);
    }
    const Mark mark{row.label,
                    paints[r],
                    {static_cast<double>(row.parameters), detail::mean(values)},
                    detail::deviation(values)};
    (row.parameters > 0 ? marks : levels).push_back(mark);
    names.emplace_back(row.label, paints[r]);
  }
  const bool several = c.seeds.size() > 1;
  const ChartAxis axis{metric_label(m)};
  std::string out = figure(
      m.name,
      zoomable(axis, focus,
               [&](const ChartAxis& x, double width_px) { return spread_chart(x, spreads, width_px); }),
      several     ? "Large dots: mean over seeds; small dots: each seed; lines: one standard deviation."
      : intervals ? "Lines: 95 % intervals of the mean over test items."
                  : "");
  if (!marks.empty())
    out += figure(m.name + " against trained parameters",
                  zoomable(axis, focus,
                           [&](const ChartAxis& y, double width_px) {
                             return mark_chart({"trained parameters", true}, y, marks, levels, width_px);
                           }) +
                      legend_of(names),
                  fmt::format("{}{}", levels.empty() ? "" : "Dotted lines: networks that are not trained. ",
                              several ? "Whiskers: one standard deviation over seeds." : ""));
  return "<div class=\"pair\">\n" + out + "</div>\n";
}

std::string results(const Comparison& c) {
  std::string out;
  for (std::size_t m = 0; m < c.rows.front().runs.front().metrics.size(); ++m) out += metric_figures(c, m);
  return out;
}

std::string training(const Comparison& c) {
  const bool any = std::any_of(c.rows.begin(), c.rows.end(), [](const auto& row) {
    return row.trained && !row.own_loss && !row.runs.front().history.epochs.empty();
  });
  if (!any) return "";
  return fmt::format("<h2>Training</h2>\n<div class=\"pair\">\n{}{}</div>\n",
                     figure("Training loss", loss_chart(c, "mean loss during the epoch", false)),
                     figure("Validation loss", loss_chart(c, "loss after the epoch", true)));
}

/// An SVG file without what stands before its root, for use inside a page.
std::string inline_svg(const std::string& dot) {
  const std::string svg = to_svg(dot);
  const auto root = svg.find("<svg");
  return root == std::string::npos ? svg : svg.substr(root);
}

std::string drawing(const std::string& id, const std::string& title, const std::string& dot,
                    const std::string& caption) {
  if (dot.empty()) return "";
  return fmt::format(
      "<figure class=\"drawing\">\n<input type=\"checkbox\" class=\"zoom\" id=\"{0}\"><label "
      "for=\"{0}\">full size</label>\n"
      "<h3>{1}</h3>\n<div class=\"canvas\">\n{2}\n</div>\n<figcaption>{3}</figcaption>\n</figure>\n",
      id, escape(title), inline_svg(dot), escape(caption));
}

std::string making(const Comparison& c) {
  std::string out = "<h2>How it was made</h2>\n<dl>\n";
  const auto entry = [&](const char* term, const std::string& what) {
    out += fmt::format("<dt>{}</dt><dd>{}</dd>\n", term, escape(what));
  };
  std::string layers, seeds;
  for (const int k : c.layers) layers += (layers.empty() ? "" : ", ") + std::to_string(k);
  for (const auto s : c.seeds) seeds += (seeds.empty() ? "" : ", ") + std::to_string(s);
  entry("algorithm", c.settings.algorithm);
  entry("layers", layers);
  entry("epochs", std::to_string(c.settings.epochs));
  entry("seeds", seeds);
  entry("data", c.settings.data.empty() ? "made by the model" : c.settings.data.string());
  entry("machine", describe(c.machine));
  return out + fmt::format("</dl>\n<pre>{}</pre>\n", escape(c.command));
}

/// What rows say, once where several depths say the same.
std::string notes(const Comparison& c) {
  std::string out;
  std::set<std::pair<std::string, std::string>> said;
  for (const ComparedContender& row : c.rows)
    if (!row.note.empty() && said.emplace(row.name, row.note).second)
      out += fmt::format("<p class=\"small\">{}: {}</p>\n", escape(row.name), escape(row.note));
  for (const std::string& failure : c.failures)
    out += fmt::format("<p class=\"small\">{}</p>\n", escape(failure));
  return out;
}

}  // namespace

std::string to_html(const Comparison& c) {
  std::string page = fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<title>{} – comparison</title>\n<style>{}</style>\n</head>\n<body>\n",
      escape(c.task), report_style);
  page += fmt::format("<h1>{}</h1>\n<p class=\"summary\">{}</p>\n<p class=\"verdict\">{}</p>\n",
                      escape(c.task), escape(c.summary), escape(c.verdict));
  page += "<h2>Result</h2>\n" + html_table(c);
  page += fmt::format("<p class=\"small\">{}.</p>\n{}<br>\n", escape(legend(c)), notes(c));
  page += illustration_section(c) + "<h2>Metrics</h2>\n" + results(c) + training(c) + parameter_section(c) +
          group_section(c);
  page += "<h2>The model</h2>\n";
  page += drawing("zoom-factors", "Factor graph", c.model ? factor_dot(*c.model) : "",
                  "Variables are round, factors square; a box stands for repeated parts.");
  page += drawing("zoom-network", "Untied network", c.untied ? network_dot(*c.untied) : "",
                  "One cluster per layer, from 0; a parameter's colour tells its copy.");
  return page + making(c) + "</body>\n</html>\n";
}

}  // namespace unfurl::app
