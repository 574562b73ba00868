#include "report/table.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <iterator>

namespace unfurl::app {

std::size_t width(const std::string& text) {  // bytes that do not continue a character
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

namespace {

/// One line: the cells of these columns, padded to their widths, two spaces apart.
std::string aligned(const Table& table, const std::vector<std::string>& cells,
                    const std::vector<std::size_t>& widths, const std::vector<std::size_t>& columns) {
  std::string line;
  for (const std::size_t c : columns) {
    const std::string padding(widths[c] - width(cells[c]), ' ');
    const bool left = c < table.left.size() && table.left[c];
    line += (line.empty() ? "" : "  ") + (left ? cells[c] + padding : padding + cells[c]);
  }
  line.erase(line.find_last_not_of(' ') + 1);
  return line + "\n";
}

}  // namespace

std::string to_text(const Table& table, std::size_t most_columns) {
  const std::size_t count = table.headers.size();
  std::vector<std::size_t> widths;
  std::vector<std::string> rule(count);
  for (std::size_t c = 0; c < count; ++c) {
    widths.push_back(width(table.headers[c]));
    for (const auto& row : table.rows) widths[c] = std::max(widths[c], width(row[c]));
    for (std::size_t i = 0; i < widths[c]; ++i) rule[c] += "─";
  }
  std::string text;
  for (std::size_t next = 0; next < count;) {
    std::vector<std::size_t> columns;
    std::size_t used = 0;
    if (next > 0) {  // a further block begins with the first column again
      columns = {0};
      used = widths[0];
      text += "\n";
    }
    const std::size_t fixed_columns = columns.size();
    while (next < count && (columns.size() == fixed_columns || used + 2 + widths[next] <= most_columns)) {
      used += (columns.empty() ? 0 : 2) + widths[next];
      columns.push_back(next++);
    }
    text += aligned(table, table.headers, widths, columns) + aligned(table, rule, widths, columns);
    for (const auto& row : table.rows) text += aligned(table, row, widths, columns);
  }
  return text;
}

std::size_t terminal_columns(std::FILE* out) {
  if (isatty(fileno(out)) == 0) return any_width;
  winsize size{};
  return ioctl(fileno(out), TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

Table metric_table(const std::vector<Metric>& metrics) {
  Table table{{"metric", "value", "unit", "better", "items"}, {}, {true, false, true, true, false}};
  for (const Metric& m : metrics)
    table.rows.push_back({m.name, fixed(m.value, decimals_for({m.value})), m.unit,
                          m.higher_is_better ? "higher" : "lower",
                          m.per_item.empty() ? "" : std::to_string(m.per_item.size())});
  return table;
}

Table change_table(const std::vector<ParameterChange>& changes) {
  Table table{
      {"parameter", "copies", "least change", "", "most", ""}, {}, {true, false, false, true, false, true}};
  std::vector<std::string> bases;
  for (const ParameterChange& c : changes)
    if (std::find(bases.begin(), bases.end(), c.base) == bases.end()) bases.push_back(c.base);
  for (const std::string& base : bases) {
    std::vector<ParameterChange> copies;
    std::copy_if(changes.begin(), changes.end(), std::back_inserter(copies),
                 [&](const ParameterChange& c) { return c.base == base; });
    const auto [least, most] = std::minmax_element(
        copies.begin(), copies.end(), [](const auto& a, const auto& b) { return a.relative < b.relative; });
    const auto share = [](const ParameterChange& c) { return fmt::format("{:.3g} %", 100 * c.relative); };
    const bool one = copies.size() == 1;
    table.rows.push_back({base, std::to_string(copies.size()), share(*least), one ? "" : least->name,
                          one ? "" : share(*most), one ? "" : most->name});
  }
  return table;
}

}  // namespace unfurl::app
