// What spaces of columns have in common.
#pragma once

#include <algorithm>
#include <span>
#include <string>

#include "unfurl/extend/space.hpp"

namespace unfurl::spaces {

/// How far values may be from a space and yet count as in it: single precision, and numbers written with a few digits.
inline constexpr double tolerance = 1e-4;

inline std::size_t at_index(int i) { return static_cast<std::size_t>(i); }
inline std::size_t entry(int i, int columns, int j) { return at_index(i) * at_index(columns) + at_index(j); }

/// The inner product of two columns.
inline double column_product(std::span<const double> values, int rows, int columns, int a, int b) {
  double sum = 0;
  for (int i = 0; i < rows; ++i) sum += values[entry(i, columns, a)] * values[entry(i, columns, b)];
  return sum;
}

/// A vector(n) is one row: its columns are single numbers, of which such a space would leave nothing to train.
inline std::string single_numbers(int rows, int columns) {
  if (rows > 1) return "";
  return columns == 1
             ? "has one number only"
             : detail::cat("has columns of one number: give matrix(", columns, ", 1) for one column");
}

/// body(row, index of its first entry).
template <class T, class F>
void for_rows(const Point<T>& at, F body) {
  for (int i = 0; i < at.rows; ++i) body(at.value + entry(i, at.columns, 0), entry(i, at.columns, 0));
}

}  // namespace unfurl::spaces
