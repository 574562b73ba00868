/// What the commands share: the tasks, how options become settings, and the table of commands.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/terminal/json_result.hpp"
#include "experiment/values.hpp"
#include "unfurl/cli.hpp"

namespace unfurl::app {

using Tasks = std::vector<std::shared_ptr<const Task>>;

/// One call of the program.
struct Program {
  const Tasks& tasks;
  std::string name;             ///< as typed, without folders
  std::string command_line;     ///< everything typed
  Ranks* ranks = nullptr;       ///< processes that do this together; null: one alone
  std::function<int()> action;  ///< what the parsed command does; returns the exit status
  std::shared_ptr<JsonResult> json = std::make_shared<JsonResult>();  ///< what `--json` writes
};

// Each command is a file command_*.cpp with one of these, and a line in `run`.
void add_list(CLI::App& app, Program& program);
void add_info(CLI::App& app, Program& program);
void add_draw(CLI::App& app, Program& program);
void add_train(CLI::App& app, Program& program);
void add_eval(CLI::App& app, Program& program);
void add_run(CLI::App& app, Program& program);
void add_export(CLI::App& app, Program& program);
void add_import(CLI::App& app, Program& program);
void add_compare(CLI::App& app, Program& program);
void add_enhance(CLI::App& app, Program& program);
void add_check(CLI::App& app, Program& program);
void add_infer(CLI::App& app, Program& program);
void add_decode(CLI::App& app, Program& program);
void add_new(CLI::App& app, Program& program);
void add_completions(CLI::App& app, Program& program);
void add_man(CLI::App& app, Program& program);

struct StoredCheckpoint;
struct StoredRun;

/// A model and settings as typed.
struct TypedSettings {
  std::string model;
  Request settings;
};

inline constexpr int most_layers = 100000;

/// For CLI::Option::transform: what is refused becomes an error with its mend. Without types of CLI11's own, whose messages
/// say neither.
CLI::Validator takes(const Accepted& accepted);
/// The same for whole numbers in [low, high].
CLI::Validator within(int low, int high);
/// What `takes` said of a value, in quotes, and how to mend it; the second is empty for other messages.
std::pair<std::string, std::string> refused_value(const std::string& message);

/// The wrong command line that CLI11 found, in the form of all other errors.
Error explain(const CLI::ParseError& error, const CLI::App& app, const Program& program);
/// Refuses empty texts in what was given, such as `-o "$OUT"` where OUT is not set.
void refuse_missing_words(const CLI::App& app, const Program& program);

// Options that several commands have.
void add_model(CLI::App& command, TypedSettings& typed);
void add_algorithm(CLI::App& command, TypedSettings& typed);
/// --algorithm, --layers, --tying and --set
void add_network(CLI::App& command, TypedSettings& typed);
void add_task_options(CLI::App& command, TypedSettings& typed);  ///< --set
/// --epochs, at least `least`, and --average
void add_epochs(CLI::App& command, TypedSettings& typed, int least = 0);
void add_curriculum(CLI::App& command, TypedSettings& typed);
void add_priors(CLI::App& command, TypedSettings& typed);  ///< --l2 and --near-tied
void add_rates(CLI::App& command, TypedSettings& typed);   ///< --rate-schedule and --patience
void add_seed(CLI::App& command, TypedSettings& typed);
void add_data(CLI::App& command, TypedSettings& typed);
void add_threads(CLI::App& command, TypedSettings& typed);
void add_slots(CLI::App& command, TypedSettings& typed);
/// --recompute-every and --memory, which choose the same
void add_recompute(CLI::App& command, TypedSettings& typed);
/// --json; `fields` says what the command's object holds beside "unfurl" (the version), "command" and "status".
void add_json(CLI::App& command, const Program& program, const std::string& fields);
/// What the parsed command does, and its JSON where that is wanted; returns the exit status. Throws DataError where the JSON
/// would take the place of a file that the command line names.
int act(const CLI::App& app, const Program& program);
/// Lines shown below the options of `--help`, each after the program's name; MODEL stands for the first model.
void add_examples(CLI::App& command, const Program& program, const std::vector<std::string>& examples);

/// Throws ModelError with near names when there is none of this name.
const Task& find_task(const Tasks& tasks, const std::string& name);
/// The settings typed, completed by the task's defaults. Throws ModelError or ScheduleError for what would make no difference
/// to a command of this scope, DataError as check_data does.
Settings settings_for(const Task& task, const TypedSettings& typed, Option::Scope scope);
/// The task of a run. Errors name its file.
const Task& task_of(const Tasks& tasks, const StoredRun& run);
/// The settings of a run, completed by the defaults of options that it did not know. Errors name its file.
Settings settings_of(const Task& task, const StoredRun& run);
/// The network of a run, with its parameters: that of the checkpoint, without asking any model, or, where that is older or has
/// operations of the model's own, as the run's task makes it, from `data` where they are given.
Network network_of_run(const Tasks& tasks, const StoredCheckpoint& stored,
                       const std::optional<std::filesystem::path>& data = {});
/// Throws DataError for typed data of a task that takes none, and for data that are not there.
void check_data(const Task& task, const std::filesystem::path& data, bool typed);

}  // namespace unfurl::app
