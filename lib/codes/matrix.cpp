// Algebra over GF(2).
#include <algorithm>
#include <numeric>

#include "codes/elimination_cost.hpp"
#include "codes/packed.hpp"
#include "unfurl/at.hpp"

namespace unfurl {

using codes::PackedMatrix;
using detail::cat;

int BinaryMatrix::ones() const {
  std::size_t n = 0;
  for (const auto& row : rows) n += row.size();
  return static_cast<int>(n);
}

std::vector<std::vector<int>> BinaryMatrix::by_column() const {
  std::vector<std::vector<int>> lists(at(columns));
  for (std::size_t r = 0; r < rows.size(); ++r)
    for (const int c : rows[r]) lists[at(c)].push_back(static_cast<int>(r));
  return lists;
}

BinaryMatrix BinaryMatrix::transposed() const { return {static_cast<int>(rows.size()), by_column()}; }

void check_matrix(const BinaryMatrix& matrix, const std::string& where) {
  for (std::size_t r = 0; r < matrix.rows.size(); ++r) {
    int last = -1;
    for (const int c : matrix.rows[r]) {
      if (c < 0 || c >= matrix.columns)
        throw DataError(cat("row ", r, " has a one in column ", c, " of ", matrix.columns), where,
                        "columns count from 0");
      if (c <= last)
        throw DataError(cat("the ones of row ", r, " are not in rising order"), where,
                        "list every column once, the smallest first");
      last = c;
    }
  }
}

Word multiply(const BinaryMatrix& matrix, const Word& word) {
  if (word.size() != at(matrix.columns))
    throw DataError(cat("a word of ", word.size(), " bits for a matrix of ", matrix.columns, " columns"), "",
                    "give one bit for every column");
  Word result;
  result.reserve(matrix.rows.size());
  for (const auto& row : matrix.rows) {
    unsigned parity = 0;
    for (const int c : row) parity ^= word[at(c)];
    result.push_back(static_cast<std::uint8_t>(parity & 1U));
  }
  return result;
}

BinaryMatrix kernel(const BinaryMatrix& matrix) {
  codes::require_affordable(static_cast<double>(matrix.rows.size()), matrix.columns,
                            "a basis of the words of a code");
  PackedMatrix packed(matrix);
  const std::vector<int> pivots = packed.eliminate(codes::all_columns(matrix.columns));
  std::vector<bool> is_pivot(at(matrix.columns));
  for (const int c : pivots) is_pivot[at(c)] = true;
  BinaryMatrix basis{matrix.columns, {}};
  for (int c = 0; c < matrix.columns; ++c) {
    if (is_pivot[at(c)]) continue;
    std::vector<int> word{c};
    for (std::size_t r = 0; r < pivots.size(); ++r)
      if (packed.at(static_cast<int>(r), c)) word.push_back(pivots[r]);
    std::sort(word.begin(), word.end());
    basis.rows.push_back(std::move(word));
  }
  return basis;
}

Word combine_rows(const BinaryMatrix& matrix, const Word& message) {
  if (message.size() != matrix.rows.size())
    throw DataError(cat("a message of ", message.size(), " bits for ", matrix.rows.size(), " rows"), "",
                    "give one bit for every row");
  Word word(at(matrix.columns));
  for (std::size_t r = 0; r < message.size(); ++r)
    if (message[r] != 0)
      for (const int c : matrix.rows[r]) word[at(c)] ^= 1U;
  return word;
}

namespace {

/// The columns that are free in the reduced matrix, and what each does to the bits of the pivots.
class Completion {
 public:
  Completion(const BinaryMatrix& matrix, const Word& syndrome, const std::vector<int>& columns,
             const Word& base)
      : packed_(matrix, 1), word_(base) {
    Word wanted = multiply(matrix, base);
    for (std::size_t r = 0; r < wanted.size(); ++r) {
      wanted[r] ^= syndrome[r];
      if (wanted[r] != 0) packed_.flip(static_cast<int>(r), matrix.columns);
    }
    pivots_ = packed_.eliminate(columns);
    for (int r = static_cast<int>(pivots_.size()); r < packed_.rows(); ++r)
      if (packed_.at(r, matrix.columns))
        throw DataError("no word has this syndrome", "",
                        "rows of the matrix depend on each other, and the syndrome contradicts them");
    std::vector<bool> is_pivot(at(matrix.columns));
    for (const int c : pivots_) is_pivot[at(c)] = true;
    for (const int c : columns)
      if (!is_pivot[at(c)]) free_.push_back(c);
    for (std::size_t r = 0; r < pivots_.size(); ++r)
      if (packed_.at(static_cast<int>(r), matrix.columns)) word_[at(pivots_[r])] ^= 1U;
  }
  const std::vector<int>& free() const { return free_; }
  const Word& word() const { return word_; }
  /// Changes a free bit, and those that follow.
  void change(int column, Word& word) const {
    word[at(column)] ^= 1U;
    for (std::size_t r = 0; r < pivots_.size(); ++r)
      if (packed_.at(static_cast<int>(r), column)) word[at(pivots_[r])] ^= 1U;
  }

 private:
  PackedMatrix packed_;
  std::vector<int> pivots_, free_;
  Word word_;
};

double cost_of(const Word& word, const std::vector<double>& cost) {
  double sum = 0;
  for (std::size_t i = 0; i < word.size(); ++i)
    if (word[i] != 0) sum += cost[i];
  return sum;
}

/// All words with up to `more` more changes, of free columns from `first` on.
void search(const Completion& completion, std::size_t first, int more, const Word& word,
            const std::vector<double>& cost, double& least, Word& best) {
  for (std::size_t i = first; more > 0 && i < completion.free().size(); ++i) {
    Word changed = word;
    completion.change(completion.free()[i], changed);
    if (const double c = cost_of(changed, cost); c < least) {
      least = c;
      best = changed;
    }
    search(completion, i + 1, more - 1, changed, cost, least, best);
  }
}

}  // namespace

Word ordered_statistics(const BinaryMatrix& matrix, const Word& syndrome, const std::vector<int>& columns,
                        const Word& base, int order, const std::vector<double>& cost) {
  if (syndrome.size() != matrix.rows.size() || columns.size() != at(matrix.columns) ||
      (order > 0 && cost.size() != at(matrix.columns)))
    throw DataError(cat("a syndrome of ", syndrome.size(), " bits, ", columns.size(), " columns and ",
                        cost.size(), " costs for ", matrix.rows.size(), " x ", matrix.columns, " checks"),
                    "", "give a bit for every row, and every column and its cost once");
  const Completion completion(matrix, syndrome, columns, base);
  Word best = completion.word();
  if (order > 0) {
    double least = cost_of(best, cost);
    const Word start = best;
    search(completion, 0, order, start, cost, least, best);
  }
  return best;
}

}  // namespace unfurl
