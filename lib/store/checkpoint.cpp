// Checkpoint files, and their way back into networks.
#include "unfurl/checkpoint.hpp"

#include <fstream>
#include <map>
#include <sstream>
#include <utility>

#include "core/output/output_file.hpp"
#include "store/checkpoint_bytes.hpp"
#include "store/network_text.hpp"

namespace unfurl {

using detail::cat;

void save(const std::filesystem::path& path, const Checkpoint& checkpoint) {
  detail::write_file(path, encode(checkpoint));
}

Checkpoint load(const std::filesystem::path& path) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (!std::filesystem::exists(status))
    throw DataError("there is no such checkpoint", path.string(), "`train` writes one into its run folder");
  if (!std::filesystem::is_regular_file(status))
    throw DataError("the checkpoint is not a file", path.string(), "give the checkpoint file itself");
  std::ifstream in(path, std::ios::binary);
  std::ostringstream contents;
  if (in.peek() != std::ifstream::traits_type::eof()) contents << in.rdbuf();
  if (!in.is_open() || in.bad() || !contents)
    throw DataError("the checkpoint cannot be read", path.string(), "check who may read the file");
  return decode(std::move(contents).str(), path.string());
}

void save(const std::filesystem::path& path, const Network& network, const std::string& declaration) {
  save(path, {declaration, network.parameters(), {}, network_text(network)});
}

namespace {

Network network_in(const Checkpoint& checkpoint, const std::vector<const ir::Operation*>& operations,
                   const std::string& where) {
  if (checkpoint.network.empty())
    throw DataError("the checkpoint has parameters and no program: an older program wrote it", where,
                    "make the network from its model, and `assign` the checkpoint to it");
  return network_from_text(checkpoint.network, checkpoint.parameters, operations, where);
}

}  // namespace

Network network_of(const Checkpoint& checkpoint, const std::vector<const ir::Operation*>& operations) {
  return network_in(checkpoint, operations, "");
}

Network load_network(const std::filesystem::path& path, const std::vector<const ir::Operation*>& operations) {
  std::error_code failed;
  const std::filesystem::path file =
      std::filesystem::is_directory(path, failed) ? path / "checkpoint.unfurl" : path;
  return network_in(load(file), operations, file.string());
}

void assign(const Checkpoint& checkpoint, Network& network) {
  const std::string mend =
      "make the network with the model, layers and tying that the checkpoint was trained with";
  std::map<std::string, const Parameter*> held;
  for (const Parameter& p : checkpoint.parameters) held[p.name] = &p;
  for (const Parameter& p : network.parameters()) {
    const auto found = held.find(p.name);
    if (found == held.end())
      throw DataError(cat("the checkpoint is of another network: it has no parameter '", p.name, "'"), "",
                      mend);
    const Parameter& from = *found->second;
    if (!from.type.same_shape(p.type))
      throw DataError(cat("the checkpoint is of another network: its parameter '", p.name, "' has shape ",
                          to_string(from.type), ", not ", to_string(p.type)),
                      "", mend);
    if (from.type.domain != p.type.domain)
      throw DataError(cat("the checkpoint is of another network: its parameter '", p.name, "' of shape ",
                          to_string(from.type), " has another domain than ", to_string(p.type)),
                      "", mend);
    if (!(from.in() == p.in()))
      throw DataError(cat("the checkpoint is of another network: its parameter '", p.name,
                          "' is in the space '", from.in().name(), "', not '", p.in().name(), "'"),
                      "", mend);
    Parameter taken = p;  // whose space also is known where it is a user's own
    taken.values = from.values;
    check_values(taken, "");
  }
  for (const Parameter& p : network.parameters()) held.erase(p.name);
  if (!held.empty())
    throw DataError(
        cat("the checkpoint is of another network: this one has no parameter '", held.begin()->first, "'"),
        "", mend);
  for (const Parameter& p : checkpoint.parameters) network.parameter(p.name).values = p.values;
}

}  // namespace unfurl
