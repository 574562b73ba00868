/// A training run as `eval` and `run` use it.
#pragma once

#include "cli/command.hpp"
#include "experiment/folders/run_folder.hpp"

namespace unfurl::app {

struct OpenedRun {
  StoredRun run;
  const Task* task = nullptr;
  Settings settings;  ///< of the run, with the threads and the data of this call
};
/// Throws what load_run, task_of and check_data throw.
OpenedRun open_run(const Program& program, const std::filesystem::path& run, const TypedSettings& typed);
/// The network as it was trained. Throws DataError where the checkpoint does not fit.
Network trained_network(const OpenedRun& opened, const Problem& problem);

}  // namespace unfurl::app
