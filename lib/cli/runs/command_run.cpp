// run: a trained network on arrays of numpy, and its results as such.
#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "cli/command.hpp"
#include "cli/terminal/console.hpp"
#include "core/extension.hpp"
#include "experiment/folders/output_folder.hpp"
#include "experiment/folders/run_folder.hpp"
#include "network/check_data.hpp"
#include "unfurl/data_files.hpp"

namespace unfurl::app {

namespace {

struct RunOptions {
  std::filesystem::path run, input, output;
  std::vector<std::string> results;
  std::optional<int> layer{};
  TypedSettings typed;
};

/// What the network takes, from the arrays of these names. States that samples hand on are zero where there are none.
Dataset data_of(const Network& network, const std::map<std::string, NpzArray>& arrays,
                const std::string& where) {
  const Signature& signature = network.unrolled().signature;
  Dataset data;
  std::string first;
  for (const Input& input : signature.inputs) {
    const auto found = arrays.find(input.name);
    const auto carried = [&](const CarriedState& s) { return s.input == input.name; };
    if (found == arrays.end()) {
      if (std::any_of(signature.states.begin(), signature.states.end(), carried)) continue;
      std::vector<std::string> names;
      for (const auto& [name, array] : arrays) names.push_back("'" + name + "'");
      throw DataError(fmt::format("the network takes '{}', and the file has {}", input.name,
                                  names.empty() ? "no arrays" : fmt::format("{}", fmt::join(names, ", "))),
                      where, "name the array so");
    }
    Samples samples =
        samples_of(input.name, input.type.planes, input.type.rows, found->second, where + ":" + input.name);
    if (!first.empty() && samples.count() != data.samples())
      throw DataError(
          fmt::format("'{}' has {} samples, and '{}' {}", first, data.samples(), input.name, samples.count()),
          where, "give equally many");
    if (first.empty()) first = input.name;
    data.add(input.name, std::move(samples));
  }
  for (const CarriedState& s : signature.states)
    if (arrays.find(s.input) == arrays.end()) {
      const Input& input = signature.input(s.input);
      const std::size_t n = static_cast<std::size_t>(input.type.planes) *
                            static_cast<std::size_t>(input.type.rows) *
                            static_cast<std::size_t>(data.samples());
      data.add(s.input, input.type.planes, input.type.rows, std::vector<float>(n, 0));
    }
  check_data_of_file(data, signature.inputs, where);
  for (const auto& named : arrays)
    if (std::none_of(signature.inputs.begin(), signature.inputs.end(),
                     [&](const Input& i) { return i.name == named.first; }))
      note("{}: the network does not take '{}'\n", where, named.first);
  return data;
}

int run_network(const Program& program, const RunOptions& options) {
  const StoredCheckpoint stored = load_checkpoint(options.run);
  const std::map<std::string, NpzArray> arrays = read_arrays(options.input);
  std::error_code failed;
  if (detail::extension_of(options.output) == ".npy" &&
      !std::filesystem::is_directory(options.output, failed))
    throw DataError("results are not written as one .npy", options.output.string(),
                    "name a .npz, or a folder with a / at its end");
  if (options.output.has_filename() && !std::filesystem::is_directory(options.output, failed))
    prepare_output(options.output, {stored.file, options.input});

  Network network = network_of_run(program.tasks, stored, options.typed.settings.data);
  network.threads(options.typed.settings.threads.value_or(0));
  const Dataset results =
      network.run(data_of(network, arrays, options.input.string()), options.results, options.layer);

  const std::map<std::string, NpzArray> written = to_arrays(results);
  write_arrays(options.output, written);
  program.json->object.update({{"file", options.output.string()}, {"results", nlohmann::json::array()}});
  for (const auto& [name, array] : written) {
    note("{} ({})\n", name, fmt::join(array.shape, ", "));
    program.json->object["results"].push_back({{"name", name}, {"shape", array.shape}});
  }
  return 0;
}

}  // namespace

void add_run(CLI::App& app, Program& program) {
  CLI::App* command = app.add_subcommand("run", "Run a trained network on arrays in a file of numpy");
  const auto options = std::make_shared<RunOptions>();
  command->add_option("RUN", options->run, "Folder of a training run")->required()->type_name("");
  command
      ->add_option("INPUT", options->input,
                   "A .npz, or a folder of .npy, with an array [samples, ...] for every input (see "
                   "unfurl info)")
      ->required()
      ->type_name("");
  command
      ->add_option("OUTPUT", options->output,
                   "The .npz to write, or a folder, with a / at its end, for a .npy of every result")
      ->required()
      ->type_name("");
  command
      ->add_option("--results", options->results, "Results to write, separated by commas; all unless given")
      ->delimiter(',')
      ->type_name("NAMES");
  command->add_option("--layer", options->layer, "Of this layer, counted from 1; 0 is the last one")
      ->transform(within(0, most_layers))
      ->type_name("N");
  add_json(*command, program, "file, and results, each with name and shape");
  add_data(*command, options->typed);
  add_threads(*command, options->typed);
  add_examples(*command, program,
               {"run runs/MODEL in.npz out.npz", "run runs/MODEL in.npz out.npz --results x --layer 3",
                "run runs/MODEL arrays/ results/"});
  command->callback([&program, options] {
    if (options->layer == 0) options->layer.reset();
    program.action = [&program, options] { return run_network(program, *options); };
  });
}

}  // namespace unfurl::app
