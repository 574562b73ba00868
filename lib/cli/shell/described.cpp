#include "cli/shell/described.hpp"

#include <sstream>

#include "unfurl/schedule.hpp"

namespace unfurl::app {

namespace {

DescribedOption describe_option(const CLI::Option& option, const Program& program) {
  DescribedOption d;
  d.positional = option.get_positional();
  d.required = option.get_required();
  d.text = option.get_description();
  d.flag = !d.positional && option.get_items_expected_max() == 0;
  if (d.positional) {
    d.names = {option.get_name()};
  } else {
    for (const std::string& name : option.get_snames()) d.names.push_back("-" + name);
    for (const std::string& name : option.get_lnames()) d.names.push_back("--" + name);
  }
  if (!d.flag) d.value = d.positional ? "" : option.get_type_name();
  if (d.names.back() == "MODEL")
    for (const auto& task : program.tasks) d.words.push_back(task->name());
  if (d.names.back() == "--algorithm") d.words = algorithm_names();
  return d;
}

DescribedCommand describe_command(const CLI::App& command, const Program& program, const std::string& name) {
  DescribedCommand d{name, command.get_description(), {}, {}};
  for (const CLI::Option* option : command.get_options())
    d.options.push_back(describe_option(*option, program));
  std::istringstream footer(command.get_footer());
  for (std::string line; std::getline(footer, line);)
    if (line.starts_with("  " + program.name + " ")) d.examples.push_back(line.substr(2));
  return d;
}

}  // namespace

std::vector<DescribedCommand> described(const CLI::App& app, const Program& program) {
  std::vector<DescribedCommand> all;
  for (const CLI::App* command : app.get_subcommands(nullptr))
    all.push_back(describe_command(*command, program, command->get_name()));
  all.push_back(describe_command(app, program, ""));
  return all;
}

}  // namespace unfurl::app
