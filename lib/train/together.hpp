// What several ranks that train together have to agree on: data, parameters, files, and when to end.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>

#include "unfurl/checkpoint.hpp"
#include "unfurl/ranks.hpp"
#include "unfurl/train.hpp"

// All of this is also for a process alone, which a null pointer is.
namespace unfurl::together {

/// Whether this process writes what there is one of.
inline bool is_first(const Ranks* ranks) { return !ranks || ranks->rank() == 0; }

/// Throw where a rank has something else than rank 0: DataError for data, ScheduleError for a training (`options` and the network
/// before it), InternalError for parameters after the same steps, as on processors that round differently.
void check_data(Ranks* ranks, const Dataset& data);
void check_training(Ranks* ranks, const std::string& options, const Network& network);
void check_parameters(Ranks* ranks, const Network& network);

/// The parts of a source on all ranks: each loads a share of them and gives it to the others, where they may be loaded in any
/// order, and otherwise all.
class Loads {
 public:
  /// Nothing is loaded beyond so many epochs.
  Loads(Ranks* ranks, const DataSource& source, int epochs)
      : ranks_(ranks), source_(source), epochs_(epochs) {}

  /// Throws what loading throws on one of the ranks, and DataError where there are no samples, or, unless they are those that
  /// are known, others on another rank.
  std::shared_ptr<const Dataset> load(int epoch, int part, const Dataset* known);

 private:
  using Part = std::int64_t;  // counted through all epochs
  std::shared_ptr<const Dataset> loaded(Part part) const;
  std::shared_ptr<const Dataset> loaded_by_one(Part part);

  Ranks* ranks_;
  const DataSource& source_;
  int epochs_;
  Part first_ = 0, end_ = 0;             // parts that the ranks have, one each
  std::shared_ptr<const Dataset> mine_;  // of them
};

/// What rank 0 has in the file, without which there is none. Throws as load().
std::optional<Checkpoint> read(Ranks* ranks, const std::filesystem::path& file);

/// Whether all ranks go on, each asked by `goes_on`.
bool all_go_on(Ranks* ranks, const std::function<bool()>& goes_on);

}  // namespace unfurl::together
