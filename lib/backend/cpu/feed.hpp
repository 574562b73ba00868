// Between data sets (one sample after the other) and tiles (samples innermost).
#pragma once

#include <algorithm>

#include "unfurl/data.hpp"

namespace unfurl::exec {

/// Writes samples order[first .. first + lanes] (or first .. when order is null) to `to`, [entry][lane].
template <class T>
void load_tile(const Samples& samples, const int* order, int first, int lanes, T* to) {
  const auto n = static_cast<std::ptrdiff_t>(samples.size());
  constexpr std::ptrdiff_t block = 64;  // rows of a block stay in cache while the lanes are walked
  for (std::ptrdiff_t begin = 0; begin < n; begin += block)
    for (int l = 0; l < lanes; ++l) {
      const std::ptrdiff_t sample = order ? order[first + l] : first + l;
      const float* from = samples.values.data() + sample * n;
      for (std::ptrdiff_t i = begin; i < std::min(n, begin + block); ++i)
        to[i * lanes + l] = static_cast<T>(from[i]);
    }
}

/// The reverse, into samples first ...
template <class T>
void store_tile(const T* from, int first, int lanes, Samples& samples) {
  const auto n = static_cast<std::ptrdiff_t>(samples.size());
  for (int l = 0; l < lanes; ++l) {
    float* to = samples.values.data() + (first + l) * n;
    for (std::ptrdiff_t i = 0; i < n; ++i) to[i] = static_cast<float>(from[i * lanes + l]);
  }
}

}  // namespace unfurl::exec
