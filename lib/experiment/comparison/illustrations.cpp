// Illustrations of a comparison, checked where they are made.
#include <fmt/format.h>

#include <algorithm>

#include "experiment/comparison/comparison.hpp"
#include "unfurl/error.hpp"

namespace unfurl::app {

void check_illustrations(const std::vector<Illustration>& illustrations,
                         const std::filesystem::path& folder) {
  for (const Illustration& illustration : illustrations) {
    for (const Trace& trace : illustration.traces) {
      const std::size_t n = trace.x.size();
      const bool intervals = trace.low.empty() && trace.high.empty();
      if (trace.y.size() != n || (!intervals && (trace.low.size() != n || trace.high.size() != n)))
        throw ModelError(fmt::format("the curve '{}' has {} x, {} y and intervals from {} to {} numbers",
                                     trace.name, n, trace.y.size(), trace.low.size(), trace.high.size()),
                         illustration.title, "give Trace::y, and low and high unless empty, one for each x");
    }
    for (const Panel& panel : illustration.panels) {
      if (panel.planes != 1 && panel.planes != 3)
        throw ModelError(fmt::format("the picture '{}' has {} planes", panel.name, panel.planes),
                         illustration.title, "one plane of numbers, or three of red, green and blue");
      const auto size = static_cast<std::size_t>(panel.planes) *
                        static_cast<std::size_t>(std::max(0, panel.rows)) *
                        static_cast<std::size_t>(std::max(0, panel.columns));
      if (panel.values.size() != size)
        throw ModelError(
            fmt::format("the picture '{}' has {} x {} places of {} planes and {} values", panel.name,
                        panel.rows, panel.columns, panel.planes, panel.values.size()),
            illustration.title, "give Panel::values one value for each place");
      if (panel.file.empty()) continue;
      const bool outside =
          panel.file.is_absolute() || panel.file.lexically_normal().string().starts_with("..");
      if (outside || !std::filesystem::is_regular_file(folder / panel.file))
        throw ModelError(fmt::format("the file '{}' of '{}' is not in the report's folder",
                                     panel.file.string(), panel.name),
                         illustration.title, "write it there, and give its path relative to the folder");
    }
  }
}

void illustrate(const Problem& problem, const std::vector<Exhibit>& exhibits,
                const std::filesystem::path& folder, Comparison& comparison) {
  try {
    std::vector<Illustration> illustrations = problem.illustrate(exhibits, folder);
    check_illustrations(illustrations, folder);
    comparison.illustrations = std::move(illustrations);
  } catch (const Error& error) {
    comparison.failures.push_back(fmt::format("illustrations left out: {}", error.what()));
  }
}

}  // namespace unfurl::app
