// draw: the factor graph, the layered network, the operations of one layer, or the text of the program.
#include <fmt/format.h>

#include "cli/command.hpp"
#include "cli/terminal/console.hpp"
#include "core/output/output_file.hpp"
#include "experiment/folders/output_folder.hpp"
#include "passes/pipeline.hpp"
#include "unfurl/draw.hpp"

namespace unfurl::app {

namespace {

struct DrawOptions {
  TypedSettings typed;
  std::string view = "factors";
  std::string after, target;
  std::filesystem::path out;
};

std::vector<std::string> targets() {
  std::vector<std::string> names;
  for (const ir::Target& target : ir::all_targets()) names.push_back(target.name);
  return names;
}

/// The program in the operations of a target.
std::string lowered(const std::string& text, const std::string& name) {
  for (const ir::Target& target : ir::all_targets())
    if (target.name == name) return ir::optimize(ir::lower(ir::program_from_text(text), target)).text();
  return text;
}

std::vector<std::string> passes() {
  std::vector<std::string> names;
  for (const ir::Pass& pass : ir::pipeline()) names.push_back(pass.name);
  return names;
}

/// The text of the program that gives the read-outs of the last layer or, after a pass, of that of all layers as it was then.
std::string program_text(const Task& task, const Settings& settings, const std::string& after) {
  if (after.empty()) return task.sketch_network(settings).text();
  std::string text;
  const ir::PassWatch watch([&](const ir::Pass& pass, const ir::Graph& program, double seconds) {
    note("{:<14} {:>8} values {:>9.3f} s  {}\n", pass.name, program.size(), seconds, pass.purpose);
    if (pass.name == after) text = program.text();
  });
  (void)task.sketch_network(settings);
  return text;
}

/// The model before it is unrolled, which most options have no part in.
std::string factors(const Task& task, const Request& typed, const Settings& settings) {
  const auto refuse = [](const std::string& option) {
    throw ScheduleError("the factor graph is the same, however it is unrolled", option,
                        "leave it out, or draw --view network");
  };
  if (typed.layers) refuse(fmt::format("--layers {}", *typed.layers));
  if (typed.tying) refuse("--tying " + *typed.tying);
  std::string dot = factor_dot(task.sketch(settings));
  Settings usual = settings;
  usual.algorithm = task.defaults().algorithm;
  if (settings.algorithm != usual.algorithm && factor_dot(task.sketch(usual)) == dot)
    refuse("--algorithm " + settings.algorithm);
  return dot;
}

int draw(const Program& program, const DrawOptions& options) {
  const Task& task = find_task(program.tasks, options.typed.model);
  const Settings settings = settings_for(task, options.typed, Option::Scope::network);
  program.json->object.update({{"model", task.name()}, {"view", options.view}});
  if (!options.out.empty()) program.json->object["file"] = options.out.string();
  if (!options.after.empty() && options.view != "program")
    throw ScheduleError("only programs go through passes", "--after " + options.after, "draw --view program");
  if (!options.target.empty() && options.view != "program")
    throw ScheduleError("only programs have a target", "--target " + options.target, "draw --view program");
  if (options.view == "program") {
    if (const std::string end = options.out.extension().string();
        end == ".dot" || end == ".svg" || end == ".png")
      throw ScheduleError("a program is text, and no drawing", "-o " + options.out.string(),
                          "a file of another ending, such as .txt, or draw --view step");
    const std::string text = lowered(program_text(task, settings, options.after), options.target);
    program.json->object["text"] = text;
    if (options.out.empty()) {
      print_result(text);
      return 0;
    }
    prepare_output(options.out);
    detail::write_file(options.out, text);
    out("{}\n", options.out.string());
    return 0;
  }
  if (options.out.empty())
    throw ScheduleError("a drawing needs a file", "-o",
                        "draw MODEL -o graph.svg; programs are printed without");
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
  const auto options = std::make_shared<DrawOptions>();
  add_model(*command, options->typed);
  command
      ->add_option("--view", options->view,
                   "factors: the factor graph; network: the layers, parameters coloured by copy; step: the "
                   "operations of one layer; program: its text")
      ->transform(takes(one_of({"factors", "network", "step", "program"})))
      ->type_name("VIEW")
      ->capture_default_str();
  add_network(*command, options->typed);
  command->add_option("--after", options->after, "Program: of all layers, as it is after this pass")
      ->transform(takes(one_of(passes())))
      ->type_name("PASS");
  command->add_option("--target", options->target, "Program: in the operations of this target alone")
      ->transform(takes(one_of(targets())))
      ->type_name("TARGET");
  command
      ->add_option(
          "-o,--output", options->out,
          "File to write; .dot, .svg or .png, for programs any other. These are printed where none is given")
      ->type_name("FILE");
  add_json(*command, program, "model, view, file (where one is written), and text of programs");
  add_examples(
      *command, program,
      {"draw MODEL -o graph.svg", "draw MODEL --view network --layers 3 --tying untied -o network.svg",
       "draw MODEL --view step -o step.dot", "draw MODEL --view program --after hoist_uniform"});
  command->callback(
      [&program, options] { program.action = [&program, options] { return draw(program, *options); }; });
}

}  // namespace unfurl::app
