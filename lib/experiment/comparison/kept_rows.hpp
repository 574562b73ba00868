/// The rows of a comparison that are done, on disk while others are trained.
#pragma once

#include <string>

#include "experiment/comparison/comparison.hpp"

namespace unfurl::app {

/// Where a row comes in a comparison.
struct RowPlace {
  std::uint64_t seed = 0;
  int layers = 0;             ///< the depth in whose turn it comes
  std::size_t contender = 0;  ///< of that depth
};

/// A checkpoint for every row and seed in DIR/unfinished: the network as training left it, and what was measured.
class KeptRows {
 public:
  /// Those of the comparison in `options.folder`, to resume it; or none, and older ones are gone. Throws DataError where there
  /// are none to resume, or of other settings, or another number of layers; seeds may be more.
  KeptRows(const std::string& task, const ComparisonOptions& options);

  /// Whether the row is done; then `run` is what it came to, and the contender's network has its parameters. Throws DataError
  /// for a row of another name, and for damaged files.
  bool take(const RowPlace& place, Contender& contender, ContenderRun& run) const;
  void keep(const RowPlace& place, const Contender& contender, const ContenderRun& run) const;

 private:
  std::filesystem::path file_of(const RowPlace& place) const;

  std::filesystem::path folder_;
  std::string settings_;  ///< what decides the numbers, as text
};

/// Takes away the rows that are kept in the folder of a comparison: once its results are written.
void forget_rows(const std::filesystem::path& comparison);

}  // namespace unfurl::app
