// info: what a model's unrolled network takes, gives, learns and costs, and what is in a run.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "cli/command.hpp"
#include "cli/terminal/console.hpp"
#include "core/size_text.hpp"
#include "experiment/folders/run_folder.hpp"
#include "experiment/number_text.hpp"
#include "report/table.hpp"
#include "unfurl/cost.hpp"
#include "unfurl/memory.hpp"

namespace unfurl::app {

namespace {

using detail::size_text;

std::string rounded(double count) { return grouped(static_cast<std::size_t>(count)); }

std::string shape_of(const ir::Type& type) { return fmt::format("{} x {}", type.planes, type.rows); }

/// One row for every parameter, whatever its copies.
Table parameters_of(const Network& network) {
  Table table{{"parameter", "shape", "copies", "trained", "space"}, {}, {true, true, false, false, true}};
  for (const Parameter& p : network.parameters()) {
    auto row = std::find_if(table.rows.begin(), table.rows.end(),
                            [&](const auto& cells) { return cells[0] == p.base; });
    if (row != table.rows.end()) continue;
    std::size_t copies = 0, trained = 0;
    for (const Parameter& other : network.parameters())
      if (other.base == p.base) ++copies, trained += other.trained ? other.values.size() : 0;
    table.rows.push_back({p.base, shape_of(p.type), grouped(copies), grouped(trained), p.in().name()});
  }
  return table;
}

/// What the network takes, gives and hands on, and its parameters, each with its copies.
nlohmann::json network_json(const Network& network, const Table& parameters) {
  const Signature& signature = network.unrolled().signature;
  nlohmann::json j = {{"algorithm", network.unrolled().made_by.algorithm},
                      {"layers", network.layers()},
                      {"trained_numbers", network.trained_count()},
                      {"gives", signature.readouts},
                      {"gives_on_request", signature.on_request},
                      {"takes", nlohmann::json::array()},
                      {"hands_on", nlohmann::json::array()},
                      {"parameters", nlohmann::json::array()},
                      {"multiply_adds", multiply_adds(network)},
                      {"multiply_adds_of_layers", multiply_adds_of_layers(network)}};
  const auto shape = [](const ir::Type& type) { return nlohmann::json{type.planes, type.rows}; };
  for (const Input& input : signature.inputs)
    j["takes"].push_back({{"name", input.name},
                          {"shape", shape(input.type)},
                          {"not_negative", input.type.domain == Domain::nonneg},
                          {"whole_numbers", input.type.domain == Domain::index},
                          {"gaps", input.gaps}});
  for (const CarriedState& state : signature.states)
    j["hands_on"].push_back({{"result", state.result}, {"input", state.input}});
  for (const auto& row : parameters.rows)
    for (const Parameter& p : network.parameters())
      if (p.base == row[0]) {
        const auto copies = std::count_if(network.parameters().begin(), network.parameters().end(),
                                          [&](const Parameter& q) { return q.base == p.base; });
        j["parameters"].push_back({{"name", p.base},
                                   {"shape", shape(p.type)},
                                   {"copies", copies},
                                   {"trained", p.trained},
                                   {"space", p.in().name()}});
        break;
      }
  return j;
}

/// The squares of all results, as a stand-in for the loss of the task, which may need its data.
Loss squares_of(const Network& network) {
  return {[names = network.unrolled().signature.readouts](LossContext& c) {
    ir::Value sum;
    for (const std::string& name : names) {
      const ir::Value s = c.builder.sum_to(c.builder.square(c.result(name)), {1, 1, true});
      sum = sum ? c.builder.add(sum, s) : s;
    }
    return sum;
  }};
}

/// What running and training take, in memory. Returns the bytes.
nlohmann::json show_memory(const Network& network, int samples, std::size_t limit) {
  const std::string batch = counted(static_cast<std::size_t>(samples), "sample");
  const RunMemory run = run_memory(network, samples);
  out("memory of a run on {}: {}, of which {} for values of layers, {} for parameters\n", batch,
      size_text(run.total()), size_text(run.values), size_text(run.parameters));
  nlohmann::json j = {{"batch", samples}, {"run", run.total()}};
  if (network.trained_count() == 0) return j;
  const StepMemory step = step_memory(network, squares_of(network), Adam{}, samples,
                                      limit > 0 ? std::optional(limit) : std::nullopt);
  out("memory of a training step of Adam on {}: {}, of which {} for values of layers, {} for gradients\n",
      batch, size_text(step.total()), size_text(step.values), size_text(step.sums));
  if (step.recompute_every > 0)
    out("which computes layers again, as with --recompute-every {}\n", step.recompute_every);
  j.update({{"training_step", step.total()}, {"recompute_every", step.recompute_every}});
  return j;
}

/// Prints, and returns the same.
nlohmann::json describe(const Network& network, const std::string& tying, int samples, std::size_t memory) {
  const Signature& signature = network.unrolled().signature;
  out("{} layers of {}{}\n", network.layers(), network.unrolled().made_by.algorithm,
      tying.empty() ? "" : ", " + tying);
  for (const Input& input : signature.inputs) {
    std::string more;
    if (input.type.domain == Domain::nonneg) more = ", not negative";
    if (input.type.domain == Domain::index) more = ", whole numbers";
    out("takes '{}', {}{}{}\n", input.name, shape_of(input.type), more,
        input.gaps ? ", some may be missing" : "");
  }
  for (const CarriedState& state : signature.states)
    out("hands '{}' to the next sample's '{}'\n", state.result, state.input);
  out("gives '{}'\n", fmt::join(signature.readouts, "', '"));
  if (!signature.on_request.empty()) out("gives on request '{}'\n", fmt::join(signature.on_request, "', '"));
  std::size_t all = 0;
  for (const Parameter& p : network.parameters()) all += p.values.size();
  out("{} of {} numbers are trained\n", grouped(network.trained_count()), grouped(all));
  const Table parameters = parameters_of(network);
  nlohmann::json j = network_json(network, parameters);
  if (!tying.empty()) j["tying"] = tying;
  j["numbers"] = all;
  j["bytes"] = show_memory(network, samples, memory);
  std::vector<std::string> layers;
  for (const double layer : multiply_adds_of_layers(network)) layers.push_back(rounded(layer));
  out("{} multiply-adds per sample in products and convolutions, by layer {}\n\n{}",
      rounded(multiply_adds(network)), fmt::join(layers, ", "), to_text(parameters));
  return j;
}

/// The run with its declaration; absent where another program trained it, whose network is in the checkpoint.
std::optional<StoredRun> declared_where_known(const StoredCheckpoint& stored) {
  try {
    return declared_run(stored);
  } catch (const DataError&) {
    if (stored.checkpoint.network.empty()) throw;
    return {};
  }
}

int describe_run(const Program& program, const TypedSettings& typed, int samples) {
  const StoredCheckpoint stored = load_checkpoint(typed.model);
  const Request& given = typed.settings;
  if (given.algorithm || given.tying || given.layers || !given.options.empty())
    throw ModelError("a run has the settings that it was trained with", stored.file.string(),
                     "leave out --algorithm, --layers, --tying and --set, or name the model");
  Network network = network_of_run(program.tasks, stored);
  network.threads(given.threads.value_or(0)).recompute_every(given.recompute_every.value_or(0));
  const Checkpoint& checkpoint = stored.checkpoint;
  std::string tying;
  if (const std::optional<StoredRun> run = declared_where_known(stored)) {
    tying = run->declaration.settings.tying;
    const auto task = std::find_if(program.tasks.begin(), program.tasks.end(),
                                   [&](const auto& t) { return t->name() == run->declaration.task; });
    program.json->object["model"] = run->declaration.task;
    out("{}: {}\n", run->declaration.task,
        task == program.tasks.end() ? "a model that this program does not have" : (*task)->summary());
  }
  out("{} after {}\n", stored.file.string(),
      counted(static_cast<std::size_t>(checkpoint.training.epoch), "epoch"));
  if (!checkpoint.training.optimizer.empty())
    out("{} of {}\n", counted(static_cast<std::size_t>(checkpoint.training.step), "step"),
        checkpoint.training.optimizer);
  if (checkpoint.network.empty())
    out("no program: an older unfurl wrote it, and the model makes the network\n");
  else
    out("a program of {} values\n", grouped(static_cast<std::size_t>(network.unrolled().graph.size())));
  program.json->object.update(describe(network, tying, samples, given.memory.value_or(0)));
  program.json->object.update({{"file", stored.file.string()},
                               {"epochs_done", checkpoint.training.epoch},
                               {"steps_done", checkpoint.training.step},
                               {"has_program", !checkpoint.network.empty()}});
  return 0;
}

int info(const Program& program, const TypedSettings& typed, int samples) {
  const bool is_model = std::any_of(program.tasks.begin(), program.tasks.end(),
                                    [&](const auto& task) { return task->name() == typed.model; });
  std::error_code failed;
  if (!is_model && std::filesystem::exists(typed.model, failed)) return describe_run(program, typed, samples);
  const Task& task = find_task(program.tasks, typed.model);
  const Settings settings = settings_for(task, typed, Option::Scope::network);
  out("{}: {}\n", task.name(), task.summary());
  Network network = task.sketch_network(settings);
  network.threads(settings.threads).recompute_every(settings.recompute_every);
  program.json->object["model"] = task.name();
  program.json->object.update(describe(network, settings.tying, samples, settings.memory));
  return 0;
}

}  // namespace

void add_info(CLI::App& app, Program& program) {
  CLI::App* command = app.add_subcommand("info",
                                         "Show what the unrolled network of a model or of a run takes and "
                                         "gives, its parameters, its memory, and its multiply-adds");
  const auto typed = std::make_shared<TypedSettings>();
  command->add_option("MODEL", typed->model, "Name of a model, or the folder of a training run")
      ->required()
      ->type_name("");
  add_network(*command, *typed);
  add_recompute(*command, *typed);
  add_threads(*command, *typed);
  const auto samples = std::make_shared<int>(1);
  command->add_option("--batch", *samples, "Samples that run together, and make a training step")
      ->transform(within(1, 1000000))
      ->type_name("N");
  add_json(
      *command, program,
      "model, algorithm, layers, tying, takes, gives, hands_on, parameters (name, shape, copies, trained, "
      "space), numbers, trained_numbers, multiply_adds, bytes (run, training_step); of a run, too, file, "
      "epochs_done, steps_done and has_program");
  add_examples(*command, program,
               {"info MODEL", "info MODEL --layers 20 --tying untied", "info MODEL --batch 64 --memory 500MB",
                "info runs/MODEL"});
  command->callback([&program, typed, samples] {
    program.action = [&program, typed, samples] { return info(program, *typed, *samples); };
  });
}

}  // namespace unfurl::app
