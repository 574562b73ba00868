// draw: the factor graph, the layered network, or the operations of one layer.
#include <map>

#include "app/command.hpp"
#include "app/console.hpp"
#include "app/output_folder.hpp"
#include "unfurl/draw.hpp"

namespace unfurl::app {

namespace {

struct Options {
  TypedSettings typed;
  std::string view = "factors";
  std::filesystem::path out;
};

int draw(const Program& program, const Options& options) {
  const Task& task = find_task(program.tasks, options.typed.model);
  const Settings settings = settings_for(task, options.typed);
  prepare_output(options.out);
  std::string dot;
  if (options.view == "factors")
    dot = factor_dot(task.sketch(settings));
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
      ->check(CLI::IsMember({"factors", "network", "step"}).description(""))
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
