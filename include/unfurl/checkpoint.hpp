/// Checkpoints: the parameters, the declaration that made them, and what an optimizer needs to go on.
///
/// Layout: 8 bytes "UNFURL01"; 8 bytes little-endian length of a JSON header; the header (declaration, parameters with
/// name, shape, domain and offset, training state); raw little-endian float64 or float32 arrays; 4 bytes CRC-32 of all
/// before. Written to a temporary file and renamed, so that an interrupted write loses nothing.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "unfurl/network.hpp"

namespace unfurl {

/// Named arrays of an optimizer and the place in the training, to resume to the same bits.
struct TrainingState {
  int epoch = 0;                 ///< epochs done
  std::int64_t step = 0;         ///< optimizer steps done
  std::string optimizer;         ///< its name and options; resuming with others is refused
  std::vector<std::pair<std::string, std::vector<double>>> arrays;
  std::string history;           ///< JSON of the epochs so far
};

struct Checkpoint {
  std::string declaration;       ///< JSON text: task, settings (or what the caller of Trainer gave)
  std::vector<Parameter> parameters;
  TrainingState training;
};

/// Throws DataError when the file cannot be written.
void save(const std::filesystem::path& path, const Checkpoint& checkpoint);
/// Throws DataError, saying which, for a missing file, one of another kind, of another version, truncated or damaged.
Checkpoint load(const std::filesystem::path& path);
/// Copies values by name. Throws DataError when the checkpoint is of another network: names, shapes or domains differ.
void assign(const Checkpoint& checkpoint, Network& network);

}  // namespace unfurl
