/// What the commands share: the tasks, how options become settings, and the table of commands.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "unfurl/app.hpp"

namespace unfurl::app {

using Tasks = std::vector<std::shared_ptr<const Task>>;

/// One call of the program.
struct Program {
  const Tasks& tasks;
  std::string name;             ///< as typed, without folders
  std::string command_line;     ///< everything typed
  std::function<int()> action;  ///< what the parsed command does; returns the exit status
};

// Each command is a file command_*.cpp with one of these, and a line in `run`.
void add_list(CLI::App& app, Program& program);
void add_draw(CLI::App& app, Program& program);
void add_train(CLI::App& app, Program& program);
void add_eval(CLI::App& app, Program& program);
void add_compare(CLI::App& app, Program& program);
void add_enhance(CLI::App& app, Program& program);
void add_check(CLI::App& app, Program& program);
void add_infer(CLI::App& app, Program& program);

/// Settings as typed: what was not typed is empty.
struct TypedSettings {
  std::string model;
  Settings settings;
  std::optional<std::uint64_t> seed;
  std::optional<int> curriculum;
  std::optional<double> near_tied;
};

/// Accepts whole numbers in [low, high].
CLI::Validator within(int low, int high);

// Options that several commands have.
void add_model(CLI::App& command, TypedSettings& typed);
/// --algorithm, --layers, --tying and --set
void add_network(CLI::App& command, TypedSettings& typed);
void add_task_options(CLI::App& command, TypedSettings& typed);  ///< --set
void add_epochs(CLI::App& command, TypedSettings& typed);        ///< --epochs and --average
void add_stages(CLI::App& command, TypedSettings& typed);        ///< --curriculum and --near-tied
void add_seed(CLI::App& command, TypedSettings& typed);
void add_data(CLI::App& command, TypedSettings& typed);
void add_threads(CLI::App& command, TypedSettings& typed);
/// Lines shown below the options of `--help`, each after the program's name; MODEL stands for the first model.
void add_examples(CLI::App& command, const Program& program, const std::vector<std::string>& examples);

/// Throws ModelError with near names when there is none of this name.
const Task& find_task(const Tasks& tasks, const std::string& name);
/// The settings typed, completed by the task's defaults. Throws DataError when the data are named but not there.
Settings settings_for(const Task& task, const TypedSettings& typed);
/// Throws DataError when `data` is named but does not exist.
void check_data_exists(const Settings& settings);

}  // namespace unfurl::app
