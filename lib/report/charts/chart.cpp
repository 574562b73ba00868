#include "report/charts/chart.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/statistics.hpp"
#include "report/charts/labels.hpp"
#include "report/table.hpp"

namespace unfurl::app {

namespace {

constexpr double width_px = 560, left_px = 72, right_px = 16, top_px = 12, bottom_px = 46;

/// Maps numbers to pixels; collects what must be visible.
class Scale {
 public:
  Scale(const ChartAxis& axis, double from, double to) : axis_(axis), from_(from), to_(to) {}

  bool shows(double v) const { return std::isfinite(v) && (!axis_.logarithmic || v > 0); }
  void cover(double v) {
    if (!shows(v)) return;
    low_ = std::min(low_, v);
    high_ = std::max(high_, v);
  }
  /// Widens the range by a share on both sides, and an empty one to something that can be divided.
  void settle(double share) {
    if (low_ > high_) low_ = high_ = 1;
    double a = place(low_), b = place(high_);
    if (b - a < 1e-12 * std::max(1.0, std::abs(a))) {
      const double half = axis_.logarithmic ? 0.5 : std::max(0.5, std::abs(a) * 0.1);
      a -= half;
      b += half;
    }
    const double margin = share * (b - a);
    low_ = back(a - margin);
    high_ = back(b + margin);
  }
  double operator()(double v) const {
    return from_ + (place(v) - place(low_)) / (place(high_) - place(low_)) * (to_ - from_);
  }
  std::vector<double> ticks(int count) const {
    std::vector<double> found = app::ticks(low_, high_, count, axis_.logarithmic);
    if (axis_.whole) std::erase_if(found, [](double t) { return t != std::round(t); });
    return found;
  }
  double low() const { return low_; }
  double high() const { return high_; }

 private:
  double place(double v) const { return axis_.logarithmic ? std::log10(v) : v; }
  double back(double p) const { return axis_.logarithmic ? std::pow(10.0, p) : p; }

  ChartAxis axis_;
  double from_, to_;
  double low_ = std::numeric_limits<double>::infinity(), high_ = -low_;
};

std::string tick_label(double v) {
  const double size = std::abs(v);
  if (v == 0) return "0";
  if (size >= 1e9) return fmt::format("{:g}G", v / 1e9);
  if (size >= 1e6) return fmt::format("{:g}M", v / 1e6);
  if (size >= 1e3) return fmt::format("{:g}k", v / 1e3);
  if (size < 1e-4) return fmt::format("{:.0e}", v);
  return fmt::format("{:g}", v);
}

std::string colour(int index) { return fmt::format("var(--c{})", index % 12); }

std::string text(double x, double y, const std::string& content, const char* anchor, const char* more = "") {
  return fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\"{}>{}</text>\n", x, y, anchor, more,
                     escape(content));
}

std::string line(double x1, double y1, double x2, double y2, const std::string& style) {
  return fmt::format("<line x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\" {}/>\n", x1, y1, x2, y2,
                     style);
}

std::string dot(double x, double y, double radius, int colour_index, const char* opacity) {
  return fmt::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"{}\" fill=\"{}\" opacity=\"{}\"/>\n", x, y,
                     radius, colour(colour_index), opacity);
}

std::string svg(double height, const std::string& label, const std::string& body) {
  return fmt::format(
      "<svg class=\"chart\" viewBox=\"0 0 {:.0f} {:.0f}\" role=\"img\" aria-label=\"{}\">\n{}</svg>\n",
      width_px, height, escape(label), body);
}

std::string x_axis(const Scale& x, const ChartAxis& axis, double left, double bottom, double top) {
  std::string out;
  for (const double t : x.ticks(6)) {
    out += line(x(t), top, x(t), bottom, "class=\"grid\"");
    out += text(x(t), bottom + 17, tick_label(t), "middle", " class=\"tick\"");
  }
  out += line(left, bottom, width_px - right_px, bottom, "class=\"axis\"");
  return out + text((left + width_px - right_px) / 2, bottom + 38, axis.label, "middle");
}

std::string y_axis(const Scale& y, const ChartAxis& axis, double bottom) {
  std::string out;
  for (const double t : y.ticks(5)) {
    out += line(left_px, y(t), width_px - right_px, y(t), "class=\"grid\"");
    out += text(left_px - 8, y(t) + 4, tick_label(t), "end", " class=\"tick\"");
  }
  const double middle = (top_px + bottom) / 2;
  return out + text(16, middle, axis.label, "middle",
                    fmt::format(" transform=\"rotate(-90 16 {:.1f})\"", middle).c_str());
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

std::vector<double> ticks(double low, double high, int count, bool logarithmic) {
  std::vector<double> found;
  if (logarithmic) {
    const int first = static_cast<int>(std::floor(std::log10(low)));
    const int last = static_cast<int>(std::ceil(std::log10(high)));
    const int stride = std::max(1, (last - first) / std::max(1, count));
    const std::vector<double> within =
        last - first <= 3 ? std::vector<double>{1, 2, 5} : std::vector<double>{1};
    for (int e = first; e <= last; e += stride)
      for (const double m : within) {
        const double t = m * std::pow(10.0, e);
        if (t >= low && t <= high) found.push_back(t);
      }
    if (found.size() >= 2) return found;
    found.clear();  // less than a decade: as on a linear axis
  }
  const double raw = (high - low) / std::max(1, count);
  const double power = std::pow(10.0, std::floor(std::log10(raw)));
  double step = 10 * power;
  for (const double m : {5.0, 2.0, 1.0})
    if (m * power >= raw * 0.999) step = m * power;
  for (double k = std::ceil(low / step - 1e-9); k * step <= high + 1e-9 * step; ++k)
    found.push_back(k == 0 ? 0 : k * step);
  return found;
}

std::string curve_chart(const ChartAxis& x_as, const ChartAxis& y_as, const std::vector<Curve>& curves) {
  constexpr double height = 300, bottom = height - bottom_px;
  Scale x(x_as, left_px, width_px - right_px), y(y_as, bottom, top_px);
  for (const Curve& c : curves)
    for (const ChartPoint& p : c.points) {
      x.cover(p.x);
      y.cover(p.y);
    }
  x.settle(0);
  y.settle(0.04);
  std::string body = y_axis(y, y_as, bottom) + x_axis(x, x_as, left_px, bottom, bottom);
  for (const Curve& c : curves) {
    std::string points;
    for (const ChartPoint& p : c.points)
      if (x.shows(p.x) && y.shows(p.y)) {
        points += fmt::format("{:.1f},{:.1f} ", x(p.x), y(p.y));
        if (c.points.size() == 1) body += dot(x(p.x), y(p.y), 4, c.colour, "1");
      }
    body += fmt::format(
        "<polyline points=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"{}\" opacity=\"{}\" "
        "stroke-linejoin=\"round\" stroke-linecap=\"round\"{}><title>{}</title></polyline>\n",
        points, colour(c.colour), c.faint ? 1 : 2, c.faint ? 0.35 : 1.0,
        c.dashed ? " stroke-dasharray=\"5 4\"" : "", escape(c.name));
  }
  return svg(height, y_as.label + " against " + x_as.label, body);
}

std::string spread_chart(const ChartAxis& x_as, const std::vector<Spread>& rows) {
  constexpr double row_height = 30;
  const double height = top_px + row_height * static_cast<double>(rows.size()) + bottom_px;
  const double bottom = height - bottom_px;
  std::size_t letters = 0;
  for (const Spread& row : rows) letters = std::max(letters, width(row.name));
  const double left = std::min(280.0, 20 + letter_pixels * static_cast<double>(letters));
  Scale x(x_as, left, width_px - right_px);
  for (const Spread& row : rows)
    for (const double v : row.values) x.cover(v);
  x.settle(0.05);
  std::string body = x_axis(x, x_as, left, bottom, top_px);
  for (std::size_t r = 0; r < rows.size(); ++r) {
    const Spread& row = rows[r];
    const double y = top_px + row_height * (static_cast<double>(r) + 0.5);
    body += text(left - 12, y + 4, row.name, "end");
    const double mean = detail::mean(row.values), deviation = detail::deviation(row.values);
    if (!x.shows(mean)) continue;
    body += fmt::format("<g><title>{}: {:.4g}{}</title>\n", escape(row.name), mean,
                        row.values.size() > 1 ? fmt::format(" ± {:.2g}", deviation) : "");
    if (deviation > 0 && x.shows(mean - deviation))
      body +=
          line(x(mean - deviation), y, x(mean + deviation), y,
               fmt::format("stroke=\"{}\" stroke-width=\"3\" stroke-linecap=\"round\"", colour(row.colour)));
    if (row.values.size() > 1)
      for (const double v : row.values)
        if (x.shows(v)) body += dot(x(v), y, 3.5, row.colour, "0.45");
    body += dot(x(mean), y, 6, row.colour, "1") + "</g>\n";
  }
  return svg(height, x_as.label, body);
}

std::string mark_chart(const ChartAxis& x_as, const ChartAxis& y_as, const std::vector<Mark>& marks,
                       const std::vector<Mark>& levels) {
  constexpr double height = 340, bottom = height - bottom_px;
  Scale x(x_as, left_px, width_px - right_px), y(y_as, bottom, top_px);
  for (const Mark& m : marks) {
    x.cover(m.at.x);
    for (const double v : {m.at.y - m.deviation, m.at.y + m.deviation}) y.cover(v);
  }
  for (const Mark& m : levels) y.cover(m.at.y);
  x.settle(0.08);
  y.settle(0.08);
  std::string body = y_axis(y, y_as, bottom) + x_axis(x, x_as, left_px, bottom, bottom);

  const double right = width_px - right_px;
  std::vector<LabelWish> wishes;
  std::vector<Box> covered;
  for (const Mark& m : levels) {
    if (!y.shows(m.at.y)) continue;
    const double py = y(m.at.y);
    body +=
        line(left_px, py, right, py,
             fmt::format("stroke=\"{}\" stroke-width=\"1.5\" stroke-dasharray=\"2 4\"", colour(m.colour)));
    wishes.push_back({m.name, along(left_px, right, py)});
    covered.push_back({left_px, py - 1, right, py + 1});
  }
  for (const Mark& m : marks) {
    if (!x.shows(m.at.x) || !y.shows(m.at.y)) continue;
    const double px = x(m.at.x), py = y(m.at.y);
    if (m.deviation > 0 && y.shows(m.at.y - m.deviation)) {
      const double low = y(m.at.y - m.deviation), high = y(m.at.y + m.deviation);
      body += line(px, low, px, high, fmt::format("stroke=\"{}\" stroke-width=\"2\"", colour(m.colour)));
      covered.push_back({px - 2, high, px + 2, low});
    }
    body += fmt::format("<g><title>{}: {:.4g}, {:.4g}</title>\n{}</g>\n", escape(m.name), m.at.x, m.at.y,
                        dot(px, py, 6, m.colour, "1"));
    covered.push_back({px - 7, py - 7, px + 7, py + 7});
    wishes.push_back({m.name, around(px, py)});
  }
  const auto places = place_labels(wishes, covered, {left_px, 0, right, bottom});
  for (std::size_t i = 0; i < wishes.size(); ++i)
    body += text(places[i].x, places[i].y, wishes[i].text, places[i].anchor);
  return svg(height, y_as.label + " against " + x_as.label, body);
}

std::string picture_chart(const ChartAxis& x_as, double length, const ChartAxis& y_as, double height,
                          const std::string& source) {
  constexpr double height_px = 240;
  const double left = y_as.label.empty() ? right_px : left_px;
  const double bottom = height_px - (x_as.label.empty() ? top_px : bottom_px);
  std::string body = fmt::format(
      "<image x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\" preserveAspectRatio=\"none\" "
      "href=\"{}\"/>\n",
      left, top_px, width_px - right_px - left, bottom - top_px, escape(source));
  Scale x(x_as, left, width_px - right_px), y(y_as, bottom, top_px);
  for (const double v : {0.0, length}) x.cover(v);
  for (const double v : {0.0, height}) y.cover(v);
  x.settle(0);
  y.settle(0);
  if (!x_as.label.empty()) body = x_axis(x, x_as, left, bottom, bottom) + body;
  if (!y_as.label.empty()) body = y_axis(y, y_as, bottom) + body;
  return svg(height_px, "picture", body);
}

}  // namespace unfurl::app
