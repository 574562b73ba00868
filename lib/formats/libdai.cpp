// libDAI's factor graphs: blocks of labels, states and the entries that are not zero.
#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "formats/tokens.hpp"

namespace unfurl {

using detail::cat;
using formats::Tokens;

TableModel parse_fg(std::string_view text, const std::string& name) {
  Tokens tokens(text, name, true);
  constexpr int any = std::numeric_limits<int>::max();
  std::map<int, int> states;  // by label
  TableModel model;
  double total = 0;
  const int factors = tokens.count("the number of factors");
  for (int a = 0; a < factors; ++a) {
    tokens.enter(cat("factor ", a));
    std::vector<int> scope(static_cast<std::size_t>(tokens.count("the number of variables", 2)));
    for (std::size_t k = 0; k < scope.size(); ++k) {
      scope[k] = tokens.integer("a variable", 0, any);
      if (std::find(scope.begin(), scope.begin() + static_cast<std::ptrdiff_t>(k), scope[k]) !=
          scope.begin() + static_cast<std::ptrdiff_t>(k))
        tokens.fail(cat("variable ", scope[k], " is twice in factor ", a),
                    "a factor joins different variables");
    }
    double size = 1;
    for (const int v : scope) {
      const int n = tokens.integer("a number of states", 1, formats::most_states);
      if (const auto [known, added] = states.emplace(v, n); !added && known->second != n)
        tokens.fail(
            cat("variable ", v, " has ", n, " states in factor ", a, ", but ", known->second, " before"),
            "give a variable the same number of states everywhere");
      size *= n;
    }
    if ((total += size) > formats::most_entries)
      tokens.fail(
          cat("the tables up to factor ", a, " have ", total, " entries, more than memory has room for"),
          "join fewer variables, or variables with fewer states");
    std::vector<double> values(static_cast<std::size_t>(size), 0);
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
    model.factors.push_back({std::move(scope), std::move(values)});
  }
  tokens.finish("the last factor");

  std::map<int, int> number;
  double marginals = 0;
  for (const auto& [label, n] : states) {
    number.emplace(label, static_cast<int>(number.size()));
    model.states.push_back(n);
    marginals += n;
  }
  if (marginals > formats::most_entries)
    tokens.fail("the variables have more states than memory has room for", "check the numbers of states");
  for (auto& f : model.factors)
    for (int& v : f.scope) v = number.at(v);
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
