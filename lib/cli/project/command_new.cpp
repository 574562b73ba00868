// new: a project of the user's own, to begin with.
#include <fmt/format.h>

#include "cli/command.hpp"
#include "cli/project/project_files.hpp"
#include "cli/terminal/console.hpp"
#include "core/output/output_file.hpp"
#include "core/printable.hpp"
#include "experiment/folders/output_folder.hpp"

namespace unfurl::app {

namespace {

int write_project(const std::filesystem::path& folder) {
  const std::string name = folder.filename().string();
  if (!detail::is_plain_name(name) || std::isalpha(static_cast<unsigned char>(name[0])) == 0)
    throw DataError(fmt::format("'{}' is no name for a project", name), "",
                    "begin with a letter, and go on with letters, digits, '-', '_', '.' and '+'");
  std::error_code failed;
  if (std::filesystem::exists(folder, failed) && !std::filesystem::is_empty(folder, failed))
    throw DataError("there is something in this place already", folder.string(), "give another name");
  make_folder(folder);
  for (const auto& [file, text] : project_files(name)) detail::write_file(folder / file, text);
  out("cmake -S {0} -B {0}/build && cmake --build {0}/build && ctest --test-dir {0}/build\n",
      folder.string());
  return 0;
}

}  // namespace

void add_new(CLI::App& app, Program& program) {
  CLI::App* command = app.add_subcommand(
      "new", "Write a project of your own: a model, a test, and a program with this command line");
  const auto folder = std::make_shared<std::filesystem::path>();
  command->add_option("NAME", *folder, "Folder to make; its last part names project and model")
      ->required()
      ->type_name("");
  add_examples(*command, program, {"new mymodel"});
  command->callback([&program, folder] { program.action = [folder] { return write_project(*folder); }; });
}

}  // namespace unfurl::app
