#include "report/charts/scale.hpp"

#include <algorithm>
#include <cmath>

namespace unfurl::app {

Scale::Scale(const ChartAxis& axis, double from, double to) : axis_(axis), from_(from), to_(to) {
  if (axis.range) low_ = axis.range->first, high_ = axis.range->second;
}

bool Scale::shows(double v) const { return std::isfinite(v) && (!axis_.logarithmic || v > 0); }

void Scale::cover(double v) {
  if (!shows(v) || axis_.range) return;
  low_ = std::min(low_, v);
  high_ = std::max(high_, v);
}

void Scale::settle(double share) {
  if (low_ > high_) low_ = high_ = 1;
  double a = place(low_), b = place(high_);
  if (b - a < 1e-12 * std::max(1.0, std::abs(a))) {
    const double half = axis_.logarithmic ? 0.5 : std::max(0.5, std::abs(a) * 0.1);
    a -= half;
    b += half;
  }
  const double margin = axis_.range ? 0 : share * (b - a);
  low_ = back(a - margin);
  high_ = back(b + margin);
}

double Scale::operator()(double v) const {
  return from_ + (place(v) - place(low_)) / (place(high_) - place(low_)) * (to_ - from_);
}

std::vector<double> Scale::ticks(int count) const {
  std::vector<double> found = app::ticks(low_, high_, count, axis_.logarithmic);
  if (axis_.whole) std::erase_if(found, [](double t) { return t != std::round(t); });
  return found;
}

double Scale::place(double v) const { return axis_.logarithmic ? std::log10(v) : v; }
double Scale::back(double p) const { return axis_.logarithmic ? std::pow(10.0, p) : p; }

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

}  // namespace unfurl::app
