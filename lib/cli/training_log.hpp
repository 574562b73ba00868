// What a training says of every epoch while it goes on, for programs that watch it.
#pragma once

#include <filesystem>
#include <fstream>
#include <vector>

#include "unfurl/train.hpp"

namespace unfurl::app {

/// A file of lines of JSON, each written whole and at once: {"epoch", "loss", "validation", "rate", "gradient_norm", "seconds"}, with
/// null for what is not known.
class TrainingLog {
 public:
  /// Lines of the first `done` epochs are kept, later ones dropped: they are trained again. Throws DataError when the file cannot
  /// be written, or is one of these others, which the training reads or writes.
  TrainingLog(std::filesystem::path file, int done, const std::vector<std::filesystem::path>& others);
  /// Throws DataError when the file cannot be written.
  void write(const EpochRecord& record);

 private:
  std::filesystem::path file_;
  std::ofstream out_;
};

}  // namespace unfurl::app
