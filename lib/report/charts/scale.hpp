/// From numbers to pixels.
#pragma once

#include <limits>

#include "report/charts/chart.hpp"

namespace unfurl::app {

/// Maps numbers to pixels; collects what must be visible.
class Scale {
 public:
  /// An axis with a range shows that and nothing else.
  Scale(const ChartAxis& axis, double from, double to);

  /// Whether a number has a place at all, inside or not.
  bool shows(double v) const;
  void cover(double v);
  /// Widens the range by a share on both sides, and an empty one to something that can be divided.
  void settle(double share);
  double operator()(double v) const;
  /// Where a number is: 0 inside, -1 below what is shown, 1 above.
  int side(double v) const { return v < low_ ? -1 : v > high_ ? 1 : 0; }
  std::vector<double> ticks(int count) const;
  double low() const { return low_; }
  double high() const { return high_; }

 private:
  double place(double v) const;
  double back(double p) const;

  ChartAxis axis_;
  double from_, to_;
  double low_ = std::numeric_limits<double>::infinity(), high_ = -low_;
};

}  // namespace unfurl::app
