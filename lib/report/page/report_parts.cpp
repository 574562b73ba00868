// Parts of the report's page that several sections share.
#include "report/page/report_parts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "core/statistics.hpp"
#include "report/charts/scale.hpp"

namespace unfurl::app {

std::string metric_label(const Metric& m) {
  return fmt::format("{}{} ({} is better)", m.name, m.unit.empty() ? "" : ", " + m.unit,
                     m.higher_is_better ? "higher" : "lower");
}

std::vector<Paint> row_paints(const Comparison& comparison) {
  std::vector<Series> series;
  for (const ComparedContender& row : comparison.rows) series.push_back({row.name, row.role, row.layers});
  return paints(series);
}

std::string swatch(const Paint& paint) {
  return fmt::format("<span class=\"swatch\" style=\"background:{};opacity:{:.3g}\"></span>",
                     css_colour(paint), paint.strength);
}

std::string figure(const std::string& title, const std::string& body, const std::string& caption) {
  return fmt::format("<figure>\n<h3>{}</h3>\n{}{}</figure>\n", escape(title), body,
                     caption.empty() ? "" : fmt::format("<figcaption>{}</figcaption>\n", escape(caption)));
}

std::string legend_of(const std::vector<std::pair<std::string, Paint>>& entries) {
  std::string legend = "<div class=\"legend\">";
  for (const auto& [name, paint] : entries)
    legend += fmt::format("<span>{}{}</span>", swatch(paint), escape(name));
  return legend + "</div>\n";
}

std::string legend_of(const std::vector<Curve>& curves, const ChartAxis& y) {
  const Scale scale(y, 0, 1);
  std::vector<std::pair<std::string, Paint>> entries;
  for (const Curve& curve : curves) {
    const bool seen = std::any_of(curve.points.begin(), curve.points.end(),
                                  [&](const ChartPoint& p) { return scale.shows(p.y); });
    const bool there = std::any_of(entries.begin(), entries.end(),
                                   [&](const auto& entry) { return entry.first == curve.name; });
    if (seen && !there && !curve.faint) entries.emplace_back(curve.name, curve.paint);
  }
  return legend_of(entries);
}

std::string responsive(const std::function<std::string(double width_px)>& chart) {
  return fmt::format("<div class=\"wide\">\n{}</div>\n<div class=\"narrow\">\n{}</div>\n", chart(wide_chart),
                     chart(narrow_chart));
}

void Focus::add(double v, bool central) {
  if (std::isfinite(v)) (central ? central_ : others_).push_back(v);
}

void Focus::add(const ComparedContender& row, double v) {
  add(v, row.role == Role::tied || row.role == Role::scaled || row.role == Role::untied);
}

std::optional<std::pair<double, double>> Focus::range(bool logarithmic) const {
  if (central_.size() < 2 || others_.empty()) return {};
  const auto place = [&](double v) { return logarithmic ? std::log10(v) : v; };
  const auto back = [&](double p) { return logarithmic ? std::pow(10.0, p) : p; };
  const auto [low, high] = std::minmax_element(central_.begin(), central_.end());
  const auto [least, most] = std::minmax_element(others_.begin(), others_.end());
  if (logarithmic && std::min(*low, *least) <= 0) return {};
  const double from = place(*low), to = place(*high), width = to - from;
  const double all = std::max(to, place(*most)) - std::min(from, place(*least));
  if (!(width > 0) || all < 3 * width) return {};
  return std::pair(back(from - 0.25 * width), back(to + 0.25 * width));
}

std::string zoomable(const ChartAxis& axis, const Focus& focus,
                     const std::function<std::string(const ChartAxis& axis, double width_px)>& chart) {
  std::string all = responsive([&](double width_px) { return chart(axis, width_px); });
  ChartAxis near = axis;
  near.range = focus.range(axis.logarithmic);
  if (!near.range) return all;
  return fmt::format(
      "<div class=\"zoomable\">\n<label><input type=\"checkbox\"> zoom to tied and untied networks</label>\n"
      "<div class=\"all\">\n{}</div>\n<div class=\"near\">\n{}</div>\n</div>\n",
      all, responsive([&](double width_px) { return chart(near, width_px); }));
}

std::string curves_with_legend(const ChartAxis& x, const ChartAxis& y, std::vector<Curve> curves,
                               const Focus& focus) {
  const std::string names = legend_of(curves, y);
  std::stable_partition(curves.begin(), curves.end(), [](const Curve& curve) { return curve.faint; });
  return zoomable(
             y, focus,
             [&](const ChartAxis& axis, double width_px) { return curve_chart(x, axis, curves, width_px); }) +
         names;
}

std::vector<Curve> seed_curves(const ComparedContender& row, const Paint& paint, bool dashed,
                               const std::vector<std::vector<ChartPoint>>& seeds) {
  std::vector<Curve> curves;
  std::map<double, std::vector<double>> by_x;
  for (std::size_t s = 0; s < seeds.size(); ++s) {
    for (const ChartPoint& p : seeds[s]) by_x[p.x].push_back(p.y);
    if (seeds.size() > 1)
      curves.push_back(
          {fmt::format("{}, seed {}", row.label, row.runs[s].seed), paint, dashed, true, seeds[s]});
  }
  Curve mean{row.label, paint, dashed, false, {}};
  for (const auto& [x, values] : by_x) mean.points.push_back({x, detail::mean(values)});
  curves.push_back(std::move(mean));
  return curves;
}

}  // namespace unfurl::app
