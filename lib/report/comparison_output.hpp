/// A comparison as a table, as JSON and as a page.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "experiment/comparison/comparison.hpp"
#include "report/table.hpp"

namespace unfurl::app {

/// One row per contender.
Table comparison_table(const Comparison& comparison);
/// The notes of the rows, one line each, empty when there are none.
std::string comparison_notes(const Comparison& comparison);
/// What the numbers mean: which direction is better, what follows the ±, what is paired.
std::string legend(const Comparison& comparison);
/// Seeds, epochs, machine.
std::string how_it_was_made(const Comparison& comparison);
/// Table, notes, verdict and how it was made.
std::string to_text(const Comparison& comparison, std::size_t most_columns = any_width);

/// All numbers, per seed and item, with settings, command and machine.
nlohmann::json to_json(const Comparison& comparison);

/// A page that needs nothing but a browser: verdict, table, charts, drawings, command.
std::string to_html(const Comparison& comparison);

}  // namespace unfurl::app
