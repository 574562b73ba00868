// Matrices of digits, and base matrices of quasi-cyclic codes.
#include <algorithm>
#include <limits>

#include "core/printable.hpp"
#include "formats/codes/limited.hpp"
#include "formats/codes/lines.hpp"
#include "unfurl/code_files.hpp"

namespace unfurl {

using detail::cat;
using formats::Line;
using formats::Lines;

BinaryMatrix parse_dense(std::string_view text, const std::string& name) {
  Lines lines(text, name);
  BinaryMatrix matrix;
  matrix.rows.reserve(std::min<std::size_t>(
      formats::most_rows, static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')) + 1));
  while (lines.peek() != nullptr) {
    const Line line = lines.next("a row");
    formats::check_rows(matrix.rows.size() + 1, cat(name, ":", line.number));
    std::vector<int> ones;
    int column = 0;
    for (const auto word : line.words)
      for (const char c : word) {
        if (c != '0' && c != '1')
          lines.fail(line.number, cat("'", detail::excerpt(word), "' in a matrix of 0 and 1"),
                     "give digits 0 and 1, a row a line");
        if (c == '1') ones.push_back(column);
        ++column;
      }
    if (!matrix.rows.empty() && column != matrix.columns)
      lines.fail(line.number, cat("a row of ", column, " digits, the first has ", matrix.columns),
                 "give every row as many");
    matrix.columns = column;
    matrix.rows.push_back(std::move(ones));
  }
  if (matrix.rows.empty()) lines.fail(1, "the file has no row", "give digits 0 and 1, a row a line");
  return matrix;
}

std::string to_dense(const BinaryMatrix& matrix) {
  check_matrix(matrix);
  std::string text;
  for (const auto& row : matrix.rows) {
    std::string digits(static_cast<std::size_t>(matrix.columns), '0');
    for (const int c : row) digits[static_cast<std::size_t>(c)] = '1';
    text += digits + "\n";
  }
  return text;
}

Code formats::parse_quasi_cyclic(std::string_view text, const std::string& name, int most) {
  Lines lines(text, name);
  const Line first = lines.next("columns, rows and the size of the lifting");
  if (first.words.size() != 3)
    lines.fail(first.number, cat("there are ", first.words.size(), " numbers where three are expected"),
               "columns, rows, and the size that every entry is lifted to");
  constexpr int largest = 1 << 16;
  // Rows take memory, columns none; of ones, there may be more where the text spells them out.
  const std::int64_t most_ones = most + static_cast<std::int64_t>(text.size());
  const int columns = formats::whole(lines, first, first.words[0], "the number of columns", 1, largest);
  const int rows = formats::whole(lines, first, first.words[1], "the number of rows", 1, largest);
  const int lift = formats::whole(lines, first, first.words[2], "the size of the lifting", 1, largest);
  if (std::max(rows, columns) > most / lift)
    lines.fail(first.number, cat("the lifted matrix has more than ", most, " rows or columns"),
               "take a smaller lifting");
  std::vector<std::vector<int>> base;
  std::int64_t ones = 0;
  for (int r = 0; r < rows; ++r) {
    const Line line = lines.next("a row of the base matrix");
    if (line.words.size() != static_cast<std::size_t>(columns))
      lines.fail(line.number, cat("a row of ", line.words.size(), " entries for ", columns, " columns"),
                 "give one for each");
    std::vector<int>& row = base.emplace_back();
    row.reserve(line.words.size());
    for (const auto word : line.words) {
      row.push_back(formats::whole(lines, line, word, "a shift", -1, std::numeric_limits<int>::max()));
      ones += row.back() >= 0 ? lift : 0;
    }
    if (ones > most_ones)
      lines.fail(line.number, cat("the lifted matrix has more than ", most_ones, " ones"),
                 "take a smaller lifting");
  }
  lines.finish("the last row");
  Code code = quasi_cyclic(base, lift);
  code.name = name;
  return code;
}

Code parse_quasi_cyclic(std::string_view text, const std::string& name) {
  return formats::parse_quasi_cyclic(text, name, formats::most_rows);
}

}  // namespace unfurl
