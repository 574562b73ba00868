// export: a trained network, or its weights, for others.
#include <fmt/format.h>

#include <algorithm>

#include "cli/command.hpp"
#include "cli/terminal/console.hpp"
#include "core/extension.hpp"
#include "core/output/output_file.hpp"
#include "experiment/folders/output_folder.hpp"
#include "experiment/folders/run_folder.hpp"
#include "experiment/number_text.hpp"
#include "unfurl/export.hpp"
#include "unfurl/safetensors.hpp"

namespace unfurl::app {

namespace {

struct ExportRequest {
  std::filesystem::path run, output;
  std::string precision = "f32", name;
  ExportOptions network;
  std::vector<std::string> given;  ///< names of the options that were typed
  TypedSettings typed;
};

/// "hamming-7.4" becomes hamming_7_4, where that is a name.
std::string name_of(const std::filesystem::path& file) {
  std::string name = file.stem().string();
  for (char& c : name)
    if (c == '-' || c == '.' || c == ' ') c = '_';
  return name;
}

/// Writes the file, and returns what there is to say of it: "files", and counts of bytes.
using Write = nlohmann::json (*)(const Network&, const ExportRequest&, const std::filesystem::path& run);

nlohmann::json write_c(const Network& network, const ExportRequest& options,
                       const std::filesystem::path& run) {
  const CSource source = to_c(network, options.network);
  std::filesystem::path header = options.output;
  header.replace_filename(options.network.name + ".h");
  prepare_output(header, {run, options.output});
  detail::write_file(header, source.header);
  detail::write_file(options.output, source.code);
  out("{} and {}: {} bytes of constants, {} of memory\n", options.output.string(), header.string(),
      grouped(source.constants), grouped(source.memory));
  return {{"files", nlohmann::json::array({options.output.string(), header.string()})},
          {"constants", source.constants},
          {"memory", source.memory}};
}

nlohmann::json write_onnx(const Network& network, const ExportRequest& options,
                          const std::filesystem::path&) {
  const std::string model = to_onnx(network, options.network);
  detail::write_file(options.output, model);
  out("{}: {} bytes\n", options.output.string(), grouped(model.size()));
  return {{"files", nlohmann::json::array({options.output.string()})}, {"bytes", model.size()}};
}

nlohmann::json write_network_json(const Network& network, const ExportRequest& options,
                                  const std::filesystem::path&) {
  const std::string text = to_json(network, options.network);
  detail::write_file(options.output, text);
  return {{"files", nlohmann::json::array({options.output.string()})}, {"bytes", text.size()}};
}

nlohmann::json write_weights(const Network& network, const ExportRequest& options,
                             const std::filesystem::path&) {
  const std::string weights = to_safetensors(network);
  detail::write_file(options.output, weights);
  return {{"files", nlohmann::json::array({options.output.string()})}, {"bytes", weights.size()}};
}

/// What files are written for, by their extension.
struct ExportFormat {
  const char* extension;
  const char* what;
  Write write;
  std::vector<std::string> meaningless{};  ///< options
  const char* why = "";
};
const ExportFormat formats[] = {{".c", "C99, and a header beside it", write_c},
                                {".onnx", "ONNX", write_onnx},
                                {".json",
                                 "JSON",
                                 write_network_json,
                                 {"--batch", "--precision"},
                                 "its numbers are exact, and of no batch"},
                                {".safetensors",
                                 "the weights alone",
                                 write_weights,
                                 {"--batch", "--precision", "--name", "--results", "--layer"},
                                 "it holds the weights of the whole network, exactly"}};

const ExportFormat& format_of(const std::filesystem::path& file) {
  const std::string extension = detail::extension_of(file);
  std::string known;
  for (const ExportFormat& format : formats) {
    if (extension == format.extension) return format;
    known += fmt::format("{}a {} ({})", known.empty() ? "" : ", ", format.extension, format.what);
  }
  throw DataError(extension.empty() ? "the name of an export has no extension"
                                    : fmt::format("networks are not exported to '{}'", extension),
                  file.string(), "name " + known);
}

/// What would make no difference is refused.
void check_given(const ExportFormat& format, const ExportRequest& options) {
  for (const std::string& option : options.given)
    if (std::find(format.meaningless.begin(), format.meaningless.end(), option) != format.meaningless.end())
      throw DataError(fmt::format("{} means nothing to {}: {}", option, format.extension, format.why), option,
                      "leave it out, or export to a file of another kind");
}

int export_network(const Program& program, ExportRequest& options) {
  const ExportFormat& format = format_of(options.output);
  if (options.network.batch != 1 && format.write == write_onnx)
    throw DataError("a model in ONNX takes any number of samples",
                    fmt::format("--batch {}", options.network.batch), "leave out --batch");
  check_given(format, options);
  options.network.name = options.name.empty() ? name_of(options.output) : options.name;
  const StoredCheckpoint run = load_checkpoint(options.run);
  prepare_output(options.output, {run.file});

  Network network = network_of_run(program.tasks, run);
  network.precision(options.precision == "f64" ? Precision::f64 : Precision::f32);
  if (format.write != write_weights && network.unrolled().signature.frames > 1 &&
      !network.unrolled().signature.states.empty()) {
    note("{} frames in a sample; exported for one, after the other\n", network.unrolled().signature.frames);
    network = network.frames(1);
  }
  program.json->object["run"] = options.run.string();
  program.json->object.update(format.write(network, options, run.file));
  return 0;
}

}  // namespace

void add_export(CLI::App& app, Program& program) {
  CLI::App* command = app.add_subcommand(
      "export", "Write a trained network as C, ONNX or JSON, or its weights, for other programs");
  const auto options = std::make_shared<ExportRequest>();
  command->add_option("RUN", options->run, "Folder of a training run")->required()->type_name("");
  command
      ->add_option("-o,--output", options->output,
                   "NAME.c, which brings NAME.h, a .onnx, a .json or a .safetensors")
      ->required()
      ->type_name("FILE");
  command
      ->add_option("--name", options->name,
                   "Of the struct and its functions in C, and the header, or of the graph in ONNX; the "
                   "file's unless given")
      ->type_name("NAME");
  command->add_option("--batch", options->network.batch, "Samples that one call in C takes")
      ->transform(within(1, 65536))
      ->type_name("N");
  command->add_option("--precision", options->precision, "Of the numbers in C and ONNX: f32 or f64")
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
  add_json(*command, program,
           "run, files, and bytes; of C the constants and the memory of its struct in bytes instead");
  add_examples(*command, program,
               {"export runs/MODEL -o network.c", "export runs/MODEL -o network.onnx",
                "export runs/MODEL -o network.json", "export runs/MODEL -o weights.safetensors"});
  command->callback([&program, options, command] {
    for (const char* option : {"--batch", "--precision", "--name", "--results", "--layer"})
      if (command->count(option) > 0) options->given.push_back(option);
    if (options->network.layer == 0) options->network.layer.reset();
    program.action = [&program, options] { return export_network(program, *options); };
  });
}

}  // namespace unfurl::app
