// eval: the metrics of a trained network.
#include <nlohmann/json.hpp>

#include "cli/runs/opened_run.hpp"
#include "cli/terminal/console.hpp"
#include "experiment/machine.hpp"
#include "report/table.hpp"

namespace unfurl::app {

namespace {

struct EvalOptions {
  std::filesystem::path run;
  TypedSettings typed;
};

int evaluate(const Program& program, const EvalOptions& options) {
  const OpenedRun opened = open_run(program, options.run, options.typed);
  const auto& [run, task, settings] = opened;

  const auto problem = task->prepare(settings);
  Network network = trained_network(opened, *problem);
  const std::vector<Metric> metrics = problem->evaluate(network);

  out("{}, {} layers, {}, {} of {} epochs\n", task->name(), settings.layers, settings.tying,
      run.checkpoint.training.epoch, settings.epochs);
  out("{}", to_text(metric_table(metrics)));
  nlohmann::json j = {{"task", task->name()},
                      {"run", options.run.string()},
                      {"settings", to_json(settings)},
                      {"epochs_done", run.checkpoint.training.epoch},
                      {"parameters_trained", network.trained_count()},
                      {"machine", to_json(this_machine(settings.threads))},
                      {"command", program.command_line},
                      {"metrics", nlohmann::json::array()}};
  for (const Metric& m : metrics) j["metrics"].push_back(to_json(m));
  program.json->object.update(j);
  return 0;
}

}  // namespace

void add_eval(CLI::App& app, Program& program) {
  CLI::App* command = app.add_subcommand("eval", "Evaluate a trained network on held-out data");
  const auto options = std::make_shared<EvalOptions>();
  command->add_option("RUN", options->run, "Folder of a training run")->required()->type_name("");
  add_data(*command, options->typed);
  add_json(
      *command, program,
      "task, run, settings, epochs_done, parameters_trained, machine, and metrics, each with name, unit, "
      "higher_is_better, value, and per_item where it is a mean of items");
  add_threads(*command, options->typed);
  add_examples(*command, program, {"eval runs/MODEL", "eval runs/MODEL --json metrics.json"});
  command->callback(
      [&program, options] { program.action = [&program, options] { return evaluate(program, *options); }; });
}

}  // namespace unfurl::app
