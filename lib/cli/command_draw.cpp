// draw: the factor graph, the layered network, or the operations of one layer.
#include <fmt/format.h>

#include "cli/command.hpp"
#include "cli/console.hpp"
#include "experiment/output_folder.hpp"
#include "unfurl/draw.hpp"

namespace unfurl::app {

namespace {

struct Options {
  TypedSettings typed;
  std::string view = "factors";
  std::filesystem::path out;
};

/// The model before it is unrolled, which most options have no part in.
std::string factors(const Task& task, const Settings& typed, const Settings& settings) {
  const auto refuse = [](const std::string& option) {
    throw ScheduleError("the factor graph is the same, however it is unrolled", option,
                        "leave it out, or draw --view network");
  };
  if (typed.layers >= 0) refuse(fmt::format("--layers {}", typed.layers));
  if (!typed.tying.empty()) refuse("--tying " + typed.tying);
  std::string dot = factor_dot(task.sketch(settings));
  Settings usual = settings;
  usual.algorithm = task.defaults().algorithm;
  if (settings.algorithm != usual.algorithm && factor_dot(task.sketch(usual)) == dot)
    refuse("--algorithm " + settings.algorithm);
  return dot;
}

int draw(const Program& program, const Options& options) {
  const Task& task = find_task(program.tasks, options.typed.model);
  const Settings settings = settings_for(task, options.typed, Option::Scope::network);
  prepare_output(options.out);
  std::string dot;
  if (options.view == "factors")
    dot = factors(task, options.typed.settings, settings);
  else if (options.view == "network")
    dot = network_dot(task.sketch_network(settings));
  else
    dot = step_dot(task.sketch_network(settings));
  render(dot, options.out);
  out("{}\n", options.out.string());
  return 0;
}

}  // namespace

void add_draw(CLI::App& app, Program& program) {
  CLI::App* command = app.add_subcommand("draw", "Draw a model or its unrolled network as DOT, SVG or PNG");
  const auto options = std::make_shared<Options>();
  add_model(*command, options->typed);
  command
      ->add_option("--view", options->view,
                   "factors: the factor graph; network: the layers, parameters coloured by copy; step: the "
                   "operations of one layer")
      ->transform(takes(one_of({"factors", "network", "step"})))
      ->type_name("VIEW")
      ->capture_default_str();
  add_network(*command, options->typed);
  command->add_option("-o,--output", options->out, "File to write; .dot, .svg or .png")
      ->required()
      ->type_name("FILE");
  add_examples(
      *command, program,
      {"draw MODEL -o graph.svg", "draw MODEL --view network --layers 3 --tying untied -o network.svg",
       "draw MODEL --view step -o step.dot"});
  command->callback(
      [&program, options] { program.action = [&program, options] { return draw(program, *options); }; });
}

}  // namespace unfurl::app
