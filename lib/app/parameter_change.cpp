#include "app/parameter_change.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace unfurl::app {

namespace {

/// |after - before| / |before|
double relative_change(const std::vector<double>& before, const std::vector<double>& after) {
  double moved = 0, size = 0;
  for (std::size_t i = 0; i < before.size(); ++i) {
    moved += (after[i] - before[i]) * (after[i] - before[i]);
    size += before[i] * before[i];
  }
  return size > 0 ? std::sqrt(moved / size) : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace

std::vector<ParameterChange> parameter_changes(const std::vector<Parameter>& before,
                                               const std::vector<Parameter>& after) {
  struct At {
    int place;
    double change;
  };
  struct Found {
    std::string base;
    int copies = 0;
    std::vector<At> at;
  };
  std::vector<Found> found;
  for (std::size_t i = 0; i < before.size(); ++i) {
    if (!after[i].trained) continue;
    auto same =
        std::find_if(found.begin(), found.end(), [&](const Found& f) { return f.base == after[i].base; });
    if (same == found.end()) same = found.insert(found.end(), Found{after[i].base, 0, {}});
    ++same->copies;
    const double change = relative_change(before[i].values, after[i].values);
    for (const int place : after[i].places) same->at.push_back({place, change});
  }
  std::vector<ParameterChange> changes;
  for (Found& f : found) {
    std::sort(f.at.begin(), f.at.end(), [](const At& a, const At& b) { return a.place < b.place; });
    ParameterChange change{f.base, f.copies > 1, {}, {}};
    for (const At& at : f.at) {
      change.places.push_back(at.place);
      change.relative.push_back(at.change);
    }
    changes.push_back(std::move(change));
  }
  return changes;
}

std::vector<std::string> untied_parameters(const Comparison& comparison) {
  std::vector<std::string> names;
  for (const ComparedContender& row : comparison.rows)
    for (const ContenderRun& run : row.runs)
      for (const ParameterChange& change : run.changes)
        if (change.untied && std::find(names.begin(), names.end(), change.base) == names.end())
          names.push_back(change.base);
  std::stable_partition(names.begin(), names.end(),
                        [](const std::string& name) { return !name.ends_with(".scale"); });
  return names;
}

}  // namespace unfurl::app
