// Ranks over GF(2). Parity checks have few ones in a row and in a column, and elimination in the right order keeps most of that:
// the column with the fewest ones first, and of its rows the shortest. What fills up in the end is small, and goes to a dense
// matrix.
#include <algorithm>
#include <cmath>

#include "codes/elimination_cost.hpp"
#include "codes/packed.hpp"
#include "unfurl/at.hpp"

namespace unfurl::codes {

namespace {

class SparseElimination {
 public:
  explicit SparseElimination(const BinaryMatrix& matrix)
      : rows_(matrix.rows), of_column_(matrix.by_column()), degree_(of_column_.size()) {
    for (std::size_t c = 0; c < of_column_.size(); ++c) {
      degree_[c] = static_cast<int>(of_column_[c].size());
      if (degree_[c] > 0) ++columns_left_, put(static_cast<int>(c));
    }
  }

  /// Takes pivots while that is less work than in a dense matrix. Returns how many.
  int take_pivots() {
    int pivots = 0;
    while (columns_left_ > 0 && take(fewest(), static_cast<double>(rows_.size()) - pivots)) ++pivots;
    return pivots;
  }

  /// What is left, without empty rows and columns.
  BinaryMatrix rest() const {
    std::vector<int> place(degree_.size(), -1);
    BinaryMatrix matrix;
    for (std::size_t c = 0; c < degree_.size(); ++c)
      if (degree_[c] > 0) place[c] = matrix.columns++;
    for (const auto& row : rows_) {
      if (row.empty()) continue;
      matrix.rows.emplace_back();
      for (const int c : row) matrix.rows.back().push_back(place[at(c)]);
    }
    return matrix;
  }

 private:
  bool holds(int row, int column) const {
    const auto& ones = rows_[at(row)];
    return std::binary_search(ones.begin(), ones.end(), column);
  }

  void put(int column) {
    const std::size_t degree = at(degree_[at(column)]);
    if (degree >= by_degree_.size()) by_degree_.resize(degree + 1);
    by_degree_[degree].push_back(column);
    lowest_ = std::min(lowest_, degree);
  }
  /// A column with the fewest ones, of which there are some.
  int fewest() {
    for (;; ++lowest_)
      for (std::vector<int>& columns = by_degree_[lowest_]; !columns.empty();) {
        const int column = columns.back();
        columns.pop_back();
        if (at(degree_[at(column)]) == lowest_) return column;  // others have moved
      }
  }
  void change(int column, int by) {
    int& degree = degree_[at(column)];
    if (degree == 0) ++columns_left_;
    degree += by;
    if (degree == 0)
      --columns_left_;
    else
      put(column);
  }

  /// The shortest row of the column is added to its others; both go. Says no where words of a dense matrix are faster.
  bool take(int column, double rows_left) {
    std::vector<int>& of = of_column_[at(column)];  // and rows that had a one there once, perhaps twice
    std::sort(of.begin(), of.end());
    of.erase(std::unique(of.begin(), of.end()), of.end());
    std::erase_if(of, [&](int row) { return !holds(row, column); });
    const int pivot = *std::min_element(
        of.begin(), of.end(), [&](int a, int b) { return rows_[at(a)].size() < rows_[at(b)].size(); });
    constexpr double entries_for_a_change = 20;
    if (entries_for_a_change * static_cast<double>((of.size() - 1) * rows_[at(pivot)].size()) >
        rows_left * columns_left_ / 64)
      return false;
    const std::vector<int> ones = std::move(rows_[at(pivot)]);
    rows_[at(pivot)].clear();
    std::vector<int> sum;
    for (const int row : of) {
      if (row == pivot) continue;
      for (const int c : ones) {
        const bool was = holds(row, c);
        change(c, was ? -1 : 1);
        if (!was) of_column_[at(c)].push_back(row);
      }
      sum.clear();
      std::set_symmetric_difference(rows_[at(row)].begin(), rows_[at(row)].end(), ones.begin(), ones.end(),
                                    std::back_inserter(sum));
      rows_[at(row)] = sum;
    }
    for (const int c : ones) change(c, -1);
    return true;
  }

  std::vector<std::vector<int>> rows_, of_column_;  ///< columns of rows; rows of columns, and more
  std::vector<int> degree_;                         ///< ones of every column
  std::vector<std::vector<int>> by_degree_;         ///< columns of so many ones, and some that had so many
  std::size_t lowest_ = 0;                          ///< no column has fewer
  double columns_left_ = 0;                         ///< with ones
};

}  // namespace

EliminationCost elimination_cost(double rows, double columns) {
  return {rows * std::ceil(columns / 64) * 8, rows * std::min(rows, columns) * std::ceil(columns / 64)};
}

bool is_affordable(const EliminationCost& cost) {
  constexpr double most_bytes = 4e9, most_operations = 2e12;
  return cost.bytes <= most_bytes && cost.operations <= most_operations;
}

void require_affordable(double rows, double columns, const char* what) {
  const EliminationCost cost = elimination_cost(rows, columns);
  if (!is_affordable(cost))
    throw DataError(
        detail::cat(what, " takes the elimination of a dense matrix of ", static_cast<std::int64_t>(rows),
                    " x ", static_cast<std::int64_t>(columns), " bits: ", cost.bytes / 1e9, " GB, and up to ",
                    cost.operations / 3.6e12, " hours"),
        "", "use a shorter code; 4 GB and half an hour are the limit");
}

std::optional<int> affordable_rank(const BinaryMatrix& matrix) {
  SparseElimination sparse(matrix);
  const int pivots = sparse.take_pivots();
  BinaryMatrix rest = sparse.rest();
  if (rest.rows.empty()) return pivots;
  if (static_cast<int>(rest.rows.size()) > rest.columns)
    rest = rest.transposed();  // the fewer rows, the faster
  if (!is_affordable(elimination_cost(static_cast<double>(rest.rows.size()), rest.columns))) return {};
  PackedMatrix packed(rest);
  return pivots + static_cast<int>(packed.eliminate(all_columns(packed.columns()), false).size());
}

}  // namespace unfurl::codes

namespace unfurl {

int rank(const BinaryMatrix& matrix) {
  if (const std::optional<int> r = codes::affordable_rank(matrix)) return *r;
  const auto rows = static_cast<double>(matrix.rows.size());
  codes::require_affordable(rows, matrix.columns, "the rank of a matrix that fills up");
  throw InternalError("a part of a matrix takes more elimination than the whole");
}

}  // namespace unfurl
