// info: what a model's unrolled network takes, gives, learns and costs.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
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

/// One row for every parameter, whatever its copies.
Table parameters_of(const Network& network) {
  Table table{{"parameter", "shape", "copies", "trained"}, {}, {true, true}};
  for (const Parameter& p : network.parameters()) {
    auto row = std::find_if(table.rows.begin(), table.rows.end(),
                            [&](const auto& cells) { return cells[0] == p.base; });
    if (row != table.rows.end()) continue;
    std::size_t copies = 0, trained = 0;
    for (const Parameter& other : network.parameters())
      if (other.base == p.base) ++copies, trained += other.trained ? other.values.size() : 0;
    table.rows.push_back(
        {p.base, fmt::format("{} x {}", p.type.planes, p.type.rows), grouped(copies), grouped(trained)});
  }
  return table;
}

/// Of a model as the settings say, or of a run, as it was trained.
struct Subject {
  const Task* task;
  Settings settings;
  std::optional<StoredRun> run{};
};

Subject subject_of(const Program& program, const TypedSettings& typed) {
  const bool is_model = std::any_of(program.tasks.begin(), program.tasks.end(),
                                    [&](const auto& task) { return task->name() == typed.model; });
  std::error_code failed;
  if (is_model || !std::filesystem::exists(typed.model, failed)) {
    const Task& task = find_task(program.tasks, typed.model);
    return {&task, settings_for(task, typed, Option::Scope::network)};
  }
  StoredRun run = load_run(typed.model);
  const Request& given = typed.settings;
  if (given.algorithm || given.tying || given.layers || !given.options.empty())
    throw ModelError("a run has the settings that it was trained with", run.file.string(),
                     "leave out --algorithm, --layers, --tying and --set, or name the model");
  const Task& task = task_of(program.tasks, run);
  Settings settings = settings_of(task, run);
  return {&task, std::move(settings), std::move(run)};
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

/// What running and training take, in memory.
void show_memory(const Network& network, int samples, std::size_t limit) {
  const std::string batch = counted(static_cast<std::size_t>(samples), "sample");
  const RunMemory run = run_memory(network, samples);
  out("memory of a run on {}: {}, of which {} for values of layers, {} for parameters\n", batch,
      size_text(run.total()), size_text(run.values), size_text(run.parameters));
  if (network.trained_count() == 0) return;
  const StepMemory step = step_memory(network, squares_of(network), Adam{}, samples,
                                      limit > 0 ? std::optional(limit) : std::nullopt);
  out("memory of a training step of Adam on {}: {}, of which {} for values of layers, {} for gradients\n",
      batch, size_text(step.total()), size_text(step.values), size_text(step.sums));
  if (step.recompute_every > 0)
    out("which computes layers again, as with --recompute-every {}\n", step.recompute_every);
}

int info(const Program& program, const TypedSettings& typed, int samples) {
  const Subject subject = subject_of(program, typed);
  const Task& task = *subject.task;
  const Settings& settings = subject.settings;
  Network network = task.sketch_network(settings);
  if (subject.run) assign_from(*subject.run, network);
  const Signature& signature = network.unrolled().signature;
  out("{}: {}\n", task.name(), task.summary());
  if (subject.run)
    out("{} after {}\n", subject.run->file.string(),
        counted(static_cast<std::size_t>(subject.run->checkpoint.training.epoch), "epoch"));
  out("{} layers of {}, {}\n", network.layers(), network.unrolled().made_by.algorithm, settings.tying);
  for (const Input& input : signature.inputs)
    out("takes '{}', {} x {}\n", input.name, input.type.planes, input.type.rows);
  out("gives '{}'\n", fmt::join(signature.readouts, "', '"));
  out("{} of {} numbers are trained\n", grouped(network.trained_count()), [&] {
    std::size_t all = 0;
    for (const Parameter& p : network.parameters()) all += p.values.size();
    return grouped(all);
  }());
  network.threads(settings.threads).recompute_every(settings.recompute_every);
  show_memory(network, samples, settings.memory);
  out("{} multiply-adds per sample in products and convolutions", rounded(multiply_adds(network)));
  const std::vector<double> layers = multiply_adds_of_layers(network);
  std::vector<std::string> texts;
  for (const double layer : layers) texts.push_back(rounded(layer));
  out(", by layer {}\n\n{}", fmt::join(texts, ", "), to_text(parameters_of(network)));
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
  add_examples(*command, program,
               {"info MODEL", "info MODEL --layers 20 --tying untied", "info MODEL --batch 64 --memory 500MB",
                "info runs/MODEL"});
  command->callback([&program, typed, samples] {
    program.action = [&program, typed, samples] { return info(program, *typed, *samples); };
  });
}

}  // namespace unfurl::app
