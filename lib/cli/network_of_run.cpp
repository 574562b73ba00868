// The network of a run, whether or not this program has its model.
#include <algorithm>

#include "cli/command.hpp"
#include "cli/terminal/console.hpp"
#include "experiment/folders/run_folder.hpp"

namespace unfurl::app {

namespace {

bool is_declared_here(const Tasks& tasks, const StoredCheckpoint& stored) {
  try {
    const std::string name = declared_run(stored).declaration.task;
    return std::any_of(tasks.begin(), tasks.end(), [&](const auto& task) { return task->name() == name; });
  } catch (const DataError&) {  // of another program
    return false;
  }
}

}  // namespace

Network network_of_run(const Tasks& tasks, const StoredCheckpoint& stored,
                       const std::optional<std::filesystem::path>& data) {
  if (!stored.checkpoint.network.empty()) {
    try {
      return network_of(stored.checkpoint);
    } catch (const DataError& error) {
      if (!is_declared_here(tasks, stored))
        throw DataError(error.what_happened(),
                        detail::cat(stored.file.string(), error.where().empty() ? "" : ", ", error.where()),
                        error.mend());
      note(
          "unfurl: warning: the program in a checkpoint cannot be read ({}), and the network is made anew "
          "from the "
          "model\n  where: {}{}{}\n  mend:  if this unfurl is not older than the one that wrote it, the file "
          "is damaged\n",
          error.what_happened(), stored.file.string(), error.where().empty() ? "" : ", ", error.where());
    }
  }
  const StoredRun run = declared_run(stored);
  const Task& task = task_of(tasks, run);
  Settings settings = settings_of(task, run);
  if (data) settings.data = *data;
  Network network = task.sketch_network(settings);
  assign_from(run, network);
  return network;
}

}  // namespace unfurl::app
