/// Curves of error rates over levels of noise as a page.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace unfurl::app {

/// A page that needs nothing but a browser: charts of the rates of wrong words and bits with their 95 % intervals, a table, and how
/// they were made, from reports as `unfurl decode --json` writes them, the first of which gives the title. Throws nlohmann's
/// exceptions for what is no such report.
std::string rates_page(const std::vector<nlohmann::json>& reports);

}  // namespace unfurl::app
