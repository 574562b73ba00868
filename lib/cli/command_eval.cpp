// eval: the metrics of a trained network.
#include <nlohmann/json.hpp>

#include "cli/command.hpp"
#include "cli/console.hpp"
#include "experiment/machine.hpp"
#include "experiment/output_folder.hpp"
#include "experiment/run_folder.hpp"
#include "report/table.hpp"

namespace unfurl::app {

namespace {

struct Options {
  std::filesystem::path run, json;
  TypedSettings typed;
};

int evaluate(const Program& program, const Options& options) {
  const StoredRun run = load_run(options.run);
  const Task& task = task_of(program.tasks, run);
  Settings settings = settings_of(task, run);
  settings.threads = options.typed.settings.threads.value_or(0);
  if (options.typed.settings.data) settings.data = *options.typed.settings.data;
  check_data(task, settings.data, options.typed.settings.data.has_value());
  if (!options.json.empty()) prepare_output(options.json, {run.file, record_of(run.file.parent_path())});

  const auto problem = task.prepare(settings);
  Network network = problem->network(settings);
  network.threads(settings.threads);
  assign_from(run, network);
  const std::vector<Metric> metrics = problem->evaluate(network);

  out("{}, {} layers, {}, {} of {} epochs\n", task.name(), settings.layers, settings.tying,
      run.checkpoint.training.epoch, settings.epochs);
  out("{}", to_text(metric_table(metrics)));
  if (options.json.empty()) return 0;
  nlohmann::json j = {{"task", task.name()},
                      {"run", options.run.string()},
                      {"settings", to_json(settings)},
                      {"epochs_done", run.checkpoint.training.epoch},
                      {"parameters_trained", network.trained_count()},
                      {"machine", to_json(this_machine(settings.threads))},
                      {"command", program.command_line},
                      {"metrics", nlohmann::json::array()}};
  for (const Metric& m : metrics) j["metrics"].push_back(to_json(m));
  write_json(options.json, j);
  return 0;
}

}  // namespace

void add_eval(CLI::App& app, Program& program) {
  CLI::App* command = app.add_subcommand("eval", "Evaluate a trained network on held-out data");
  const auto options = std::make_shared<Options>();
  command->add_option("RUN", options->run, "Folder of a training run")->required()->type_name("");
  add_data(*command, options->typed);
  command->add_option("--json", options->json, "Also write the metrics, item by item, to this file")
      ->type_name("FILE");
  add_threads(*command, options->typed);
  add_examples(*command, program, {"eval runs/MODEL", "eval runs/MODEL --json metrics.json"});
  command->callback(
      [&program, options] { program.action = [&program, options] { return evaluate(program, *options); }; });
}

}  // namespace unfurl::app
