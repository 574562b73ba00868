// completions and man: what shells and the manual know of the program, from what it says of itself.
#include "cli/shell/described.hpp"
#include "cli/terminal/console.hpp"

namespace unfurl::app {

namespace {

/// The program itself has an empty name; so has `about` where all are wanted.
nlohmann::json commands_json(const std::vector<DescribedCommand>& commands, const std::string& about) {
  nlohmann::json all = nlohmann::json::array();
  for (const DescribedCommand& c : commands) {
    if (c.name.empty() || (!about.empty() && c.name != about)) continue;
    nlohmann::json options = nlohmann::json::array();
    for (const DescribedOption& o : c.options)
      options.push_back({{"names", o.names},
                         {"value", o.value},
                         {"text", o.text},
                         {"positional", o.positional},
                         {"required", o.required}});
    all.push_back({{"name", c.name}, {"text", c.text}, {"examples", c.examples}, {"options", options}});
  }
  return all;
}

}  // namespace

void add_completions(CLI::App& app, Program& program) {
  CLI::App* command =
      app.add_subcommand("completions", "Print a script that completes what is typed in a shell");
  const auto shell = std::make_shared<std::string>();
  command->add_option("SHELL", *shell, "bash, zsh or fish")
      ->required()
      ->transform(takes(one_of({"bash", "zsh", "fish"})))
      ->type_name("");
  add_json(*command, program, "shell and script");
  add_examples(*command, program,
               {"completions bash > ~/.local/share/bash-completion/completions/" + program.name});
  command->callback([&app, &program, shell] {
    program.action = [&app, &program, shell] {
      const std::string script = completions(*shell, described(app, program), program.name);
      program.json->object.update({{"shell", *shell}, {"script", script}});
      out("{}", script);
      return 0;
    };
  });
}

void add_man(CLI::App& app, Program& program) {
  CLI::App* command = app.add_subcommand("man", "Print a page of the manual, in troff");
  const auto about = std::make_shared<std::string>();
  command->add_option("COMMAND", *about, "A command; the program itself unless given")->type_name("");
  add_json(*command, program,
           "page, and commands (the one that is named, or all), each with name, text, examples and options "
           "(names, value, text, positional, required)");
  add_examples(*command, program, {"man train | man -l -"});
  command->callback([&app, &program, about] {
    program.action = [&app, &program, about] {
      const std::vector<DescribedCommand> all = described(app, program);
      const std::string page = manual_page(*about, all, program.name);
      program.json->object.update({{"page", page}, {"commands", commands_json(all, *about)}});
      out("{}", page);
      return 0;
    };
  });
}

}  // namespace unfurl::app
