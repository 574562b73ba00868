#include "cli/runs/opened_run.hpp"

namespace unfurl::app {

OpenedRun open_run(const Program& program, const std::filesystem::path& run, const TypedSettings& typed) {
  StoredRun stored = load_run(run);
  const Task& task = task_of(program.tasks, stored);
  Settings settings = settings_of(task, stored);
  settings.threads = typed.settings.threads.value_or(0);
  if (typed.settings.data) settings.data = *typed.settings.data;
  check_data(task, settings.data, typed.settings.data.has_value());
  return {std::move(stored), &task, std::move(settings)};
}

Network trained_network(const OpenedRun& opened, const Problem& problem) {
  Network network = problem.network(opened.settings);
  network.threads(opened.settings.threads);
  assign_from(opened.run, network);
  return network;
}

}  // namespace unfurl::app
