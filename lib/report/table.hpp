/// Tables of text, aligned for a terminal.
#pragma once

#include <cstdio>
#include <string>
#include <vector>

#include "experiment/number_text.hpp"
#include "unfurl/experiment.hpp"

namespace unfurl::app {

struct Table {
  std::vector<std::string> headers;
  std::vector<std::vector<std::string>> rows;  ///< one cell per header
  std::vector<bool> left;                      ///< per column: aligned left; others right
};

inline constexpr std::size_t any_width = 100000;

/// One line per row below the headers and a rule, columns two spaces apart. A table wider than `most_columns` becomes
/// several blocks, one below the other, each beginning with the first column.
std::string to_text(const Table& table, std::size_t most_columns = any_width);

/// Columns of the terminal that a stream goes to; `any_width` when it goes elsewhere.
std::size_t terminal_columns(std::FILE* out);

/// One row per metric: name, value, unit, number of test items.
Table metric_table(const std::vector<Metric>& metrics);

/// One row per declared parameter: how far training moved its copies, and which of them least and most.
Table change_table(const std::vector<ParameterChange>& changes);

/// Columns that a UTF-8 text takes on a terminal, all characters being one column wide.
std::size_t width(const std::string& text);

}  // namespace unfurl::app
