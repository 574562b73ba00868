#include "cli/resumed_settings.hpp"

#include <fmt/format.h>

#include "experiment/folders/run_folder.hpp"
#include "experiment/number_text.hpp"

namespace unfurl::app {

namespace {

/// Refuses a value typed now that differs from the run's.
template <class T>
void keep(const char* option, const std::optional<T>& now, const T& before,
          const std::filesystem::path& run) {
  if (now && *now != before)
    throw DataError(fmt::format("the run was started with {} {}, not {}", option, before, *now), run.string(),
                    "resume with the same settings, or start anew in another folder");
}

}  // namespace

Settings resumed_settings(const Task& task, const TypedSettings& typed, const StoredRun& run) {
  keep("MODEL", std::optional(task.name()), run.declaration.task, run.file);
  Settings settings = settings_of(task, run);
  const Request& now = typed.settings;
  keep("--algorithm", now.algorithm, settings.algorithm, run.file);
  keep("--layers", now.layers, settings.layers, run.file);
  keep("--tying", now.tying, settings.tying, run.file);
  keep("--seed", now.seed, settings.seed, run.file);
  keep("--curriculum", now.curriculum, settings.curriculum, run.file);
  keep("--average", now.average, settings.average, run.file);
  keep("--rate-schedule", now.rate_schedule, settings.rate_schedule, run.file);
  keep("--near-tied", now.near_tied, settings.near_tied, run.file);
  keep("--l2", now.l2, settings.l2, run.file);
  keep("--slots", now.slots, settings.slots, run.file);
  for (const auto& [name, value] : complete(task, now).options)
    if (now.options.contains(name))
      keep(("--set " + name).c_str(), std::optional(value), settings.options[name], run.file);
  if (now.epochs) settings.epochs = *now.epochs;
  if (now.patience) settings.patience = *now.patience;
  if (const int done = run.checkpoint.training.epoch; done > settings.epochs)
    throw DataError(fmt::format("the run has made {} already, more than {}",
                                counted(static_cast<std::size_t>(done), "epoch"), settings.epochs),
                    run.file.string(), "give more --epochs to go on; `eval` shows what the run came to");
  if (now.data) settings.data = *now.data;
  settings.threads = now.threads.value_or(0);
  settings.recompute_every = now.recompute_every.value_or(0);
  settings.memory = now.memory.value_or(0);
  check_data(task, settings.data, now.data.has_value());
  return settings;
}

}  // namespace unfurl::app
