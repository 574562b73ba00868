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

int write_project(const Program& program, const std::filesystem::path& typed) {
  // A folder may be typed with a / at its end, as shells complete it.
  const std::filesystem::path folder = typed.has_filename() ? typed : typed.parent_path();
  const std::string name = folder.filename().string();
  if (!detail::is_plain_name(name) || std::isalpha(static_cast<unsigned char>(name[0])) == 0)
    throw DataError(fmt::format("'{}' is no name for a project", name), "",
                    "give a folder whose name begins with a letter, and goes on with letters, digits, '-', "
                    "'_', '.' and '+'");
  std::error_code failed;
  if (std::filesystem::exists(folder, failed) && !std::filesystem::is_empty(folder, failed))
    throw DataError("there is something in this place already", folder.string(), "give another name");
  make_folder(folder);
  program.json->object["folder"] = folder.string();
  for (const auto& [file, text] : project_files(name)) {
    detail::write_file(folder / file, text);
    program.json->object["files"].push_back(file);
  }
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
  add_json(*command, program, "folder, and the files in it");
  add_examples(*command, program, {"new mymodel"});
  command->callback([&program, folder] {
    program.action = [&program, folder] { return write_project(program, *folder); };
  });
}

}  // namespace unfurl::app
