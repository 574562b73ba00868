// Parts of the report's page that several sections share.
#include "report/page/report_parts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "core/statistics.hpp"

namespace unfurl::app {

std::string metric_label(const Metric& m) {
  return fmt::format("{}{} ({} is better)", m.name, m.unit.empty() ? "" : ", " + m.unit,
                     m.higher_is_better ? "higher" : "lower");
}

std::string swatch(std::size_t row) {
  return fmt::format("<span class=\"swatch\" style=\"background:var(--c{})\"></span>", row % 12);
}

std::string figure(const std::string& title, const std::string& body, const std::string& caption) {
  return fmt::format("<figure>\n<h3>{}</h3>\n{}{}</figure>\n", escape(title), body,
                     caption.empty() ? "" : fmt::format("<figcaption>{}</figcaption>\n", escape(caption)));
}

std::string row_legend(const Comparison& comparison, const std::vector<std::size_t>& rows) {
  std::string legend = "<div class=\"legend\">";
  for (const std::size_t r : rows)
    legend += fmt::format("<span>{}{}</span>", swatch(r), escape(comparison.rows[r].label));
  return legend + "</div>\n";
}

std::vector<Curve> seed_curves(const ComparedContender& row, int colour, bool dashed,
                               const std::vector<std::vector<ChartPoint>>& seeds) {
  std::vector<Curve> curves;
  std::map<double, std::vector<double>> by_x;
  for (std::size_t s = 0; s < seeds.size(); ++s) {
    for (const ChartPoint& p : seeds[s]) by_x[p.x].push_back(p.y);
    if (seeds.size() > 1)
      curves.push_back(
          {fmt::format("{}, seed {}", row.label, row.runs[s].seed), colour, dashed, true, seeds[s]});
  }
  Curve mean{row.label, colour, dashed, false, {}};
  for (const auto& [x, values] : by_x) mean.points.push_back({x, detail::mean(values)});
  curves.push_back(std::move(mean));
  return curves;
}

std::string layered_chart(const ChartAxis& x, const ChartAxis& y, std::vector<Curve> curves) {
  std::stable_partition(curves.begin(), curves.end(), [](const Curve& curve) { return curve.faint; });
  return curve_chart(x, y, curves);
}

}  // namespace unfurl::app
