// Matrices over GF(2) in machine words, and elimination.
#pragma once

#include "unfurl/codes.hpp"

namespace unfurl::codes {

class PackedMatrix {
 public:
  PackedMatrix(int rows, int columns)
      : rows_(rows),
        columns_(columns),
        words_((static_cast<std::size_t>(columns) + 63) / 64),
        bits_(static_cast<std::size_t>(rows) * words_) {}
  explicit PackedMatrix(const BinaryMatrix& matrix, int more_columns = 0);

  int rows() const { return rows_; }
  int columns() const { return columns_; }
  bool at(int row, int column) const { return (word(row, column) >> shift(column) & 1U) != 0; }
  void flip(int row, int column) { word(row, column) ^= std::uint64_t{1} << shift(column); }
  void add_row(int from, int to);
  void swap_rows(int a, int b);

  /// Brings the rows into reduced echelon form, looking for pivots in this order of columns: the pivot of row i, for as many
  /// rows as there are. Without `reduced`, rows above a pivot keep their entries.
  std::vector<int> eliminate(const std::vector<int>& columns, bool reduced = true);

 private:
  static unsigned shift(int column) { return static_cast<unsigned>(column) % 64; }
  std::size_t place(int row, int column) const {
    return static_cast<std::size_t>(row) * words_ + static_cast<std::size_t>(column) / 64;
  }
  std::uint64_t& word(int row, int column) { return bits_[place(row, column)]; }
  const std::uint64_t& word(int row, int column) const { return bits_[place(row, column)]; }

  int rows_, columns_;
  std::size_t words_;
  std::vector<std::uint64_t> bits_;
};

/// 0 .. n - 1.
std::vector<int> all_columns(int n);

}  // namespace unfurl::codes
