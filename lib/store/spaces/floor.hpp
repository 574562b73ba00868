// What non-negative spaces have in common.
#pragma once

#include <algorithm>
#include <limits>

#include "core/floors.hpp"
#include "unfurl/extend/space.hpp"

namespace unfurl::spaces {

inline std::string negative_entry(std::span<const double> values) {
  const auto found = std::find_if(values.begin(), values.end(), [](double v) { return v < 0; });
  return found == values.end() ? "" : detail::cat("is declared non-negative, but holds ", *found);
}

inline void clip_at_zero(std::span<double> values) {
  for (double& v : values) v = std::max(v, 0.0);
}

/// The smallest value that a training leaves: floors::share of the largest one at the start, of one where all are zero. A
/// resumed training needs it, since the values have moved.
template <class T>
T least_value(const Point<T>& whole) {
  T largest = 0;
  for (std::size_t i = 0; i < whole.size; ++i) largest = std::max(largest, whole.value[i]);
  return static_cast<T>(floors::share) * (largest > 0 ? largest : T(1));
}

/// value * factor, not below the least value. Under multiplicative steps some entries grow without end: none passes the
/// largest one at the start 1e8 times.
template <class T>
void multiply_and_clip(const Point<T>& at, const T* factors) {
  const T least = *at.least, greatest = least / static_cast<T>(floors::share * floors::share);
  for (std::size_t i = 0; i < at.size; ++i) {
    const T moved = at.value[i] * factors[i];
    at.value[i] = std::max(least, std::min(moved, std::max(at.value[i], greatest)));
  }
}

}  // namespace unfurl::spaces
