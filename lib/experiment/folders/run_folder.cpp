#include "experiment/folders/run_folder.hpp"

#include <system_error>
#include <utility>

#include "store/checkpoint_bytes.hpp"
#include "unfurl/ranks.hpp"

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

StoredRun load_run(const std::filesystem::path& run, Ranks* ranks) {
  if (!ranks) return declared_run(load_checkpoint(run));
  StoredCheckpoint first;
  const std::string bytes = on_first(ranks, [&] {
    first = load_checkpoint(run);
    return encode(first.checkpoint);
  });
  const std::string file = on_first(ranks, [&] { return first.file.string(); });
  return declared_run({decode(bytes, file), file});
}

void assign_from(const StoredRun& run, Network& network) {
  try {
    assign(run.checkpoint, network);
  } catch (const DataError& error) {
    if (!error.where().empty()) throw;
    throw DataError(error.what_happened(), run.file.string(), error.mend());
  }
}

}  // namespace unfurl::app
