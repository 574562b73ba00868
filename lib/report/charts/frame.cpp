#include "report/charts/frame.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "report/table.hpp"

namespace unfurl::app::frame {

namespace {

std::string label_of(const ChartAxis& axis) {
  return axis.logarithmic ? axis.label + " (log scale)" : axis.label;
}

}  // namespace

std::string text(double x, double y, const std::string& content, const char* anchor, const char* more) {
  return fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\"{}>{}</text>\n", x, y, anchor, more,
                     escape(content));
}

std::string fitted(double x, double y, const std::string& content, const char* anchor, double room) {
  const bool long_one = letter_pixels * static_cast<double>(width(content)) > room;
  return text(
      x, y, content, anchor,
      long_one ? fmt::format(" textLength=\"{:.0f}\" lengthAdjust=\"spacingAndGlyphs\"", room).c_str() : "");
}

std::string line(double x1, double y1, double x2, double y2, const std::string& style) {
  return fmt::format("<line x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\" {}/>\n", x1, y1, x2, y2,
                     style);
}

std::string dot(double x, double y, double radius, const Paint& paint, double share) {
  return fmt::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"{}\" fill=\"{}\" opacity=\"{:.3g}\"/>\n", x, y,
                     radius, css_colour(paint), paint.strength * share);
}

std::string arrow(double x, double y, int right, int down, const Paint& paint) {
  const double back_x = x - 9 * right, back_y = y - 9 * down;
  return fmt::format(
      "<polygon points=\"{:.1f},{:.1f} {:.1f},{:.1f} {:.1f},{:.1f}\" fill=\"{}\" opacity=\"{:.3g}\"/>\n", x,
      y, back_x + 5 * down, back_y + 5 * right, back_x - 5 * down, back_y - 5 * right, css_colour(paint),
      paint.strength);
}

std::string x_axis(const Scale& x, const ChartAxis& axis, double left, double bottom, double top,
                   double width_px) {
  std::string out;
  const double end = width_px - right;
  for (const double t : x.ticks(end - left > 350 ? 6 : 5)) {
    out += line(x(t), top, x(t), bottom, "class=\"grid\"");
    out += text(x(t), bottom + 17, tick_label(t), "middle", " class=\"tick\"");
  }
  out += line(left, bottom, end, bottom, "class=\"axis\"");
  // In the middle below the axis, or as near as the chart's ends let it.
  const double length = letter_pixels * static_cast<double>(width(label_of(axis))), half = length / 2;
  const double middle =
      length > width_px - 8 ? width_px / 2 : std::clamp((left + end) / 2, 4 + half, width_px - 4 - half);
  return out + fitted(middle, bottom + 38, label_of(axis), "middle", width_px - 8);
}

std::string y_axis(const Scale& y, const ChartAxis& axis, double left, double width_px) {
  std::string out;
  for (const double t : y.ticks(5)) {
    out += line(left, y(t), width_px - right, y(t), "class=\"grid\"");
    out += text(left - 8, y(t) + 4, tick_label(t), "end", " class=\"tick\"");
  }
  return out + fitted(4, 13, label_of(axis), "start", width_px - 8);
}

double left_margin(const Scale& y) {
  std::size_t letters = 0;
  for (const double t : y.ticks(5)) letters = std::max(letters, width(tick_label(t)));
  return 18 + letter_pixels * static_cast<double>(letters) * 1.1;
}

std::string tick_label(double v) {
  const double size = std::abs(v);
  if (v == 0) return "0";
  if (size >= 1e9) return fmt::format("{:g}G", v / 1e9);
  if (size >= 1e6) return fmt::format("{:g}M", v / 1e6);
  if (size >= 1e3) return fmt::format("{:g}k", v / 1e3);
  std::string digits = fmt::format("{:.4g}", v);
  if (const auto exponent = digits.find("e-0"); exponent != std::string::npos) digits.erase(exponent + 2, 1);
  return digits;
}

std::string svg(double width_px, double height, const std::string& label, const std::string& body) {
  return fmt::format(
      "<svg class=\"chart\" viewBox=\"0 0 {:.0f} {:.0f}\" role=\"img\" aria-label=\"{}\">\n{}</svg>\n",
      width_px, height, escape(label), body);
}

}  // namespace unfurl::app::frame
