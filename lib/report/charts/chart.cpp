#include "report/charts/chart.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/statistics.hpp"
#include "report/charts/frame.hpp"
#include "report/charts/labels.hpp"
#include "report/table.hpp"

namespace unfurl::app {

using namespace frame;

namespace {

std::string stroke(const Paint& paint, double width_px, const char* more = "") {
  return fmt::format("stroke=\"{}\" stroke-width=\"{:g}\" opacity=\"{:.3g}\"{}", css_colour(paint), width_px,
                     paint.strength, more);
}

/// Draws only what is inside a rectangle; coordinates stay those of the chart.
std::string clipped(double left, double top, double right, double bottom, const std::string& body) {
  return fmt::format(
      "<svg x=\"{0:.1f}\" y=\"{1:.1f}\" width=\"{2:.1f}\" height=\"{3:.1f}\" "
      "viewBox=\"{0:.1f} {1:.1f} {2:.1f} {3:.1f}\">\n{4}</svg>\n",
      left, top, right - left, bottom - top, body);
}

}  // namespace

std::string escape(const std::string& text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string curve_chart(const ChartAxis& x_as, const ChartAxis& y_as, const std::vector<Curve>& curves,
                        double width_px) {
  const double height = width_px < wide_chart ? 260 : 300, end = height - bottom;
  Scale y(y_as, end, top);
  for (const Curve& c : curves)
    for (const ChartPoint& p : c.points) y.cover(p.y);
  y.settle(0.04);
  const double left = left_margin(y);
  Scale x(x_as, left, width_px - right);
  for (const Curve& c : curves)
    for (const ChartPoint& p : c.points) x.cover(p.x);
  x.settle(0);
  std::string lines;
  for (const Curve& c : curves) {
    std::vector<ChartPoint> shown;
    for (const ChartPoint& p : c.points)
      if (x.shows(p.x) && y.shows(p.y)) shown.push_back({x(p.x), y(p.y)});
    if (shown.empty()) continue;
    if (shown.size() == 1 && c.faint && c.points.size() == 2)  // an interval from 0 on, on a logarithmic axis
      shown.push_back({shown[0].x, end});
    if (shown.size() == 1) {
      lines += dot(shown[0].x, shown[0].y, 4, c.paint, c.faint ? 0.35 : 1);
      continue;
    }
    std::string points;
    for (const ChartPoint& p : shown) points += fmt::format("{:.1f},{:.1f} ", p.x, p.y);
    lines += fmt::format(
        "<polyline points=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"{}\" opacity=\"{:.3g}\" "
        "stroke-linejoin=\"round\" stroke-linecap=\"round\"{}><title>{}</title></polyline>\n",
        points, css_colour(c.paint), c.faint ? 1 : 2, c.paint.strength * (c.faint ? 0.35 : 1),
        c.dashed ? " stroke-dasharray=\"5 4\"" : "", escape(c.name));
  }
  if (y_as.range) lines = clipped(left, top, width_px, end, lines);
  return svg(width_px, height, y_as.label + " against " + x_as.label,
             y_axis(y, y_as, left, width_px) + x_axis(x, x_as, left, end, end, width_px) + lines);
}

std::string spread_chart(const ChartAxis& x_as, const std::vector<Spread>& rows, double width_px) {
  std::size_t letters = 0;
  for (const Spread& row : rows) letters = std::max(letters, width(row.name));
  const double names = 20 + letter_pixels * static_cast<double>(letters);
  const bool beside = names <= width_px / 2;  // or else above
  const double left = beside ? names : right, row_height = beside ? 30 : 42, above = 12;
  const double height = above + row_height * static_cast<double>(rows.size()) + bottom;
  const double end = height - bottom;
  Scale x(x_as, left, width_px - right);
  for (const Spread& row : rows) {
    for (const double v : row.values) x.cover(v);
    if (row.interval)
      for (const double v : {row.interval->first, row.interval->second}) x.cover(v);
  }
  x.settle(0.05);
  std::string body = x_axis(x, x_as, left, end, above, width_px);
  for (std::size_t r = 0; r < rows.size(); ++r) {
    const Spread& row = rows[r];
    const double y = above + row_height * (static_cast<double>(r) + (beside ? 0.5 : 0.72));
    body += beside ? text(left - 12, y + 4, row.name, "end")
                   : fitted(left, y - 14, row.name, "start", width_px - right - left);
    const double mean = detail::mean(row.values), deviation = detail::deviation(row.values);
    if (!x.shows(mean)) continue;
    const bool several = row.values.size() > 1;
    const auto [low, high] =
        row.interval.value_or(std::pair(mean - (several ? deviation : 0), mean + (several ? deviation : 0)));
    body += fmt::format("<g><title>{}: {:.4g}{}</title>\n", escape(row.name), mean,
                        row.interval ? fmt::format(" [{:.4g}, {:.4g}]", low, high)
                        : several    ? fmt::format(" ± {:.2g}", deviation)
                                     : "");
    if (const int beyond = x.side(mean); beyond != 0) {
      const double tip = beyond > 0 ? width_px - right : left;
      body += arrow(tip, y, beyond, 0, row.paint) +
              text(tip - 14 * beyond, y + 4, fmt::format("{:.3g}", mean), beyond > 0 ? "end" : "start",
                   " class=\"tick\"") +
              "</g>\n";
      continue;
    }
    const auto inside = [&](double v) { return std::clamp(v, x.low(), x.high()); };
    if (high > low && x.shows(low))
      body += line(x(inside(low)), y, x(inside(high)), y, stroke(row.paint, 3, " stroke-linecap=\"round\""));
    if (several)
      for (const double v : row.values)
        if (x.shows(v) && x.side(v) == 0) body += dot(x(v), y, 3.5, row.paint, 0.45);
    body += dot(x(mean), y, several || !row.interval ? 6 : 5, row.paint) + "</g>\n";
  }
  return svg(width_px, height, x_as.label, body);
}

std::string mark_chart(const ChartAxis& x_as, const ChartAxis& y_as, const std::vector<Mark>& marks,
                       const std::vector<Mark>& levels, double width_px) {
  const double height = width_px < wide_chart ? 300 : 340, bottom_px = height - bottom;
  Scale y(y_as, bottom_px, top);
  for (const Mark& m : marks)
    for (const double v : {m.at.y - m.deviation, m.at.y + m.deviation}) y.cover(v);
  for (const Mark& m : levels) y.cover(m.at.y);
  y.settle(0.08);
  const double left = left_margin(y), end = width_px - right;
  Scale x(x_as, left, end);
  for (const Mark& m : marks) x.cover(m.at.x);
  x.settle(0.08);
  std::string body = y_axis(y, y_as, left, width_px) + x_axis(x, x_as, left, bottom_px, bottom_px, width_px);

  std::vector<LabelWish> wishes;
  std::vector<Box> covered;
  for (const Mark& m : levels) {
    if (!y.shows(m.at.y) || y.side(m.at.y) != 0) continue;
    const double py = y(m.at.y);
    body += line(left, py, end, py, stroke(m.paint, 1.5, " stroke-dasharray=\"2 4\""));
    wishes.push_back({m.name, along(left, end, py)});
    covered.push_back({left, py - 1, end, py + 1});
  }
  for (const Mark& m : marks) {
    if (!x.shows(m.at.x) || !y.shows(m.at.y)) continue;
    const int beyond = y.side(m.at.y);
    const double px = x(m.at.x), py = beyond == 0 ? y(m.at.y) : beyond > 0 ? top : bottom_px;
    body += fmt::format("<g><title>{}: {:.4g}, {:.4g}</title>\n", escape(m.name), m.at.x, m.at.y);
    if (beyond != 0) {
      body += arrow(px, py, 0, -beyond, m.paint);
    } else {
      const auto inside = [&](double v) { return y(std::clamp(v, y.low(), y.high())); };
      if (m.deviation > 0 && y.shows(m.at.y - m.deviation)) {
        const double low = inside(m.at.y - m.deviation), high = inside(m.at.y + m.deviation);
        body += line(px, low, px, high, stroke(m.paint, 2));
        covered.push_back({px - 2, high, px + 2, low});
      }
      body += dot(px, py, 6, m.paint);
    }
    body += "</g>\n";
    covered.push_back({px - 7, py - 7, px + 7, py + 7});
    wishes.push_back({m.name, around(px, py)});
  }
  const auto places = place_labels(wishes, covered, {left, top - 10, width_px, bottom_px});
  for (std::size_t i = 0; i < wishes.size(); ++i)
    if (places[i]) body += text(places[i]->x, places[i]->y, wishes[i].text, places[i]->anchor);
  return svg(width_px, height, y_as.label + " against " + x_as.label, body);
}

std::string picture_chart(const ChartAxis& x_as, double length, const ChartAxis& y_as, double height,
                          const std::string& source) {
  constexpr double height_px = 240, width_px = 460;
  const double above = y_as.label.empty() ? 12 : top;
  const double end = height_px - (x_as.label.empty() ? 12 : bottom);
  Scale y(y_as, end, above);
  for (const double v : {0.0, height}) y.cover(v);
  y.settle(0);
  const double left = y_as.label.empty() ? right : left_margin(y);
  Scale x(x_as, left, width_px - right);
  for (const double v : {0.0, length}) x.cover(v);
  x.settle(0);
  std::string body;
  if (!x_as.label.empty()) body += x_axis(x, x_as, left, end, end, width_px);
  if (!y_as.label.empty()) body += y_axis(y, y_as, left, width_px);
  body += fmt::format(
      "<image x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\" preserveAspectRatio=\"none\" "
      "href=\"{}\"/>\n",
      left, above, width_px - right - left, end - above, escape(source));
  return svg(width_px, height_px, "picture", body);
}

}  // namespace unfurl::app
