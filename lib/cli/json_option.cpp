// --json: what every command found, as an object for programs.
#include <fmt/format.h>

#include "cli/command.hpp"
#include "cli/terminal/console.hpp"
#include "experiment/folders/output_folder.hpp"
#include "experiment/folders/run_folder.hpp"
#include "experiment/machine.hpp"
#include "unfurl/ranks.hpp"

namespace unfurl::app {

namespace {

constexpr const char* json_option = "--json";

/// Whatever the command line names may be a file, or the folder of a run.
std::vector<std::filesystem::path> typed_paths(const CLI::App& command) {
  std::vector<std::filesystem::path> paths;
  for (const CLI::Option* option : command.get_options()) {
    if (option->get_name() == json_option) continue;
    for (const std::string& word : option->results()) {
      const std::filesystem::path path(word);
      std::error_code failed;
      paths.push_back(path);
      if (std::filesystem::is_directory(path, failed))
        paths.insert(paths.end(), {checkpoint_of(path), record_of(path)});
    }
  }
  return paths;
}

}  // namespace

void add_json(CLI::App& command, const Program& program, const std::string& fields) {
  command
      .add_option(json_option, program.json->file,
                  fmt::format("Write the result as JSON to this file, too; or, with -, to standard output in "
                              "the place of text. An object of {}; and unfurl (the version), command, status",
                              fields))
      ->type_name("FILE");
}

int act(const CLI::App& app, const Program& program) {
  JsonResult& json = *program.json;
  if (!json.is_wanted()) return program.action();
  on_first(program.ranks, [&] {
    if (!json.is_printed()) prepare_output(json.file, typed_paths(*app.get_subcommands().front()));
    return "";
  });
  if (program.ranks && program.ranks->rank() > 0) return program.action();
  json.object["unfurl"] = version();
  json.object["command"] = program.command_line;
  int status = 0;
  {
    const Silence silence(json.is_printed());
    status = program.action();
  }
  json.object["status"] = status;
  json.write();
  return status;
}

}  // namespace unfurl::app
