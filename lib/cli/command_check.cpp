// check: a model's gradients against differences.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "cli/command.hpp"
#include "cli/terminal/console.hpp"
#include "experiment/settings_json.hpp"
#include "report/table.hpp"
#include "unfurl/memory.hpp"

namespace unfurl::app {

namespace {

constexpr int samples = 4;  // enough to meet every operation, and differences need two runs per entry

int check_model(const Program& program, const TypedSettings& typed) {
  const Task& task = find_task(program.tasks, typed.model);
  const Settings settings = settings_for(task, typed, Option::Scope::loss);
  const auto problem = task.prepare(settings);
  Network network = problem->network(settings);
  network.threads(settings.threads);
  if (settings.recompute_every > 0) network.recompute_every(settings.recompute_every);
  if (settings.memory > 0)
    network.recompute_every(step_memory(Network(network).precision(Precision::f64), problem->loss(),
                                        problem->optimizer(), samples, settings.memory)
                                .recompute_every);
  const Dataset validation = problem->validation();
  const auto checks =
      check_gradients(network, problem->loss(), validation.slice(0, std::min(samples, validation.samples())));

  Table table{{"parameter", "entries", "largest error", "verdict"}, {}, {true, false, false, true}};
  std::size_t wrong = 0;
  program.json->object.update(
      {{"model", task.name()}, {"settings", to_json(settings)}, {"gradients", nlohmann::json::array()}});
  for (const GradientCheck& c : checks) {
    table.rows.push_back({c.parameter, std::to_string(c.entries), fmt::format("{:.1e}", c.largest_error),
                          c.passed ? "ok" : "WRONG"});
    wrong += c.passed ? 0 : 1;
    program.json->object["gradients"].push_back({{"parameter", c.parameter},
                                                 {"entries", c.entries},
                                                 {"largest_error", c.largest_error},
                                                 {"passed", c.passed}});
  }
  out("{}", to_text(table));
  if (wrong == 0)
    out("All {} agree with differences.\n", counted(checks.size(), "gradient"));
  else
    out("{} of {} wrong.\n", wrong, counted(checks.size(), "gradient"));
  return wrong == 0 ? 0 : 1;
}

}  // namespace

void add_check(CLI::App& app, Program& program) {
  CLI::App* command = app.add_subcommand(
      "check",
      "Check the gradient of every trained parameter against central differences, in double precision");
  const auto typed = std::make_shared<TypedSettings>();
  add_model(*command, *typed);
  add_network(*command, *typed);
  add_seed(*command, *typed);
  add_data(*command, *typed);
  add_recompute(*command, *typed);
  add_threads(*command, *typed);
  add_json(*command, program,
           "model, settings, and gradients, each with parameter, entries, largest_error and passed");
  add_examples(*command, program, {"check MODEL", "check MODEL --layers 3 --tying tied"});
  command->callback(
      [&program, typed] { program.action = [&program, typed] { return check_model(program, *typed); }; });
}

}  // namespace unfurl::app
