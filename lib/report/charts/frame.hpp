/// Pieces of charts: text, lines, points, axes.
#pragma once

#include "report/charts/scale.hpp"

namespace unfurl::app::frame {

/// Where the plot is inside its chart: below the label of the axis upwards, above that of the other.
inline constexpr double right = 16, top = 30, bottom = 46;

std::string text(double x, double y, const std::string& content, const char* anchor, const char* more = "");
/// Text that no width cuts off: what is longer than its room is squeezed into it.
std::string fitted(double x, double y, const std::string& content, const char* anchor, double room);
std::string line(double x1, double y1, double x2, double y2, const std::string& style);
std::string dot(double x, double y, double radius, const Paint& paint, double share = 1);
/// A triangle whose tip is at a point: to the left (-1, 0), upwards (0, -1) and so on.
std::string arrow(double x, double y, int right, int down, const Paint& paint);

/// Ticks from `top` to `bottom`, which may be one point, and the label below.
std::string x_axis(const Scale& x, const ChartAxis& axis, double left, double bottom, double top,
                   double width_px);
/// Ticks from `left` on, and the label above, where it is read without turning one's head and has the chart's width.
std::string y_axis(const Scale& y, const ChartAxis& axis, double left, double width_px);

/// Room for the ticks' labels.
double left_margin(const Scale& y);

/// As people say it: 0.01, 5k.
std::string tick_label(double v);

std::string svg(double width_px, double height, const std::string& label, const std::string& body);

}  // namespace unfurl::app::frame
