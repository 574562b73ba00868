/// Parts of the report's page.
#pragma once

#include <functional>
#include <optional>

#include "experiment/comparison/comparison.hpp"
#include "report/charts/chart.hpp"

namespace unfurl::app {

/// "SDR, dB (higher is better)"
std::string metric_label(const Metric& metric);

/// The paint of every row.
std::vector<Paint> row_paints(const Comparison& comparison);

/// A patch of colour.
std::string swatch(const Paint& paint);

/// A framed figure; title and caption are text, the body is HTML.
std::string figure(const std::string& title, const std::string& body, const std::string& caption = "");

/// Names and colours.
std::string legend_of(const std::vector<std::pair<std::string, Paint>>& entries);
/// Those of curves of which something is seen, each name once.
std::string legend_of(const std::vector<Curve>& curves, const ChartAxis& y);

/// A chart for wide and one for narrow pages, of which the style sheet shows one: text is as large on either.
std::string responsive(const std::function<std::string(double width_px)>& chart);

/// What numbers are about, and how far others are away from it.
class Focus {
 public:
  /// A number of a network that untying is about, or of another one.
  void add(double v, bool central);
  void add(const ComparedContender& row, double v);
  /// The range of the central ones with some room, where all together need three times as much and so hide how these differ;
  /// otherwise none.
  std::optional<std::pair<double, double>> range(bool logarithmic) const;

 private:
  std::vector<double> central_, others_;
};

/// A chart whose axis shows all, and where that hides what `focus` is about also one that does not, to switch to.
std::string zoomable(const ChartAxis& axis, const Focus& focus,
                     const std::function<std::string(const ChartAxis& axis, double width_px)>& chart);

/// Curves with their legend, what is faint below what is not.
std::string curves_with_legend(const ChartAxis& x, const ChartAxis& y, std::vector<Curve> curves,
                               const Focus& focus = {});

/// Curves of a row: one for each seed, faint, and their mean. `seeds` has the points of every run.
std::vector<Curve> seed_curves(const ComparedContender& row, const Paint& paint, bool dashed,
                               const std::vector<std::vector<ChartPoint>>& seeds);

/// Tables, and for groups that are numbers charts, of every metric by group of test items. Empty without groups.
std::string group_section(const Comparison& comparison);

/// How far training moved the untied parameters of each layer. Empty when nothing is untied.
std::string parameter_section(const Comparison& comparison);

/// What the problem illustrates. Empty when that is nothing.
std::string illustration_section(const Comparison& comparison);

}  // namespace unfurl::app
