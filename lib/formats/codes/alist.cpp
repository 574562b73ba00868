// Parity-check matrices as MacKay's lists.
#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <span>

#include "formats/codes/lines.hpp"
#include "unfurl/at.hpp"
#include "unfurl/code_files.hpp"

namespace unfurl {

using detail::cat;
using formats::Line;
using formats::Lines;

namespace {

/// What lists are of: "column" with "row" in it, or the other way round.
struct Side {
  const char *of, *in;
  int count, others, largest;
};

/// So many degrees, on one line or more.
std::vector<int> read_degrees(Lines& lines, const Side& side) {
  std::vector<int> degrees;
  degrees.reserve(at(side.count));
  const std::string what = cat("the degrees of the ", side.of, "s"), one = cat("the degree of a ", side.of);
  while (degrees.size() < at(side.count)) {
    const Line line = lines.next(what.c_str());
    if (degrees.size() + line.words.size() > at(side.count))
      lines.fail(line.number,
                 cat("there are ", degrees.size() + line.words.size(), " degrees for ", side.count, " ",
                     side.of, "s"),
                 "give one for each");
    for (const auto word : line.words)
      degrees.push_back(formats::whole(lines, line, word, one.c_str(), 0, side.largest));
  }
  return degrees;
}

bool all_zeros(const Line& line) {
  return std::all_of(line.words.begin(), line.words.end(), [](std::string_view word) { return word == "0"; });
}

/// The list of one column or row. One that is empty may have a line of zeros, an empty line, or none.
std::vector<int> read_list(Lines& lines, const Side& side, int number, int degree, int& where) {
  if (degree == 0) {
    const Line* line = lines.peek();
    if (line == nullptr || !all_zeros(*line)) return {};
  }
  const std::string name = cat(side.of, " ", number + 1), what = cat("the list of ", name),
                    entry = cat("a ", side.in, " in ", what);
  const Line line = lines.next(what.c_str());
  where = line.number;
  auto words = line.words;
  while (!words.empty() && words.back() == "0") words.pop_back();  // filled up
  if (words.size() != at(degree) ||
      (words.size() < line.words.size() && line.words.size() != at(side.largest)))
    lines.fail(line.number,
               words.size() != at(degree)
                   ? cat(name, " has ", words.size(), words.size() == 1 ? " entry" : " entries",
                         ", its degree is ", degree)
                   : cat("the list of ", name, " is filled up to ", line.words.size(),
                         " entries, the largest degree is ", side.largest),
               "mend the list, or the degrees above");
  std::vector<int> list;
  for (const auto word : words)
    list.push_back(formats::whole(lines, line, word, entry.c_str(), 1, side.others) - 1);
  std::vector<int> sorted = list;
  std::sort(sorted.begin(), sorted.end());
  if (const auto twice = std::adjacent_find(sorted.begin(), sorted.end()); twice != sorted.end())
    lines.fail(line.number, cat(side.in, " ", *twice + 1, " is twice in the list of ", name), "list it once");
  return sorted;
}

/// The first entry that is in `a` and not in `b`, both rising; -1: none.
int missing_in(std::span<const int> a, std::span<const int> b) {
  for (const int x : a)
    if (!std::binary_search(b.begin(), b.end(), x)) return x;
  return -1;
}

/// Lists one behind the other: those of columns without ones take two bytes of the text each, which a vector of its own
/// would make 24.
struct Lists {
  std::vector<std::size_t> starts{0};
  std::vector<int> entries{};
  std::span<const int> operator[](int i) const {
    return std::span(entries).subspan(starts[at(i)], starts[at(i) + 1] - starts[at(i)]);
  }
};

/// For every row the columns that list it, rising.
Lists by_row(const Lists& columns, int rows) {
  Lists lists{std::vector<std::size_t>(at(rows) + 1), std::vector<int>(columns.entries.size())};
  for (const int r : columns.entries) ++lists.starts[at(r) + 1];
  std::partial_sum(lists.starts.begin(), lists.starts.end(), lists.starts.begin());
  // Filled from the back of each row, so that `starts` ends where it began.
  for (auto c = static_cast<int>(columns.starts.size()) - 1; c-- > 0;)
    for (const int r : columns[c]) lists.entries[--lists.starts[at(r) + 1]] = c;
  lists.starts.erase(lists.starts.begin());
  lists.starts.push_back(lists.entries.size());
  return lists;
}

}  // namespace

BinaryMatrix parse_alist(std::string_view text, const std::string& name) {
  Lines lines(text, name);
  const Line first = lines.next("the numbers of columns and rows");
  if (first.words.size() != 2)
    lines.fail(first.number,
               cat("there are ", first.words.size(), " numbers where columns and rows are expected"),
               "an alist begins with two numbers");
  constexpr int most = 1 << 26;
  Side columns{"column", "row",
               formats::whole(lines, first, first.words[0], "the number of columns", 1, most), 0, 0};
  Side rows{"row", "column", formats::whole(lines, first, first.words[1], "the number of rows", 1, most),
            columns.count, 0};
  // Every degree takes a digit and a space.
  if (static_cast<std::size_t>(columns.count) + static_cast<std::size_t>(rows.count) > text.size() / 2 + 1)
    lines.fail(first.number,
               cat(columns.count, " columns and ", rows.count, " rows, more than the file has room for"),
               "it is truncated, or a number is wrong");
  columns.others = rows.count;
  const Line second = lines.next("the largest degrees");
  if (second.words.size() != 2)
    lines.fail(second.number,
               cat("there are ", second.words.size(), " numbers where the largest degrees are expected"),
               "give that of columns and that of rows");
  columns.largest =
      formats::whole(lines, second, second.words[0], "the largest degree of a column", 0, rows.count);
  rows.largest =
      formats::whole(lines, second, second.words[1], "the largest degree of a row", 0, columns.count);
  const std::vector<int> of_columns = read_degrees(lines, columns), of_rows = read_degrees(lines, rows);

  Lists by_column;
  by_column.starts.reserve(at(columns.count) + 1);
  int where = second.number;
  for (int c = 0; c < columns.count; ++c) {
    const std::vector<int> list = read_list(lines, columns, c, of_columns[at(c)], where);
    by_column.entries.insert(by_column.entries.end(), list.begin(), list.end());
    by_column.starts.push_back(by_column.entries.size());
  }
  BinaryMatrix matrix{columns.count, {}};
  matrix.rows.reserve(at(rows.count));
  const Lists expected = by_row(by_column, rows.count);
  for (int r = 0; r < rows.count; ++r) {
    matrix.rows.push_back(read_list(lines, rows, r, of_rows[at(r)], where));
    const int more = missing_in(matrix.rows.back(), expected[r]),
              fewer = missing_in(expected[r], matrix.rows.back());
    if (more >= 0)
      lines.fail(where, cat("row ", r + 1, " lists column ", more + 1, ", which does not list it"),
                 "both lists hold every one");
    if (fewer >= 0)
      lines.fail(where, cat("column ", fewer + 1, " lists row ", r + 1, ", which does not list it"),
                 "both lists hold every one");
  }
  lines.finish("the list of the last row");
  return matrix;
}

std::string to_alist(const BinaryMatrix& matrix, bool padded) {
  check_matrix(matrix);
  const auto columns = matrix.by_column();
  const auto largest = [](const std::vector<std::vector<int>>& lists) {
    std::size_t most = 0;
    for (const auto& list : lists) most = std::max(most, list.size());
    return most;
  };
  std::string text = fmt::format("{} {}\n{} {}\n", matrix.columns, matrix.rows.size(), largest(columns),
                                 largest(matrix.rows));
  for (const auto* lists : {&columns, &matrix.rows}) {
    std::vector<std::size_t> degrees;
    for (const auto& list : *lists) degrees.push_back(list.size());
    text += fmt::format("{}\n", fmt::join(degrees, " "));
  }
  for (const auto* lists : {&columns, &matrix.rows}) {
    const std::size_t most = largest(*lists);
    for (const auto& list : *lists) {
      std::vector<int> entries;
      for (const int i : list) entries.push_back(i + 1);
      if (padded) entries.resize(most);
      text += fmt::format("{}\n", fmt::join(entries, " "));
    }
  }
  return text;
}

}  // namespace unfurl
