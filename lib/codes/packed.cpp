#include "codes/packed.hpp"

#include <algorithm>
#include <numeric>

namespace unfurl::codes {

PackedMatrix::PackedMatrix(const BinaryMatrix& matrix, int more_columns)
    : PackedMatrix(static_cast<int>(matrix.rows.size()), matrix.columns + more_columns) {
  for (int r = 0; r < rows_; ++r)
    for (const int c : matrix.rows[static_cast<std::size_t>(r)]) flip(r, c);
}

void PackedMatrix::add_row(int from, int to) {
  const std::uint64_t* a = bits_.data() + place(from, 0);
  std::uint64_t* b = bits_.data() + place(to, 0);
  for (std::size_t i = 0; i < words_; ++i) b[i] ^= a[i];
}

void PackedMatrix::swap_rows(int a, int b) {
  if (a == b) return;
  std::swap_ranges(bits_.begin() + static_cast<std::ptrdiff_t>(place(a, 0)),
                   bits_.begin() + static_cast<std::ptrdiff_t>(place(a, 0) + words_),
                   bits_.begin() + static_cast<std::ptrdiff_t>(place(b, 0)));
}

std::vector<int> PackedMatrix::eliminate(const std::vector<int>& columns, bool reduced) {
  std::vector<int> pivots;
  for (const int c : columns) {
    const auto next = static_cast<int>(pivots.size());
    if (next == rows_) break;
    int r = next;
    while (r < rows_ && !at(r, c)) ++r;
    if (r == rows_) continue;
    swap_rows(r, next);
    for (int other = reduced ? 0 : next + 1; other < rows_; ++other)
      if (other != next && at(other, c)) add_row(next, other);
    pivots.push_back(c);
  }
  return pivots;
}

std::vector<int> all_columns(int n) {
  std::vector<int> columns(static_cast<std::size_t>(n));
  std::iota(columns.begin(), columns.end(), 0);
  return columns;
}

}  // namespace unfurl::codes
