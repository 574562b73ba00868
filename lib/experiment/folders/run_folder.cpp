#include "experiment/folders/run_folder.hpp"

#include <system_error>
#include <utility>

namespace unfurl::app {

StoredCheckpoint load_checkpoint(const std::filesystem::path& run) {
  std::error_code failed;
  if (!std::filesystem::exists(run, failed))
    throw DataError("there is no run in this place", run.string(), "make one with `train MODEL -o RUN`");
  StoredCheckpoint stored;
  stored.file = std::filesystem::is_directory(run, failed) ? checkpoint_of(run) : run;
  stored.checkpoint = load(stored.file);
  return stored;
}

StoredRun declared_run(StoredCheckpoint stored) {
  Declaration declaration = declaration_from_text(stored.checkpoint.declaration, stored.file.string());
  return {std::move(stored), std::move(declaration)};
}

StoredRun load_run(const std::filesystem::path& run) { return declared_run(load_checkpoint(run)); }

void assign_from(const StoredRun& run, Network& network) {
  try {
    assign(run.checkpoint, network);
  } catch (const DataError& error) {
    if (!error.where().empty()) throw;
    throw DataError(error.what_happened(), run.file.string(), error.mend());
  }
}

}  // namespace unfurl::app
