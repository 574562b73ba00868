#include "report/parameter_change.hpp"

#include <algorithm>

namespace unfurl::app {

std::vector<ChangeByPlace> changes_by_place(const std::vector<ParameterChange>& changes) {
  std::vector<ChangeByPlace> all;
  std::vector<std::string> done;
  for (const ParameterChange& first : changes) {
    if (std::find(done.begin(), done.end(), first.base) != done.end()) continue;
    done.push_back(first.base);
    std::vector<std::pair<int, double>> at;
    int copies = 0;
    for (const ParameterChange& c : changes) {
      if (c.base != first.base) continue;
      ++copies;
      for (const int place : c.places) at.emplace_back(place, c.relative);
    }
    std::sort(at.begin(), at.end());
    ChangeByPlace change{first.base, copies > 1, first.scale_of.has_value(), {}, {}};
    for (const auto& [place, relative] : at) {
      change.places.push_back(place);
      change.relative.push_back(relative);
    }
    all.push_back(std::move(change));
  }
  return all;
}

std::vector<std::string> untied_parameters(const Comparison& comparison) {
  std::vector<std::string> names, scales;
  for (const ComparedContender& row : comparison.rows)
    for (const ContenderRun& run : row.runs)
      for (const ChangeByPlace& change : changes_by_place(run.history.changes)) {
        std::vector<std::string>& of = change.scale ? scales : names;
        if (change.untied && std::find(of.begin(), of.end(), change.base) == of.end())
          of.push_back(change.base);
      }
  names.insert(names.end(), scales.begin(), scales.end());
  return names;
}

}  // namespace unfurl::app
