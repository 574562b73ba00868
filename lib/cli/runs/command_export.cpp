// export: a trained network as C or JSON, for others.
#include <fmt/format.h>

#include "cli/command.hpp"
#include "cli/terminal/console.hpp"
#include "core/extension.hpp"
#include "core/output/output_file.hpp"
#include "experiment/folders/output_folder.hpp"
#include "experiment/folders/run_folder.hpp"
#include "experiment/number_text.hpp"
#include "unfurl/export.hpp"

namespace unfurl::app {

namespace {

struct ExportRequest {
  std::filesystem::path run, output;
  std::string precision = "f32", name;
  ExportOptions network;
  TypedSettings typed;
};

/// "hamming-7.4" becomes hamming_7_4, where that is a name.
std::string name_of(const std::filesystem::path& file) {
  std::string name = file.stem().string();
  for (char& c : name)
    if (c == '-' || c == '.' || c == ' ') c = '_';
  return name;
}

int export_network(const Program& program, ExportRequest& options) {
  const std::string extension = detail::extension_of(options.output);
  if (extension != ".c" && extension != ".json")
    throw DataError(extension.empty() ? "the name of an export has no extension"
                                      : fmt::format("networks are not exported to '{}'", extension),
                    options.output.string(), "name a .c (C99, and a header beside it) or a .json");
  options.network.name = options.name.empty() ? name_of(options.output) : options.name;
  const StoredRun run = load_run(options.run);
  const Task& task = task_of(program.tasks, run);
  const Settings settings = settings_of(task, run);
  prepare_output(options.output, {run.file});

  Network network = task.sketch_network(settings);
  network.precision(options.precision == "f64" ? Precision::f64 : Precision::f32);
  assign_from(run, network);
  if (network.unrolled().signature.frames > 1 && !network.unrolled().signature.states.empty()) {
    note("{} frames in a sample; exported for one, after the other\n", network.unrolled().signature.frames);
    network = network.frames(1);
  }
  if (extension == ".json") {
    detail::write_file(options.output, to_json(network, options.network));
    return 0;
  }
  const CSource source = to_c(network, options.network);
  std::filesystem::path header = options.output;
  header.replace_filename(options.network.name + ".h");
  prepare_output(header, {run.file, options.output});
  detail::write_file(header, source.header);
  detail::write_file(options.output, source.code);
  out("{} and {}: {} bytes of constants, {} of memory\n", options.output.string(), header.string(),
      grouped(source.constants), grouped(source.memory));
  return 0;
}

}  // namespace

void add_export(CLI::App& app, Program& program) {
  CLI::App* command =
      app.add_subcommand("export", "Write a trained network as C, or as JSON, for other programs");
  const auto options = std::make_shared<ExportRequest>();
  command->add_option("RUN", options->run, "Folder of a training run")->required()->type_name("");
  command->add_option("-o,--output", options->output, "NAME.c, which brings NAME.h, or a .json")
      ->required()
      ->type_name("FILE");
  command
      ->add_option("--name", options->name,
                   "Of the struct and its functions in C, and the header; the file's unless given")
      ->type_name("NAME");
  command->add_option("--batch", options->network.batch, "Samples that one call in C takes")
      ->transform(within(1, 65536))
      ->type_name("N");
  command->add_option("--precision", options->precision, "Of the numbers in C: f32 or f64")
      ->transform(takes(one_of({"f32", "f64"})))
      ->type_name("P");
  command
      ->add_option("--results", options->network.results,
                   "Results to compute, separated by commas; all unless given")
      ->delimiter(',')
      ->type_name("NAMES");
  command
      ->add_option("--layer", options->network.layer, "After this layer, counted from 1; 0 is the last one")
      ->transform(within(0, most_layers))
      ->type_name("N");
  add_examples(*command, program, {"export runs/MODEL -o network.c", "export runs/MODEL -o network.json"});
  command->callback([&program, options] {
    if (options->network.layer == 0) options->network.layer.reset();
    program.action = [&program, options] { return export_network(program, *options); };
  });
}

}  // namespace unfurl::app
