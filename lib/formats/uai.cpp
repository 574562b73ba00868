// Models and evidence of the UAI inference competitions.
#include <fmt/format.h>

#include <limits>

#include "core/printable.hpp"
#include "formats/tokens.hpp"

namespace unfurl {

using detail::cat;
using formats::Tokens;

namespace {

/// States of variables in no factor, which may have many in a file of few bytes.
constexpr std::size_t most_free_states = 1 << 16;

/// Mends a file that begins with another word than MARKOV or BAYES.
std::string mend_beginning(std::string_view word) {
  std::string capitals(word);
  for (char& c : capitals)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  if (capitals == "MARKOV" || capitals == "BAYES") return cat("write ", capitals, " in capitals");
  if (word == "MAR" || word == "PR" || word == "MPE")
    return cat("this is a ", word, " result; give the model that it is of");
  if (word.find_first_not_of("0123456789") == std::string_view::npos)
    return "a model of libDAI begins with a number: name such a file .fg";
  return "give a model in the UAI format";
}

/// `last_factor` holds the last factor that each variable was in.
std::vector<int> parse_scope(Tokens& tokens, int factor, std::vector<int>& last_factor) {
  std::vector<int> scope(static_cast<std::size_t>(tokens.count("the number of variables")));
  for (int& v : scope) {
    v = tokens.integer("a variable", 0, static_cast<int>(last_factor.size()) - 1);
    int& last = last_factor[static_cast<std::size_t>(v)];
    if (last == factor)
      tokens.fail(cat("variable ", v, " is twice in the scope"), "a factor joins different variables");
    last = factor;
  }
  return scope;
}

}  // namespace

TableModel parse_uai(std::string_view text, const std::string& name) {
  Tokens tokens(text, name);
  TableModel model;
  const std::string_view kind = tokens.word("MARKOV or BAYES");
  if (kind != "MARKOV" && kind != "BAYES")
    tokens.fail(cat("a .uai file begins with MARKOV or BAYES, this one with '", detail::excerpt(kind), "'"),
                mend_beginning(kind));
  model.kind = kind == "MARKOV" ? TableModel::Kind::markov : TableModel::Kind::bayes;

  model.states.resize(static_cast<std::size_t>(tokens.count("the number of variables")));
  std::size_t states = 0;  // a state of a variable in a factor has entries in the file: two bytes and more
  for (int& n : model.states) {
    n = tokens.integer("a number of states", 1, formats::most_states);
    if ((states += static_cast<std::size_t>(n)) > most_free_states + tokens.bytes())
      tokens.fail(cat("the variables have ", states, " states so far, more than a file of ", tokens.bytes(),
                      " bytes has tables for"),
                  "it is truncated, or a number of states is wrong");
  }
  // A factor takes three words: the size of its scope, the size of its table, an entry.
  model.factors.resize(static_cast<std::size_t>(tokens.count("the number of factors", 3)));
  std::vector<int> last_factor(model.states.size(), -1);
  for (std::size_t a = 0; a < model.factors.size(); ++a) {
    tokens.enter("the scope of factor", a);
    model.factors[a].scope = parse_scope(tokens, static_cast<int>(a), last_factor);
  }
  for (std::size_t a = 0; a < model.factors.size(); ++a) {
    tokens.enter("the table of factor", a);
    TableModel::Factor& f = model.factors[a];
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
    f.values.resize(static_cast<std::size_t>(entries));
    for (double& value : f.values) value = tokens.entry("an entry");
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

  if (words == 0) return {};
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
