// The command line: parsing, the table of commands, and what becomes of errors.
#include <fmt/format.h>

#include <cstdio>
#include <filesystem>

#include "app/command.hpp"
#include "app/machine.hpp"
#include "core/classic_numbers.hpp"

namespace unfurl {

namespace {

using namespace app;  // NOLINT: this file is the door to that namespace

constexpr int failed = 2;

std::string quoted(const std::string& argument) {
  const bool plain =
      !argument.empty() && argument.find_first_of(" \t\n\"'\\$*?;&|<>()`#~") == std::string::npos;
  if (plain) return argument;
  std::string text = "'";
  for (const char c : argument) text += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return text + "'";
}

std::string describe_models(const Program& program) {
  std::string text = "Models:";
  for (const auto& task : program.tasks) text += fmt::format("\n  {:<14} {}", task->name(), task->summary());
  if (program.tasks.empty()) text += " none";
  return text;
}

/// The subcommand that was being parsed, or the program itself.
const CLI::App& innermost(const CLI::App& app) {
  const auto chosen = app.get_subcommands();
  return chosen.empty() ? app : *chosen.front();
}

/// A wrong command line in the form of all other errors.
Error explain(const CLI::ParseError& error, const CLI::App& app, const Program& program) {
  const CLI::App& command = innermost(app);
  const bool inside = &command != &app;
  const std::string name = inside ? program.name + " " + command.get_name() : program.name;
  std::vector<std::string> known;
  if (const auto rest = command.remaining(); !rest.empty()) {
    const std::string& word = rest.front();
    if (word.starts_with("-")) {
      for (const CLI::Option* option : command.get_options())
        if (!option->get_lnames().empty()) known.push_back("--" + option->get_lnames().front());
      return Error(fmt::format("there is no option '{}'", word), name, detail::did_you_mean(word, known));
    }
    if (inside)
      return Error(fmt::format("'{}' is one argument too many", word), name,
                   fmt::format("see '{} --help'", name));
    for (const CLI::App* other : app.get_subcommands(nullptr)) known.push_back(other->get_name());
    return Error(fmt::format("there is no command '{}'", word), name, detail::did_you_mean(word, known));
  }
  return Error(error.what(), name, fmt::format("see '{} --help'", name));
}

int report(const std::string& text) {
  fmt::print(stderr, "{}\n", text);
  return failed;
}

int parse_and_run(int argc, const char* const* argv, const Tasks& tasks) {
  Program program{tasks, argc > 0 ? std::filesystem::path(argv[0]).filename().string() : "unfurl", "",
                  nullptr};
  for (int i = 0; i < argc; ++i) program.command_line += (i == 0 ? "" : " ") + quoted(argv[i]);

  CLI::App app("Unrolls inference on graphical models into trainable networks, trains and compares them.",
               program.name);
  app.set_version_flag("--version", fmt::format("{} {} ({})", program.name, version(), simd_level()));
  app.set_help_flag("-h,--help", "Print this help and leave");
  app.require_subcommand(0, 1);
  app.get_formatter()->column_width(34);
  add_list(app, program);
  add_draw(app, program);
  add_train(app, program);
  add_eval(app, program);
  add_compare(app, program);
  add_enhance(app, program);
  add_check(app, program);
  add_infer(app, program);
  app.footer(fmt::format("{}\n\nEvery command explains itself: {} COMMAND --help", describe_models(program),
                         program.name));
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& success) {  // --help, --version
    return app.exit(success);
  } catch (const CLI::ParseError& error) {
    return report(explain(error, app, program).what());
  }
  if (!program.action) {
    fmt::print(stderr, "{}", app.help());
    return failed;
  }
  return program.action();
}

}  // namespace

int run(int argc, const char* const* argv, const std::vector<std::shared_ptr<const Task>>& tasks) {
  const detail::ClassicNumbers numbers;  // on the command line, too
  try {
    const int status = parse_and_run(argc, argv, tasks);
    std::fflush(stdout);
    return status;
  } catch (const Error& error) {
    std::fflush(stdout);
    return report(error.what());
  } catch (const std::bad_alloc&) {
    return report(
        Error("there is not enough memory", "", "use fewer layers, a smaller batch or less data").what());
  } catch (const std::filesystem::filesystem_error&
               error) {  // a full disk, a folder for temporary files that is not there
    return report(Error(error.code().message(), error.path1().string(),
                        "check that the path is there and may be read and written")
                      .what());
  } catch (const std::exception& error) {
    return report(InternalError(error.what(), "").what());
  }
}

}  // namespace unfurl
