// Scripts that complete what is typed, for three shells.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "cli/shell/described.hpp"

namespace unfurl::app {

namespace {

std::string replaced(const std::string& text, char from, const std::string& to) {
  std::string out;
  for (const char c : text) out += c == from ? to : std::string(1, c);
  return out;
}

/// Between single quotation marks of bash and zsh.
std::string in_quotes(const std::string& text) { return "'" + replaced(text, '\'', "'\\''") + "'"; }

/// The first sentence, or clause, of a description.
std::string in_short(const std::string& text) {
  return text.substr(0, std::min(text.find(';'), text.size()));
}

std::string bash(const std::vector<DescribedCommand>& commands, const std::string& program) {
  std::string names, cases;
  for (const DescribedCommand& c : commands) {
    std::string options, first, values;
    for (const DescribedOption& o : c.options) {
      if (o.positional) {
        if (!o.words.empty()) first = fmt::format("{}", fmt::join(o.words, " "));
        continue;
      }
      options += fmt::format("{}{}", options.empty() ? "" : " ", fmt::join(o.names, " "));
      if (!o.words.empty())
        values += fmt::format("      {}) words={} ;;\n", fmt::join(o.names, "|"),
                              in_quotes(fmt::format("{}", fmt::join(o.words, " "))));
    }
    if (c.name.empty()) continue;
    names += (names.empty() ? "" : " ") + c.name;
    cases += fmt::format("    {}) options={} first={}", c.name, in_quotes(options), in_quotes(first));
    cases += values.empty() ? " ;;\n" : fmt::format("\n      case $previous in\n{}      esac ;;\n", values);
  }
  return fmt::format(
      R"(# Completions of {0} for bash: source this file, or put it into /usr/share/bash-completion/completions/{0}.
_{0}() {{
  local current=${{COMP_WORDS[COMP_CWORD]}} previous=${{COMP_WORDS[COMP_CWORD-1]}} options= first= words=
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W '{1} --help --version' -- "$current"))
    return
  fi
  case ${{COMP_WORDS[1]}} in
{2}  esac
  if [ -n "$words" ]; then COMPREPLY=($(compgen -W "$words" -- "$current"))
  elif [ "${{current:0:1}}" = - ]; then COMPREPLY=($(compgen -W "$options" -- "$current"))
  elif [ "$COMP_CWORD" -eq 2 ] && [ -n "$first" ]; then COMPREPLY=($(compgen -W "$first" -- "$current"))
  fi
}}
complete -o bashdefault -o default -F _{0} {0}
)",
      program, names, cases);
}

std::string zsh(const std::vector<DescribedCommand>& commands, const std::string& program) {
  const auto plain = [](std::string text) {
    for (const char c : {'\\', '[', ']', ':'}) text = replaced(text, c, std::string("\\") + c);
    return text;
  };
  std::string names, cases;
  for (const DescribedCommand& c : commands) {
    if (c.name.empty()) continue;
    names += fmt::format("    {}\n", in_quotes(c.name + ":" + plain(in_short(c.text))));
    std::string words;
    for (const DescribedOption& o : c.options) {
      const std::string choice = o.words.empty() ? "_files" : fmt::format("({})", fmt::join(o.words, " "));
      if (o.positional) {
        words += fmt::format(" \\\n      {}", in_quotes(fmt::format(":{}:{}", plain(o.names[0]), choice)));
        continue;
      }
      for (const std::string& name : o.names)
        words += fmt::format(" \\\n      {}",
                             in_quotes(fmt::format("{}[{}]{}", name, plain(in_short(o.text)),
                                                   o.flag ? "" : ":" + plain(o.value) + ":" + choice)));
    }
    cases += fmt::format("    {})\n      _arguments{} ;;\n", c.name, words);
  }
  return fmt::format(R"(#compdef {0}
_{0}() {{
  local -a commands
  commands=(
{1}  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  local command=$words[2]
  shift words
  (( CURRENT-- ))
  case $command in
{2}  esac
}}
_{0} "$@"
)",
                     program, names, cases);
}

std::string fish(const std::vector<DescribedCommand>& commands, const std::string& program) {
  const auto quoted = [](const std::string& text) {
    return "'" + replaced(replaced(text, '\\', "\\\\"), '\'', "\\'") + "'";
  };
  std::string text;
  for (const DescribedCommand& c : commands) {
    if (c.name.empty()) continue;
    text += fmt::format("complete -c {} -n __fish_use_subcommand -f -a {} -d {}\n", program, c.name,
                        quoted(in_short(c.text)));
    const std::string here =
        fmt::format("complete -c {} -n '__fish_seen_subcommand_from {}'", program, c.name);
    for (const DescribedOption& o : c.options) {
      if (o.positional) {
        if (!o.words.empty())
          text += fmt::format("{} -a {}\n", here, quoted(fmt::format("{}", fmt::join(o.words, " "))));
        continue;
      }
      std::string line = here;
      for (const std::string& name : o.names)
        line += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
      if (!o.flag) line += " -r";
      if (!o.words.empty()) line += " -f -a " + quoted(fmt::format("{}", fmt::join(o.words, " ")));
      text += line + " -d " + quoted(in_short(o.text)) + "\n";
    }
  }
  return text;
}

}  // namespace

std::string completions(const std::string& shell, const std::vector<DescribedCommand>& commands,
                        const std::string& program) {
  if (shell == "bash") return bash(commands, program);
  if (shell == "zsh") return zsh(commands, program);
  if (shell == "fish") return fish(commands, program);
  throw InternalError(detail::cat("completions for a shell '", shell, "'"));
}

}  // namespace unfurl::app
