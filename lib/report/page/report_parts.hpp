/// Parts of the report's page.
#pragma once

#include "experiment/comparison/comparison.hpp"
#include "report/charts/chart.hpp"

namespace unfurl::app {

/// "SDR, dB (higher is better)"
std::string metric_label(const Metric& metric);

/// A patch of the row's colour.
std::string swatch(std::size_t row);

/// A framed figure; title and caption are text, the body is HTML.
std::string figure(const std::string& title, const std::string& body, const std::string& caption = "");

/// Names and colours of some rows, by their index.
std::string row_legend(const Comparison& comparison, const std::vector<std::size_t>& rows);

/// Curves of a row: one for each seed, faint, and their mean. `seeds` has the points of every run.
std::vector<Curve> seed_curves(const ComparedContender& row, int colour, bool dashed,
                               const std::vector<std::vector<ChartPoint>>& seeds);

/// Draws what is faint below what is not.
std::string layered_chart(const ChartAxis& x, const ChartAxis& y, std::vector<Curve> curves);

/// Tables, and for groups that are numbers charts, of every metric by group of test items. Empty without groups.
std::string group_section(const Comparison& comparison);

/// How far training moved the untied parameters of each layer. Empty when nothing is untied.
std::string parameter_section(const Comparison& comparison);

/// What the problem illustrates. Empty when that is nothing.
std::string illustration_section(const Comparison& comparison);

}  // namespace unfurl::app
