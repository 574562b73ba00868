// The commands and options of the program, as they explain themselves, for texts in the languages of others.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "cli/command.hpp"

namespace unfurl::app {

/// One option or positional argument.
struct DescribedOption {
  std::vector<std::string> names;  ///< "-o", "--output"; of a positional argument its one name
  std::string value;               ///< of what follows: "FILE"; empty for flags
  std::string text;
  bool positional = false, required = false, flag = false;
  std::vector<std::string>
      words{};  ///< what the value may be, where that is known: names of models or algorithms
};

struct DescribedCommand {
  std::string name, text;
  std::vector<DescribedOption> options;
  std::vector<std::string> examples;  ///< whole lines
};

/// All commands, in the order of `--help`. The last is the program itself, whose name is empty.
std::vector<DescribedCommand> described(const CLI::App& app, const Program& program);

/// Of "bash", "zsh" or "fish": a script that completes what is typed.
std::string completions(const std::string& shell, const std::vector<DescribedCommand>& commands,
                        const std::string& program);

/// A page of the manual in troff, of a command or, with an empty name, of the program.
std::string manual_page(const std::string& command, const std::vector<DescribedCommand>& commands,
                        const std::string& program);

}  // namespace unfurl::app
