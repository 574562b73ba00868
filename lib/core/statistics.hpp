#pragma once
/// Means, spreads and confidence intervals of a few numbers.

#include <vector>

namespace unfurl::detail {

/// Arithmetic mean; NaN without numbers.
double mean(const std::vector<double>& values);

/// Standard deviation of a sample, with n - 1 in the denominator; 0 for fewer than two numbers.
double deviation(const std::vector<double>& values);

struct Interval {
  double low = 0, high = 0;
};

/// Student's interval for the mean of independent, roughly normal numbers: mean -+ t(n - 1) deviation / sqrt(n).
/// Throws InternalError for fewer than two numbers.
Interval t_interval(const std::vector<double>& values, double confidence = 0.95);

}  // namespace unfurl::detail
