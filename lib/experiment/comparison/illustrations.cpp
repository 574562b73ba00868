// Illustrations of a comparison, checked where they are made.
#include <fmt/format.h>

#include <algorithm>

#include "experiment/comparison/comparison.hpp"
#include "unfurl/error.hpp"

namespace unfurl::app {

void check_illustrations(const std::vector<Illustration>& illustrations,
                         const std::filesystem::path& folder) {
  for (const Illustration& illustration : illustrations)
    for (const Panel& panel : illustration.panels) {
      const auto size = static_cast<std::size_t>(std::max(0, panel.rows)) *
                        static_cast<std::size_t>(std::max(0, panel.columns));
      if (panel.values.size() != size)
        throw ModelError(fmt::format("the picture '{}' has {} x {} places and {} values", panel.name,
                                     panel.rows, panel.columns, panel.values.size()),
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
