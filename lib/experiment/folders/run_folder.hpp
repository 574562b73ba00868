/// The folder of a training run: checkpoint.unfurl and run.json.
#pragma once

#include <filesystem>

#include "experiment/settings_json.hpp"
#include "unfurl/checkpoint.hpp"
#include "unfurl/network.hpp"

namespace unfurl::app {

inline std::filesystem::path checkpoint_of(const std::filesystem::path& run) {
  return run / "checkpoint.unfurl";
}
inline std::filesystem::path record_of(const std::filesystem::path& run) { return run / "run.json"; }

/// A finished or interrupted run, read from its folder (or its checkpoint file).
struct StoredRun {
  Checkpoint checkpoint;
  Declaration declaration;
  std::filesystem::path file;
};
/// Throws DataError when there is no run, or its checkpoint is missing, damaged or of another program.
StoredRun load_run(const std::filesystem::path& run);

/// Says which file a mismatch is about.
void assign_from(const StoredRun& run, Network& network);

}  // namespace unfurl::app
