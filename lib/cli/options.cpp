// Options that several commands have, and how they become settings.
#include <fmt/format.h>

#include <algorithm>
#include <system_error>

#include "cli/command.hpp"
#include "experiment/folders/run_folder.hpp"
#include "report/table.hpp"

namespace unfurl::app {

namespace {

/// Between the value that is refused and its mend, in the text of a CLI::ValidationError.
constexpr char mend_follows = '\n';

/// One pair of `--set` for each name.
void add_pair(std::map<std::string, std::string>& options, const std::string& pair) {
  const auto at = pair.find('=');
  if (at == std::string::npos || at == 0)
    throw ModelError(fmt::format("'{}' is no choice of a model", pair), "--set " + pair,
                     "give name=value; `list MODEL` shows the names");
  const std::string name = pair.substr(0, at), value = pair.substr(at + 1);
  const auto [before, fresh] = options.emplace(name, value);
  if (!fresh)
    throw ModelError(fmt::format("option '{}' is given twice, as '{}' and '{}'", name, before->second, value),
                     "--set " + pair, "give it once");
}

}  // namespace

CLI::Validator takes(const Accepted& accepted) {
  return CLI::Validator(
      [accepted](std::string& text) -> std::string {
        Reading reading = accepted(text);
        if (!reading.mend.empty()) return fmt::format("'{}'{}{}", text, mend_follows, reading.mend);
        text = std::move(reading.value);
        return "";
      },
      "");
}

CLI::Validator within(int low, int high) { return takes(whole_number(low, high)); }

std::pair<std::string, std::string> refused_value(const std::string& message) {
  const auto at = message.find(mend_follows);
  if (at == std::string::npos) return {message, ""};
  return {message.substr(0, at), message.substr(at + 1)};
}

void add_model(CLI::App& command, TypedSettings& typed) {
  command.add_option("MODEL", typed.model, "Name of a model; `list` shows them")->required()->type_name("");
}

void add_algorithm(CLI::App& command, TypedSettings& typed) {
  command
      .add_option("--algorithm", typed.settings.algorithm,
                  fmt::format("Inference algorithm to unroll: {}", fmt::join(algorithm_names(), ", ")))
      ->type_name("NAME");
}

void add_network(CLI::App& command, TypedSettings& typed) {
  add_algorithm(command, typed);
  command.add_option("--layers", typed.settings.layers, "Number of layers, one iteration each")
      ->transform(within(1, most_layers))
      ->type_name("K");
  command
      .add_option("--tying", typed.settings.tying,
                  "Which layers share parameters: tied, untied, scaled, readout, last:C, blocks:n")
      ->type_name("TYING");
  add_task_options(command, typed);
}

void add_task_options(CLI::App& command, TypedSettings& typed) {
  command
      .add_option_function<std::vector<std::string>>(
          "--set",
          [&typed](const std::vector<std::string>& pairs) {
            for (const std::string& pair : pairs) add_pair(typed.settings.options, pair);
          },
          "A choice of this model alone, name=value; `list MODEL` shows them")
      ->allow_extra_args(false)
      ->type_name("NAME=VALUE");
}

void add_epochs(CLI::App& command, TypedSettings& typed, int least) {
  command
      .add_option(
          "--epochs", typed.settings.epochs,
          fmt::format("Passes over the training data{}", least == 0 ? "; 0 keeps the untrained network" : ""))
      ->transform(within(least, 1000000))
      ->type_name("N");
  command
      .add_option("--average", typed.settings.average,
                  "Share of the training, at its end, over which parameters are averaged; 0 for none")
      ->transform(takes(number(0, 1)))
      ->type_name("SHARE");
}

void add_curriculum(CLI::App& command, TypedSettings& typed) {
  command
      .add_option("--curriculum", typed.settings.curriculum,
                  "Train layer by layer: stages of the training, each with the loss of more layers")
      ->transform(within(1, most_layers))
      ->type_name("N");
}

void add_priors(CLI::App& command, TypedSettings& typed) {
  command
      .add_option("--l2", typed.settings.l2,
                  "Weight of the squares of all parameters that are trained, beside the loss")
      ->transform(takes(number(0, 1e6)))
      ->type_name("WEIGHT");
  command
      .add_option("--near-tied", typed.settings.near_tied,
                  "Weight of the squared differences of the layers' parameters from their mean")
      ->transform(takes(number(0, 1e6)))
      ->type_name("WEIGHT");
}

void add_rates(CLI::App& command, TypedSettings& typed) {
  command
      .add_option("--rate-schedule", typed.settings.rate_schedule,
                  "How the learning rate falls: constant, linear, cosine or step, to a tenth or to "
                  "KIND:SHARE of it; as the model has it unless given")
      ->transform(takes([](const std::string& text) -> Reading {
        try {
          return {RateSchedule::named(text).text(), ""};
        } catch (const ScheduleError& error) {
          return {"", error.mend()};
        }
      }))
      ->type_name("SCHEDULE");
  command
      .add_option("--patience", typed.settings.patience,
                  "End after so many epochs that were not better than the best on the validation data; 0 "
                  "for never")
      ->transform(within(0, 1000000))
      ->type_name("N");
}

void add_recompute(CLI::App& command, TypedSettings& typed) {
  CLI::Option* every =
      command
          .add_option(
              "--recompute-every", typed.settings.recompute_every,
              "Less memory, the same bits: keep every K-th layer's values for the gradient and compute "
              "those between again")
          ->transform(within(1, most_layers))
          ->type_name("K");
  command
      .add_option("--memory", typed.settings.memory,
                  "Memory that a training step may take, such as 2GB: what does not fit is computed again, "
                  "to the same bits")
      ->transform(takes(memory_amount()))
      ->excludes(every)
      ->type_name("SIZE");
}

void add_seed(CLI::App& command, TypedSettings& typed) {
  command
      .add_option("--seed", typed.settings.seed,
                  "Seed of everything random; the same seed gives the same bits")
      ->transform(takes(any_seed()))
      ->type_name("N");
}

void add_data(CLI::App& command, TypedSettings& typed) {
  command
      .add_option(
          "--data", typed.settings.data,
          "Folder or file of data; without it the model makes its own. `list MODEL` says what it takes")
      ->type_name("PATH");
}

void add_threads(CLI::App& command, TypedSettings& typed) {
  command
      .add_option("--threads", typed.settings.threads,
                  "Threads to use, 0 for all; results do not depend on it")
      ->transform(within(0, 4096))
      ->type_name("N");
}

void add_slots(CLI::App& command, TypedSettings& typed) {
  command
      .add_option("--slots", typed.settings.slots,
                  "Parts of a batch, for processes (mpirun -np N) to share; another number, other bits")
      ->transform(within(1, most_slots))
      ->type_name("N");
}

void add_examples(CLI::App& command, const Program& program, const std::vector<std::string>& examples) {
  const std::string model = program.tasks.empty() ? "MODEL" : program.tasks.front()->name();
  std::string text = examples.size() == 1 ? "Example:" : "Examples:";
  for (std::string example : examples) {
    if (const auto at = example.find("MODEL"); at != std::string::npos) example.replace(at, 5, model);
    text += fmt::format("\n  {} {}", program.name, example);
  }
  command.footer(text);
}

const Task& find_task(const Tasks& tasks, const std::string& name) {
  std::vector<std::string> known;
  for (const auto& task : tasks) {
    if (task->name() == name) return *task;
    known.push_back(task->name());
  }
  throw ModelError(fmt::format("there is no model '{}'", name), "", detail::did_you_mean(name, known));
}

void check_data(const Task& task, const std::filesystem::path& data, bool typed) {
  if (data.empty()) return;
  const std::string wanted = task.data();
  if (wanted.empty()) {
    if (!typed) return;  // a run that an earlier version made, which took no notice
    throw DataError(fmt::format("'{}' takes no data: it makes its own", task.name()),
                    "--data " + data.string(), "leave out --data");
  }
  std::error_code failed;
  if (!std::filesystem::exists(data, failed))
    throw DataError("there are no data at this path", data.string(), "give " + wanted + " with --data");
}

namespace {

const char* commands_of(Option::Scope scope) {
  switch (scope) {
    case Option::Scope::comparing:
      return "compare";
    case Option::Scope::training:
      return "train and compare";
    case Option::Scope::loss:
      return "check, train and compare";
    case Option::Scope::network:
      break;
  }
  return "draw, check, train and compare";
}

/// Refuses what was typed and would make no difference.
void check_scopes(const Task& task, const TypedSettings& typed, Option::Scope most) {
  for (const Option& option : task.options()) {
    const auto given = typed.settings.options.find(option.name);
    if (given != typed.settings.options.end() && option.scope > most)
      throw ModelError(fmt::format("option '{}' has no part in this: it is for {}", option.name,
                                   commands_of(option.scope)),
                       fmt::format("--set {}={}", option.name, given->second), "leave it out");
  }
}

/// Before the data are made, which may take long.
void check_stages(const Settings& settings) {
  const int n = settings.curriculum;
  if (n > 1 && (n > settings.layers || n > settings.epochs))
    throw ScheduleError(
        fmt::format("{} stages for {} and {}", n, counted(static_cast<std::size_t>(settings.layers), "layer"),
                    counted(static_cast<std::size_t>(settings.epochs), "epoch")),
        fmt::format("--curriculum {}", n),
        fmt::format("at most {}: a layer and an epoch for each stage",
                    std::max(1, std::min(settings.layers, settings.epochs))));
  if (settings.near_tied > 0 && settings.tying == "tied")
    throw ScheduleError("a tied network has no copies of parameters to keep near each other",
                        fmt::format("--near-tied {}", settings.near_tied),
                        "leave it out, or take another --tying");
}

}  // namespace

Settings settings_for(const Task& task, const TypedSettings& typed, Option::Scope scope) {
  Settings settings = complete(task, typed.settings);
  check_scopes(task, typed, scope);
  check_stages(settings);
  check_data(task, settings.data, typed.settings.data.has_value());
  return settings;
}

namespace {

/// Whoever has a run did not type what is in it.
template <class Read>
decltype(auto) of_run(const StoredRun& run, const Read& read) {
  try {
    return read();
  } catch (const ModelError& error) {
    throw ModelError(error.what_happened(), run.file.string(), error.mend());
  }
}

}  // namespace

const Task& task_of(const Tasks& tasks, const StoredRun& run) {
  return of_run(run, [&]() -> const Task& { return find_task(tasks, run.declaration.task); });
}

Settings settings_of(const Task& task, const StoredRun& run) {
  return of_run(run, [&] { return complete(task, run.declaration.settings); });
}

}  // namespace unfurl::app
