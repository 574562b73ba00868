#include "app/table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace unfurl::app {

std::size_t width(const std::string& text) {  // bytes that do not continue a character
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

std::string to_text(const Table& table) {
  const std::size_t columns = table.headers.size();
  std::vector<std::size_t> widths(columns);
  const auto widen = [&](const std::vector<std::string>& cells) {
    for (std::size_t c = 0; c < columns; ++c) widths[c] = std::max(widths[c], width(cells[c]));
  };
  widen(table.headers);
  for (const auto& row : table.rows) widen(row);

  std::string text;
  const auto write = [&](const std::vector<std::string>& cells) {
    std::string line;
    for (std::size_t c = 0; c < columns; ++c) {
      const std::string padding(widths[c] - width(cells[c]), ' ');
      const bool left = c < table.left.size() && table.left[c];
      line += (c == 0 ? "" : "  ") + (left ? cells[c] + padding : padding + cells[c]);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  };
  write(table.headers);
  std::vector<std::string> rule;
  for (const std::size_t w : widths) {
    std::string dashes;
    for (std::size_t i = 0; i < w; ++i) dashes += "─";
    rule.push_back(dashes);
  }
  write(rule);
  for (const auto& row : table.rows) write(row);
  return text;
}

Table metric_table(const std::vector<Metric>& metrics) {
  Table table{{"metric", "value", "unit", "better", "items"}, {}, {true, false, true, true, false}};
  for (const Metric& m : metrics)
    table.rows.push_back({m.name, fixed(m.value, decimals_for({m.value})), m.unit,
                          m.higher_is_better ? "higher" : "lower",
                          m.per_item.empty() ? "" : std::to_string(m.per_item.size())});
  return table;
}

std::string fixed(double value, int decimals) {
  return std::isfinite(value) ? fmt::format("{:.{}f}", value, decimals) : "–";
}

std::string signed_fixed(double value, int decimals) {
  return std::isfinite(value) ? fmt::format("{:+.{}f}", value, decimals) : "–";
}

int decimals_for(const std::vector<double>& values) {
  double largest = 0;
  for (const double v : values)
    if (std::isfinite(v)) largest = std::max(largest, std::abs(v));
  if (largest == 0) return 2;
  return std::clamp(3 - static_cast<int>(std::floor(std::log10(largest))), 0, 8);
}

std::string grouped(std::size_t n) {
  std::string digits = std::to_string(n);
  for (auto at = static_cast<int>(digits.size()) - 3; at > 0; at -= 3)
    digits.insert(static_cast<std::size_t>(at), ",");
  return digits;
}

std::string duration(double seconds) {
  if (!std::isfinite(seconds)) return "–";
  if (seconds < 10) return fmt::format("{:.2f} s", seconds);
  if (seconds < 60) return fmt::format("{:.1f} s", seconds);
  const auto whole = static_cast<long>(std::lround(seconds));
  if (whole < 3600) return fmt::format("{}:{:02} min", whole / 60, whole % 60);
  return fmt::format("{}:{:02}:{:02} h", whole / 3600, whole / 60 % 60, whole % 60);
}

std::string counted(std::size_t n, const std::string& noun) {
  return fmt::format("{} {}{}", grouped(n), noun, n == 1 ? "" : "s");
}

}  // namespace unfurl::app
