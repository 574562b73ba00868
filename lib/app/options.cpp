// Options that several commands have, and how they become settings.
#include <fmt/format.h>

#include <system_error>

#include "app/command.hpp"

namespace unfurl::app {

CLI::Validator within(int low, int high) {
  return CLI::Range(low, high).description("");  // the help is clearer without the bounds
}

void add_model(CLI::App& command, TypedSettings& typed) {
  command.add_option("MODEL", typed.model, "Name of a model; `list` shows them")->required()->type_name("");
}

void add_network(CLI::App& command, TypedSettings& typed) {
  command
      .add_option("--algorithm", typed.settings.algorithm,
                  "Inference algorithm to unroll: mf, bp, mu, ista, fista, lista")
      ->type_name("NAME");
  command.add_option("--layers", typed.settings.layers, "Number of layers, one iteration each")
      ->check(within(1, 100000))
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
            for (const std::string& pair : pairs) {
              const auto at = pair.find('=');
              if (at == std::string::npos || at == 0)
                throw ModelError(fmt::format("--set takes name=value, not '{}'", pair), "",
                                 "`list MODEL` shows the names");
              typed.settings.options[pair.substr(0, at)] = pair.substr(at + 1);
            }
          },
          "A choice of this model alone, name=value; `list MODEL` shows them")
      ->type_name("NAME=VALUE");
}

void add_epochs(CLI::App& command, TypedSettings& typed) {
  command.add_option("--epochs", typed.settings.epochs, "Passes over the training data")
      ->check(within(0, 1000000))
      ->type_name("N");
  command
      .add_option("--average", typed.settings.average,
                  "Share of the training, at its end, over which parameters are averaged; 0 for none")
      ->check(CLI::Range(0.0, 1.0).description(""))
      ->type_name("SHARE");
}

void add_stages(CLI::App& command, TypedSettings& typed) {
  command
      .add_option("--curriculum", typed.curriculum,
                  "Train layer by layer: stages of the training, each with the loss of more layers")
      ->check(within(1, 100000))
      ->type_name("N");
  command
      .add_option("--near-tied", typed.near_tied,
                  "Weight of the squared differences of the layers' parameters from their mean")
      ->check(CLI::Validator(CLI::NonNegativeNumber).description(""))
      ->type_name("WEIGHT");
}

void add_seed(CLI::App& command, TypedSettings& typed) {
  command.add_option("--seed", typed.seed, "Seed of everything random; the same seed gives the same bits")
      ->check(CLI::Validator(CLI::NonNegativeNumber).description(""))
      ->type_name("N");
}

void add_data(CLI::App& command, TypedSettings& typed) {
  command
      .add_option("--data", typed.settings.data, "Folder or file of data; without it the model makes its own")
      ->type_name("PATH");
}

void add_threads(CLI::App& command, TypedSettings& typed) {
  command
      .add_option("--threads", typed.settings.threads,
                  "Threads to use, 0 for all; results do not depend on it")
      ->check(within(0, 4096))
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

void check_data_exists(const Settings& settings) {
  std::error_code failed;
  if (settings.data.empty() || std::filesystem::exists(settings.data, failed)) return;
  throw DataError("there are no data at this path", settings.data.string(),
                  "give an existing folder or file with --data");
}

Settings settings_for(const Task& task, const TypedSettings& typed) {
  Settings settings = typed.settings;
  if (typed.seed) settings.seed = *typed.seed;
  if (typed.curriculum) settings.curriculum = *typed.curriculum;
  if (typed.near_tied) settings.near_tied = *typed.near_tied;
  settings = complete(task, settings);
  check_data_exists(settings);
  return settings;
}

}  // namespace unfurl::app
