/// Checkpoints: the parameters, the program that reads them, the declaration that made both, and what an optimizer needs to go
/// on.
///
/// Layout: 8 bytes "UNFURL01", the digits being the version; 8 bytes little-endian length of a JSON header; the header
/// (declaration, network, parameters with name, shape and domain, training state, and where each array lies); the arrays, one
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

/// Named arrays of an optimizer, the losses of all epochs so far, and the place in the training, to resume to the same bits.
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
  /// The network's signature and its program in text form, so that it runs without its model; empty in older checkpoints.
  std::string network{};
};

/// Writes the file whole or not at all: an interrupted write loses nothing. Throws DataError when the file cannot be written
/// or a value is not finite; an older checkpoint at `path` is then untouched.
void save(const std::filesystem::path& path, const Checkpoint& checkpoint);

/// Throws DataError, saying which, for a file that is missing, empty, of another kind, of a newer version, truncated or
/// damaged. Every count is compared with the bytes that are there, and memory stays below twenty times those and 64 MB.
Checkpoint load(const std::filesystem::path& path);

/// Writes a checkpoint of a network that is not in training, with its program.
void save(const std::filesystem::path& path, const Network& network, const std::string& declaration = {});

/// The network that a checkpoint carries, with its parameters: it runs, is trained, exported and drawn without the model that
/// it was unrolled from, to the same bits. What asks the model itself is not there: Network::of, losses by the model's energies,
/// exact inference; Network::frames(1) is, where samples hand on states. `operations` are the program's that the library does
/// not have; they must outlive the network. Throws DataError, saying which, for a checkpoint without a program, and for programs
/// that cannot be read or do not fit the parameters.
Network network_of(const Checkpoint& checkpoint, const std::vector<const ir::Operation*>& operations = {});

/// The same from a file, or from the folder of a training run. Throws as load() and network_of() do, naming the file.
Network load_network(const std::filesystem::path& path,
                     const std::vector<const ir::Operation*>& operations = {});

/// Copies values by name; whether a parameter is trained stays as in the network. Throws DataError when the checkpoint
/// is of another network (names, shapes or domains differ) or holds bad values; the network is then unchanged.
void assign(const Checkpoint& checkpoint, Network& network);

}  // namespace unfurl
