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

/// A checkpoint, whatever wrote it, and its file.
struct StoredCheckpoint {
  Checkpoint checkpoint;
  std::filesystem::path file;
};
/// From a file, or from the folder of a run. Throws DataError when there is none, or it is damaged.
StoredCheckpoint load_checkpoint(const std::filesystem::path& run);

/// A finished or interrupted run, read from its folder (or its checkpoint file).
struct StoredRun : StoredCheckpoint {
  Declaration declaration;
};
/// A checkpoint with what made it. Throws DataError for one of another program.
StoredRun declared_run(StoredCheckpoint stored);
/// Of several processes rank 0 reads it, for all. Throws DataError when there is no run, or its checkpoint is missing, damaged or of
/// another program.
StoredRun load_run(const std::filesystem::path& run, Ranks* ranks = nullptr);

/// Says which file a mismatch is about.
void assign_from(const StoredRun& run, Network& network);

}  // namespace unfurl::app
