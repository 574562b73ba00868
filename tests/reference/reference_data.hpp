#pragma once
/// Files that are no part of the sources: what other programs computed, in the folder that UNFURL_REFERENCE_DATA names.

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <limits>
#include <optional>
#include <vector>

namespace unfurl::test {

/// A folder of the reference data; nothing, and a message that the test was skipped, when it is not there.
inline std::optional<std::filesystem::path> reference_folder(const char* name) {
  const char* root = std::getenv("UNFURL_REFERENCE_DATA");
  if (root == nullptr || *root == 0) {
    MESSAGE("SKIPPED: UNFURL_REFERENCE_DATA does not name the folder of the reference data");
    return {};
  }
  const std::filesystem::path folder = std::filesystem::path(root) / name;
  REQUIRE_MESSAGE(std::filesystem::is_directory(folder), "UNFURL_REFERENCE_DATA has no folder ", name);
  return folder;
}

/// Largest absolute difference; infinite for other shapes and where there is NaN.
inline double largest_difference(const std::vector<std::vector<double>>& a,
                                 const std::vector<std::vector<double>>& b) {
  constexpr double infinite = std::numeric_limits<double>::infinity();
  if (a.size() != b.size()) return infinite;
  double largest = 0;
  for (std::size_t v = 0; v < a.size(); ++v) {
    if (a[v].size() != b[v].size()) return infinite;
    for (std::size_t s = 0; s < a[v].size(); ++s) {
      const double d = std::abs(a[v][s] - b[v][s]);
      largest = std::isnan(d) ? infinite : std::max(largest, d);
    }
  }
  return largest;
}

}  // namespace unfurl::test
