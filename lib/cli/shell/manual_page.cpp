// Pages of the manual.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "cli/shell/described.hpp"
#include "experiment/machine.hpp"

namespace unfurl::app {

namespace {

/// Text of troff: no letter of it commands.
std::string roff(const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if ((c == '.' || c == '\'') && (i == 0 || text[i - 1] == '\n')) out += "\\&";
    if (c == '\\')
      out += "\\e";
    else if (c == '-')
      out += "\\-";
    else
      out += c;
  }
  return out;
}

std::string in_capitals(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return text;
}

std::string entry(const DescribedOption& o) {
  std::string names;
  for (const std::string& name : o.names)
    names += fmt::format("{}\\fB{}\\fR", names.empty() ? "" : ", ", roff(name));
  if (!o.value.empty()) names += fmt::format(" \\fI{}\\fR", roff(o.value));
  return fmt::format(".TP\n{}\n{}\n", names,
                     roff(o.text + (o.required && !o.positional ? "; required" : "") + "."));
}

std::string synopsis(const DescribedCommand& c, const std::string& program) {
  std::string line = fmt::format("\\fB{}\\fR", roff(program));
  if (c.name.empty()) return line + " \\fICOMMAND\\fR [\\fIOPTIONS\\fR]\n";
  line += fmt::format(" \\fB{}\\fR [\\fIOPTIONS\\fR]", roff(c.name));
  for (const DescribedOption& o : c.options) {
    const std::string name = o.positional
                                 ? fmt::format("\\fI{}\\fR", roff(o.names[0]))
                                 : fmt::format("\\fB{}\\fR \\fI{}\\fR", roff(o.names[0]), roff(o.value));
    if (o.required) line += " " + name;
  }
  return line + "\n";
}

}  // namespace

std::string manual_page(const std::string& command, const std::vector<DescribedCommand>& commands,
                        const std::string& program) {
  const auto found = std::find_if(commands.begin(), commands.end(),
                                  [&](const DescribedCommand& c) { return c.name == command; });
  if (found == commands.end()) {
    std::vector<std::string> known;
    for (const DescribedCommand& c : commands)
      if (!c.name.empty()) known.push_back(c.name);
    throw ModelError(fmt::format("there is no command '{}'", command), "",
                     detail::did_you_mean(command, known));
  }
  const std::string name = command.empty() ? program : program + "-" + command;
  std::string page =
      fmt::format(".TH {} 1 \"\" \"{} {}\"\n.SH NAME\n{} \\- {}\n.SH SYNOPSIS\n{}", in_capitals(roff(name)),
                  program, version(), roff(name), roff(found->text), synopsis(*found, program));
  const auto section = [&](const char* title, bool positional) {
    std::string entries;
    for (const DescribedOption& o : found->options)
      if (o.positional == positional) entries += entry(o);
    if (!entries.empty()) page += fmt::format(".SH {}\n{}", title, entries);
  };
  section("ARGUMENTS", true);
  section("OPTIONS", false);
  if (command.empty()) {
    page += ".SH COMMANDS\n";
    for (const DescribedCommand& c : commands)
      if (!c.name.empty())
        page += fmt::format(".TP\n\\fB{0}\\fR(1), \\fB{1} {2}\\fR\n{3}.\n", roff(program + "-" + c.name),
                            roff(program), roff(c.name), roff(c.text));
  }
  if (!found->examples.empty()) {
    page += ".SH EXAMPLES\n.nf\n";
    for (const std::string& example : found->examples) page += roff(example) + "\n";
    page += ".fi\n";
  }
  if (!command.empty()) page += fmt::format(".SH SEE ALSO\n\\fB{}\\fR(1)\n", roff(program));
  return page;
}

}  // namespace unfurl::app
