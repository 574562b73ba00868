// Models and evidence of the UAI inference competitions.
#include <fmt/format.h>

#include <limits>

#include "formats/tokens.hpp"

namespace unfurl {

using detail::cat;
using formats::Tokens;

namespace {

std::vector<int> parse_scope(Tokens& tokens, int variables) {
  std::vector<int> scope(static_cast<std::size_t>(tokens.count("the number of variables")));
  for (std::size_t k = 0; k < scope.size(); ++k) {
    scope[k] = tokens.integer("a variable", 0, variables - 1);
    for (std::size_t other = 0; other < k; ++other)
      if (scope[other] == scope[k])
        tokens.fail(cat("variable ", scope[k], " is twice in the scope"),
                    "a factor joins different variables");
  }
  return scope;
}

}  // namespace

TableModel parse_uai(std::string_view text, const std::string& name) {
  Tokens tokens(text, name);
  TableModel model;
  const std::string_view kind = tokens.word("MARKOV or BAYES");
  if (kind != "MARKOV" && kind != "BAYES")
    tokens.fail("a .uai file begins with MARKOV or BAYES, this one does not",
                "give a model in the UAI format");
  model.kind = kind == "MARKOV" ? TableModel::Kind::markov : TableModel::Kind::bayes;

  const int variables = tokens.count("the number of variables");
  double total = 0;
  for (int v = 0; v < variables; ++v) {
    model.states.push_back(tokens.integer("a number of states", 1, formats::most_states));
    if ((total += model.states.back()) > formats::most_entries)
      tokens.fail("the variables have more states than memory has room for", "check the numbers of states");
  }
  const int factors = tokens.count("the number of factors");
  for (int a = 0; a < factors; ++a) {
    tokens.enter(cat("the scope of factor ", a));
    model.factors.push_back({parse_scope(tokens, variables), {}});
  }
  for (int a = 0; a < factors; ++a) {
    tokens.enter(cat("the table of factor ", a));
    TableModel::Factor& f = model.factors[static_cast<std::size_t>(a)];
    const double expected = formats::joint_states(model, f.scope);
    const int entries = tokens.integer("the number of entries", 0, std::numeric_limits<int>::max());
    if (entries != expected)
      tokens.fail(
          cat("the table of factor ", a, " has ", entries, " entries for ", expected, " joint states"),
          "a table has one entry for every joint state of its scope");
    if (static_cast<std::size_t>(entries) > tokens.words_left())
      tokens.fail(
          cat("the table of factor ", a, " has ", entries, " entries, more than the file has room for"),
          "it is truncated, or a number of states is wrong");
    f.values.reserve(static_cast<std::size_t>(entries));
    for (int i = 0; i < entries; ++i) f.values.push_back(tokens.entry("an entry"));
  }
  tokens.finish("the last table");
  return model;
}

std::string to_uai(const TableModel& model) {
  formats::check(model);
  std::string text =
      fmt::format("{}\n{}\n{}\n{}\n", model.kind == TableModel::Kind::markov ? "MARKOV" : "BAYES",
                  model.states.size(), fmt::join(model.states, " "), model.factors.size());
  for (const auto& f : model.factors) {
    text += fmt::format("{}", f.scope.size());
    for (const int v : f.scope) text += fmt::format(" {}", v);
    text += '\n';
  }
  for (const auto& f : model.factors)
    text += fmt::format("\n{}\n {}\n", f.values.size(), fmt::join(f.values, " "));
  return text;
}

Evidence parse_evidence(std::string_view text, const TableModel& model, const std::string& name) {
  std::size_t words = 0;
  for (Tokens counting(text, name); !counting.done(); counting.word("")) ++words;

  Tokens tokens(text, name);
  int observed = tokens.count("the number of observed variables");
  // Which layout it is shows in the number of words alone: one number, then pairs; or two numbers, then pairs.
  if (words != 1 + 2 * static_cast<std::size_t>(observed)) {
    if (observed > 1 && words % 2 != 0)
      tokens.fail(
          cat("there are ", words - 1, " numbers after the number of observed variables or samples, ",
              observed),
          "give the number of observed variables, then a variable and its state for each; one sample only");
    if (observed > 1)
      tokens.fail(cat("the file has ", observed, " samples of evidence, or a number too many or too few"),
                  "give one sample");
    if (observed == 1) observed = tokens.count("the number of observed variables");
  }
  Evidence evidence;
  for (int i = 0; i < observed; ++i) {
    const int v = tokens.integer("an observed variable", 0, static_cast<int>(model.states.size()) - 1);
    const int state = tokens.integer("an observed state", 0, std::numeric_limits<int>::max());
    if (state >= model.states[static_cast<std::size_t>(v)])
      tokens.fail(cat("variable ", v, " is observed in state ", state, ", but has ",
                      model.states[static_cast<std::size_t>(v)]),
                  "states count from 0");
    if (!evidence.emplace(v, state).second)
      tokens.fail(cat("variable ", v, " is observed twice"), "give each observed variable one state");
  }
  tokens.finish("the last observation");
  return evidence;
}

std::string to_evid(const Evidence& evidence) {
  std::string text = fmt::format("{}", evidence.size());
  for (const auto& [v, state] : evidence) text += fmt::format(" {} {}", v, state);
  return text + "\n";
}

}  // namespace unfurl
