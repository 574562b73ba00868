#include "core/statistics.hpp"

#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <limits>
#include <numeric>

#include "unfurl/error.hpp"

namespace unfurl::detail {

double mean(const std::vector<double>& values) {
  if (values.empty()) return std::numeric_limits<double>::quiet_NaN();
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double deviation(const std::vector<double>& values) {
  if (values.size() < 2) return 0;
  const double centre = mean(values);
  double sum = 0;
  for (const double v : values) sum += (v - centre) * (v - centre);
  return std::sqrt(sum / static_cast<double>(values.size() - 1));
}

Interval t_interval(const std::vector<double>& values, double confidence) {
  check(values.size() >= 2, "an interval needs two numbers");
  const auto n = static_cast<double>(values.size());
  const boost::math::students_t_distribution<double> t(n - 1);
  const double half = boost::math::quantile(t, (1 + confidence) / 2) * deviation(values) / std::sqrt(n);
  const double centre = mean(values);
  return {centre - half, centre + half};
}

}  // namespace unfurl::detail
