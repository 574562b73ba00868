// Wrong command lines, as CLI11 finds them, in the form of all other errors.
#include <fmt/format.h>

#include "cli/command.hpp"

namespace unfurl::app {

namespace {

/// The subcommand that was being parsed, or the program itself.
const CLI::App& innermost(const CLI::App& app) {
  const auto chosen = app.get_subcommands();
  return chosen.empty() ? app : *chosen.front();
}

std::string name_of(const CLI::App& command, const CLI::App& app, const Program& program) {
  return &command == &app ? program.name : program.name + " " + command.get_name();
}

/// The option that a message of CLI11 is about: "--layers: ...", "--output is required".
const CLI::Option* option_of(const std::string& message, const CLI::App& command) {
  for (const CLI::Option* option : command.get_options()) {
    const std::string name = option->get_name();
    if (message.starts_with(name) && (message[name.size()] == ':' || message[name.size()] == ' '))
      return option;
  }
  return nullptr;
}

/// "-o,--output RUN"
std::string usage_of(const CLI::Option& option) {
  if (option.get_positional()) return option.get_name();
  return option.get_name(false, true) + (option.get_type_name().empty() ? "" : " " + option.get_type_name());
}

/// A command that has the option.
const CLI::App* owner_of(const std::string& option, const CLI::App& app) {
  const std::string name = option.substr(0, option.find('='));
  for (const CLI::App* command : app.get_subcommands(nullptr))
    if (command->get_option_no_throw(name)) return command;
  return nullptr;
}

Error unknown_word(const std::string& word, const CLI::App& command, const CLI::App& app,
                   const Program& program, const std::string& where) {
  std::vector<std::string> known;
  if (word.starts_with("-")) {
    for (const CLI::Option* option : command.get_options())
      if (!option->get_lnames().empty()) known.push_back("--" + option->get_lnames().front());
    const CLI::App* owner = &command == &app ? owner_of(word, app) : nullptr;
    return Error(fmt::format("there is no option '{}'", word), where,
                 owner ? fmt::format("give it after a command, such as {} {}", where, owner->get_name())
                       : detail::did_you_mean(word, known));
  }
  if (&command != &app)
    return Error(fmt::format("'{}' is one argument too many", word), where,
                 fmt::format("see '{} --help'", where));
  for (const auto& task : program.tasks)
    if (task->name() == word)
      return Error(fmt::format("'{}' is a model and no command", word), where,
                   fmt::format("give a command first, such as {} train {}", where, word));
  for (const CLI::App* other : app.get_subcommands(nullptr)) known.push_back(other->get_name());
  return Error(fmt::format("there is no command '{}'", word), where, detail::did_you_mean(word, known));
}

}  // namespace

Error explain(const CLI::ParseError& error, const CLI::App& app, const Program& program) {
  const CLI::App& command = innermost(app);
  const std::string where = name_of(command, app, program), help = fmt::format("see '{} --help'", where);
  if (const auto before = app.remaining(); !before.empty())  // in front of the command
    return unknown_word(before.front(), app, app, program, program.name);
  if (const auto rest = command.remaining(); !rest.empty())
    return unknown_word(rest.front(), command, app, program, where);
  const std::string message = error.what();
  if (dynamic_cast<const CLI::ExcludesError*>(&error))
    return Error(message, where, "leave one of the two out");
  const CLI::Option* option = option_of(message, command);
  if (!option) return Error(message, where, help);
  const std::string name = option->get_name();
  if (dynamic_cast<const CLI::RequiredError*>(&error))
    return Error(fmt::format("{} is missing", name), where,
                 fmt::format("give {}: {}", usage_of(*option), option->get_description()));
  if (dynamic_cast<const CLI::ArgumentMismatch*>(&error)) {
    if (option->results().size() > 1)
      return Error(fmt::format("{} is given {} times", name, option->results().size()), where,
                   "give it once");
    return Error(fmt::format("{} has no value", name), where,
                 fmt::format("give {}: {}", usage_of(*option), option->get_description()));
  }
  if (dynamic_cast<const CLI::ValidationError*>(&error)) {
    const auto [value, mend] = refused_value(message.substr(name.size() + 2));
    if (!mend.empty()) return Error(fmt::format("{} cannot be {}", name, value), where, mend);
  }
  return Error(message, where, help);
}

void refuse_missing_words(const CLI::App& app, const Program& program) {
  const CLI::App& command = innermost(app);
  for (const CLI::Option* option : command.get_options())
    for (const std::string& value : option->results())
      if (value.empty())
        throw Error(fmt::format("{} is empty", option->get_name()), name_of(command, app, program),
                    option->get_required() ? fmt::format("give {}", usage_of(*option))
                                           : fmt::format("give {}, or leave it out", usage_of(*option)));
      else if (value.starts_with('-') && command.get_option_no_throw(value) != nullptr)
        throw Error(fmt::format("{} has no value: {} is the next option", option->get_name(), value),
                    name_of(command, app, program),
                    fmt::format("give {}; ./{} is a file of that name", usage_of(*option), value));
}

}  // namespace unfurl::app
