// The command line: parsing, the table of commands, and what becomes of errors.
#include <fmt/format.h>

#include <chrono>
#include <filesystem>
#include <sstream>
#include <system_error>

#include "cli/command.hpp"
#include "cli/terminal/console.hpp"
#include "core/classic_numbers.hpp"
#include "core/launcher.hpp"
#include "experiment/machine.hpp"
#include "unfurl/ranks.hpp"

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

/// Where all ranks have failed, rank 0 says so for all; where one has, that one, and ends the others, which wait for it.
int report_error(const std::string& text, Ranks* ranks) {
  if (ranks && !ranks->all_failed(std::chrono::seconds(3))) {
    Console::speak();
    note("{}\n  in process {} of {}\n", text, ranks->rank(), ranks->size());
    ranks->abort(failed);
  }
  note("{}\n", text);
  return failed;
}

/// What only trainings are for.
void refuse_several_processes(const CLI::App& app, Ranks* ranks) {
  const CLI::App& command = *app.get_subcommands().front();
  if (command.get_name() != "train" && command.get_name() != "compare") {
    if (!ranks) return;
    throw ScheduleError(
        fmt::format("`{}` is the work of one process, not of {}", command.get_name(), ranks->size()), "",
        "leave out mpirun: `train` and `compare` are what several processes do together");
  }
  if (ranks || detail::launched_processes() == 1) return;
  if (detail::launched_rank() > 0) Console::hush();
  throw ScheduleError(
      fmt::format("{} processes were started to train together, and this program was built without MPI",
                  detail::launched_processes()),
      "", "leave out mpirun, or build with MPI: install libopenmpi-dev, and configure with -D UNFURL_MPI=ON");
}

int parse_and_run(int argc, const char* const* argv, const Tasks& tasks, Ranks* ranks) {
  Program program{tasks,   argc > 0 ? std::filesystem::path(argv[0]).filename().string() : "unfurl",
                  "",      ranks,
                  nullptr, std::make_shared<JsonResult>()};
  for (int i = 0; i < argc; ++i) program.command_line += (i == 0 ? "" : " ") + quoted(argv[i]);

  CLI::App app("Unrolls inference on graphical models into trainable networks, trains and compares them.",
               program.name);
  app.set_version_flag("--version", fmt::format("{} {} ({})", program.name, version(), simd_level()));
  app.set_help_flag("-h,--help", "Print this help and leave");
  app.require_subcommand(0, 1);
  app.get_formatter()->column_width(34);
  add_list(app, program);
  add_info(app, program);
  add_draw(app, program);
  add_train(app, program);
  add_eval(app, program);
  add_run(app, program);
  add_export(app, program);
  add_import(app, program);
  add_compare(app, program);
  add_enhance(app, program);
  add_check(app, program);
  add_infer(app, program);
  add_decode(app, program);
  add_new(app, program);
  add_completions(app, program);
  add_man(app, program);
  app.footer(fmt::format("{}\n\nEvery command explains itself: {} COMMAND --help", describe_models(program),
                         program.name));
  try {
    app.parse(argc, argv);
    refuse_missing_words(app, program);
  } catch (const CLI::Success& success) {  // --help, --version
    std::ostringstream text;
    const int status = app.exit(success, text, text);
    out("{}", text.str());
    return status;
  } catch (const CLI::ParseError& error) {
    throw explain(error, app, program);
  }
  if (!program.action) {
    note("{}", app.help());
    return failed;
  }
  refuse_several_processes(app, ranks);
  return act(app, program);
}

int guarded(int argc, const char* const* argv, const Tasks& tasks, Ranks* ranks) {
  const detail::ClassicNumbers numbers;  // on the command line, too
  const auto report = [&](const std::string& text) { return report_error(text, ranks); };
  try {
    return parse_and_run(argc, argv, tasks, ranks);
  } catch (const Error& error) {
    return report(error.what());
  } catch (const std::bad_alloc&) {
    return report(
        Error("there is not enough memory", "", "use fewer layers, a smaller batch or less data").what());
  } catch (const std::filesystem::filesystem_error&
               error) {  // a full disk, a folder for temporary files that is not there
    return report(Error(error.code().message(), error.path1().string(),
                        "check that the path is there and may be read and written")
                      .what());
  } catch (const std::system_error& error) {  // threads, above all
    return report(Error(error.code().message(), "",
                        "use fewer --threads, or raise the limits on memory and processes (ulimit -a)")
                      .what());
  } catch (const std::exception& error) {
    return report(InternalError(error.what(), "").what());
  }
}

}  // namespace

int run(int argc, const char* const* argv, const std::vector<std::shared_ptr<const Task>>& tasks,
        const std::shared_ptr<Ranks>& ranks) {
  const Console console;
  Ranks* several = ranks && ranks->size() > 1 ? ranks.get() : nullptr;
  if (several && several->rank() > 0) Console::hush();
  return console.finish(guarded(argc, argv, tasks, several));
}

}  // namespace unfurl
