// import: weights that others made, as a run.
#include "cli/command.hpp"
#include "cli/terminal/console.hpp"
#include "experiment/folders/output_folder.hpp"
#include "experiment/folders/run_folder.hpp"
#include "unfurl/safetensors.hpp"

namespace unfurl::app {

namespace {

struct ImportRequest {
  std::filesystem::path run, weights, output;
};

int import_weights(const Program& program, const ImportRequest& options) {
  StoredCheckpoint stored = load_checkpoint(options.run);
  const auto weights = read_safetensors(options.weights);
  Network network = network_of_run(program.tasks, stored);
  assign(weights, network, options.weights.string());
  const std::filesystem::path file = checkpoint_of(options.output);
  std::error_code failed;
  if (std::filesystem::exists(file, failed))
    throw DataError("this folder holds a run already", options.output.string(), "give another with -o");
  make_folder(options.output);
  prepare_output(file, {stored.file, options.weights});
  // What an optimizer remembers is of other weights.
  save(file, {stored.checkpoint.declaration, network.parameters(), {}, stored.checkpoint.network});
  program.json->object.update({{"run", options.output.string()}, {"parameters", weights.size()}});
  out("{}\n", options.output.string());
  return 0;
}

}  // namespace

void add_import(CLI::App& app, Program& program) {
  CLI::App* command =
      app.add_subcommand("import", "Put weights from a file into the network of a run, as a new run");
  const auto options = std::make_shared<ImportRequest>();
  command->add_option("RUN", options->run, "Folder of a training run of the network")
      ->required()
      ->type_name("");
  command
      ->add_option("WEIGHTS", options->weights,
                   "A .safetensors with an array for every parameter, as `export` writes it")
      ->required()
      ->type_name("");
  command->add_option("-o,--output", options->output, "Folder of the new run, as if trained for no epochs")
      ->required()
      ->type_name("RUN");
  add_json(*command, program, "run, the new one, and the number of its parameters");
  add_examples(*command, program, {"import runs/MODEL weights.safetensors -o runs/changed"});
  command->callback([&program, options] {
    program.action = [&program, options] { return import_weights(program, *options); };
  });
}

}  // namespace unfurl::app
