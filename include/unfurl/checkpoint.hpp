/// Checkpoints: the parameters, the declaration that made them, and what an optimizer needs to go on.
///
/// Layout: 8 bytes "UNFURL01", the digits being the version; 8 bytes little-endian length of a JSON header; the header
/// (declaration, parameters with name, shape and domain, training state, and where each array lies); the arrays, one
/// after the other, as little-endian float32 where that is exact and float64 otherwise; 4 bytes little-endian CRC-32 of
/// all before. Values round trip exactly, and equal contents give equal bytes.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "unfurl/network.hpp"

namespace unfurl {

/// Named arrays of an optimizer and the place in the training, to resume to the same bits.
struct TrainingState {
  int epoch = 0;          ///< epochs done
  std::int64_t step = 0;  ///< optimizer steps done
  std::string optimizer;  ///< its name and options; resuming with others is refused
  std::vector<std::pair<std::string, std::vector<double>>> arrays;
};

struct Checkpoint {
  std::string declaration;  ///< JSON text: task, settings (or what the caller of Trainer gave)
  std::vector<Parameter> parameters;
  TrainingState training;
};

/// Writes a temporary file beside `path` and renames it, so that an interrupted write loses nothing. Throws DataError
/// when the file cannot be written or a value is not finite; an older checkpoint at `path` is then untouched.
void save(const std::filesystem::path& path, const Checkpoint& checkpoint);

/// Throws DataError, saying which, for a file that is missing, empty, of another kind, of a newer version, truncated or
/// damaged. Every count is compared with the bytes that are there, and memory stays below twenty times those and 64 MB.
Checkpoint load(const std::filesystem::path& path);

/// Copies values by name; whether a parameter is trained stays as in the network. Throws DataError when the checkpoint
/// is of another network (names, shapes or domains differ) or holds bad values; the network is then unchanged.
void assign(const Checkpoint& checkpoint, Network& network);

}  // namespace unfurl
