// completions and man: what shells and the manual know of the program, from what it says of itself.
#include "cli/shell/described.hpp"
#include "cli/terminal/console.hpp"

namespace unfurl::app {

void add_completions(CLI::App& app, Program& program) {
  CLI::App* command =
      app.add_subcommand("completions", "Print a script that completes what is typed in a shell");
  const auto shell = std::make_shared<std::string>();
  command->add_option("SHELL", *shell, "bash, zsh or fish")
      ->required()
      ->transform(takes(one_of({"bash", "zsh", "fish"})))
      ->type_name("");
  add_examples(*command, program,
               {"completions bash > ~/.local/share/bash-completion/completions/" + program.name});
  command->callback([&app, &program, shell] {
    program.action = [&app, &program, shell] {
      out("{}", completions(*shell, described(app, program), program.name));
      return 0;
    };
  });
}

void add_man(CLI::App& app, Program& program) {
  CLI::App* command = app.add_subcommand("man", "Print a page of the manual, in troff");
  const auto about = std::make_shared<std::string>();
  command->add_option("COMMAND", *about, "A command; the program itself unless given")->type_name("");
  add_examples(*command, program, {"man train | man -l -"});
  command->callback([&app, &program, about] {
    program.action = [&app, &program, about] {
      out("{}", manual_page(*about, described(app, program), program.name));
      return 0;
    };
  });
}

}  // namespace unfurl::app
