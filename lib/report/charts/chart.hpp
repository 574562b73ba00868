/// Charts as SVG fragments for a page. Colours are the page's CSS variables --c0 .. --c15 (series), --ink, --muted and
/// --grid, so that they follow its light or dark mode. A chart is laid out for a width: text is 12 units high in any.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "report/charts/paint.hpp"

namespace unfurl::app {

inline constexpr double letter_pixels = 6.6;  ///< mean width of a letter at the charts' 12 units
inline constexpr double wide_chart = 560, narrow_chart = 340;

struct ChartPoint {
  double x = 0, y = 0;
};

struct ChartAxis {
  std::string label;  ///< a logarithmic axis says so behind it
  bool logarithmic = false;
  bool whole = false;                                ///< ticks at whole numbers only
  std::optional<std::pair<double, double>> range{};  ///< shown instead of all; what is beyond is at the edge
};

/// A line through points; points that are not finite (or not positive on a logarithmic axis) are left out.
struct Curve {
  std::string name;  ///< shown when pointed at
  Paint paint{};
  bool dashed = false;
  bool faint = false;
  std::vector<ChartPoint> points;
};
std::string curve_chart(const ChartAxis& x, const ChartAxis& y, const std::vector<Curve>& curves,
                        double width_px = wide_chart);

/// A row with the values of all seeds, their mean and its spread, or the interval of the one seed's.
struct Spread {
  std::string name;
  Paint paint{};
  std::vector<double> values;
  std::optional<std::pair<double, double>> interval{};  ///< instead of a deviation
};
std::string spread_chart(const ChartAxis& x, const std::vector<Spread>& rows, double width_px = wide_chart);

/// A named point with a spread in y.
struct Mark {
  std::string name;
  Paint paint{};
  ChartPoint at;
  double deviation = 0;
};
/// `levels` are drawn as horizontal lines across the chart; their x is not used. Names are left out that would cover points or
/// each other.
std::string mark_chart(const ChartAxis& x, const ChartAxis& y, const std::vector<Mark>& marks,
                       const std::vector<Mark>& levels, double width_px = wide_chart);

/// An image with axes from 0 to `length` across and from 0 to `height` upwards. `source` is its address, or a data URI.
std::string picture_chart(const ChartAxis& x, double length, const ChartAxis& y, double height,
                          const std::string& source);

/// About `count` round numbers in [low, high]: multiples of 1, 2 or 5 times a power of ten; on a logarithmic axis
/// powers of ten, with 2 and 5 between when they are few.
std::vector<double> ticks(double low, double high, int count, bool logarithmic);

/// The text with &, <, >, and quotes as HTML entities.
std::string escape(const std::string& text);

}  // namespace unfurl::app
