// libDAI's factor graphs: blocks of labels, states and the entries that are not zero.
#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "formats/tokens.hpp"

namespace unfurl {

using detail::cat;
using formats::Tokens;

namespace {

/// Entries that tables may have beside one for every byte of the file: those that are not listed take no bytes.
constexpr std::size_t most_free_entries = 1 << 20;

/// What is known of a label so far.
struct Label {
  int states = 0;
  int last_factor = -1;
  int number = 0;  ///< of its variable, at the end
};

}  // namespace

TableModel parse_fg(std::string_view text, const std::string& name) {
  Tokens tokens(text, name, true);
  constexpr int any = std::numeric_limits<int>::max();
  std::map<int, Label> labels;
  TableModel model;
  const double most_entries = static_cast<double>(most_free_entries + tokens.bytes());
  double total = 0;
  // A factor takes two words: the number of its variables, the number of its entries.
  model.factors.resize(static_cast<std::size_t>(tokens.count("the number of factors", 2)));
  std::vector<Label*> scope_labels;
  for (std::size_t a = 0; a < model.factors.size(); ++a) {
    tokens.enter("factor", a);
    std::vector<int>& scope = model.factors[a].scope;
    scope.resize(static_cast<std::size_t>(tokens.count("the number of variables", 2)));
    scope_labels.clear();
    for (int& v : scope) {
      v = tokens.integer("a variable", 0, any);
      Label& label = labels[v];
      if (label.last_factor == static_cast<int>(a))
        tokens.fail(cat("variable ", v, " is twice in factor ", a), "a factor joins different variables");
      label.last_factor = static_cast<int>(a);
      scope_labels.push_back(&label);
    }
    double size = 1;
    for (std::size_t k = 0; k < scope.size(); ++k) {
      const int n = tokens.integer("a number of states", 1, formats::most_states);
      int& known = scope_labels[k]->states;
      if (known != 0 && known != n)
        tokens.fail(
            cat("variable ", scope[k], " has ", n, " states in factor ", a, ", but ", known, " before"),
            "give a variable the same number of states everywhere");
      known = n;
      size *= n;
    }
    if ((total += size) > most_entries)
      tokens.fail(cat("the tables up to factor ", a, " have ", total, " entries, more than the ",
                      most_entries, " that a file of ", tokens.bytes(), " bytes may have"),
                  "join fewer variables, or variables with fewer states");
    std::vector<double>& values = model.factors[a].values;
    values.resize(static_cast<std::size_t>(size), 0);
    std::vector<bool> given(values.size(), false);
    const int entries = tokens.count("the number of entries", 2);
    for (int i = 0; i < entries; ++i) {
      const auto entry = static_cast<std::size_t>(
          tokens.integer("the index of an entry", 0, static_cast<int>(values.size()) - 1));
      if (given[entry])
        tokens.fail(cat("factor ", a, " lists entry ", entry, " twice"), "list each entry once");
      given[entry] = true;
      values[entry] = tokens.entry("an entry");
    }
    std::reverse(scope.begin(), scope.end());  // first variable fastest there, last variable fastest here
  }
  tokens.finish("the last factor");

  for (auto& [name_in_file, label] : labels) {
    label.number = static_cast<int>(model.states.size());
    model.states.push_back(label.states);
  }
  for (auto& f : model.factors)
    for (int& v : f.scope) v = labels.at(v).number;
  return model;
}

std::string to_fg(const TableModel& model) {
  formats::check(model);
  std::string text = fmt::format("{}\n", model.factors.size());
  for (const auto& f : model.factors) {
    std::vector<int> scope(f.scope.rbegin(), f.scope.rend()), states;
    for (const int v : scope) states.push_back(model.states[static_cast<std::size_t>(v)]);
    const auto zeros = std::count(f.values.begin(), f.values.end(), 0.0);
    text += fmt::format("\n{}\n{}\n{}\n{}\n", scope.size(), fmt::join(scope, " "), fmt::join(states, " "),
                        static_cast<std::ptrdiff_t>(f.values.size()) - zeros);
    for (std::size_t i = 0; i < f.values.size(); ++i)
      if (f.values[i] != 0) text += fmt::format("{} {}\n", i, f.values[i]);
  }
  return text;
}

}  // namespace unfurl
