// From tables and evidence to a model: slices, groups, and the way back.
#include <algorithm>
#include <cmath>
#include <deque>
#include <optional>

#include "formats/tokens.hpp"
#include "unfurl/at.hpp"
#include "unfurl/factors.hpp"

namespace unfurl {

using detail::cat;

namespace {

using Factor = TableModel::Factor;

/// The factor over its variables whose state is not known: entries that agree with what is, in the same order.
Factor slice(const Factor& f, const std::vector<int>& states, const std::vector<std::optional<int>>& known) {
  Factor result;
  for (const int v : f.scope)
    if (!known[at(v)]) result.scope.push_back(v);
  std::vector<int> joint(f.scope.size(), 0);
  for (const double value : f.values) {
    bool agrees = true;
    for (std::size_t k = 0; k < joint.size(); ++k) {
      const std::optional<int> seen = known[at(f.scope[k])];
      agrees = agrees && (!seen || *seen == joint[k]);
    }
    if (agrees) result.values.push_back(value);
    for (std::size_t k = joint.size(); k-- > 0;) {  // the next joint state, last variable fastest
      if (++joint[k] < states[at(f.scope[k])]) break;
      joint[k] = 0;
    }
  }
  return result;
}

[[noreturn]] void refuse_zero(std::size_t number, const Factor& f, const Evidence& evidence) {
  std::string observed;
  for (const int v : f.scope)
    if (const auto seen = evidence.find(v); seen != evidence.end())
      observed += cat(observed.empty() ? "" : ", ", v, " in state ", seen->second);
  if (observed.empty())
    throw DataError(cat("no joint state is possible: all entries of factor ", number, " are zero"), "",
                    "check the tables of the model");
  throw DataError(
      cat("the evidence has probability zero: factor ", number, " is zero with variable ", observed), "",
      "check the evidence, or the zeros of the model");
}

/// Declares a group of variables for every number of states, and a group of factors for every row of such groups.
void declare(ConditionedModel& c, const std::vector<const Factor*>& factors) {
  std::map<int, std::vector<int>> alike_variables;
  for (std::size_t v = 0; v < c.states.size(); ++v)
    if (!c.known[v]) alike_variables[c.states[v]].push_back(static_cast<int>(v));
  std::vector<Discrete> handles;
  std::vector<std::size_t> group(c.states.size(), 0);
  std::vector<int> member(c.states.size(), 0);
  int place = 0;
  for (const auto& [states, members] : alike_variables) {
    handles.push_back(c.model.discrete(cat("states_", states), {static_cast<int>(members.size())}, states));
    for (std::size_t i = 0; i < members.size(); ++i) {
      const std::size_t v = at(members[i]);
      group[v] = handles.size() - 1;
      member[v] = static_cast<int>(i);
      c.place[v] = place++;
    }
  }
  std::map<std::vector<std::size_t>, std::vector<const Factor*>> alike;
  for (const Factor* f : factors) {
    std::vector<std::size_t> joined;
    for (const int v : f->scope) joined.push_back(group[at(v)]);
    alike[joined].push_back(f);
  }
  for (const auto& [joined, members] : alike) {
    std::vector<Discrete> variables;
    std::string name = "over";
    for (const std::size_t g : joined) {
      variables.push_back(handles[g]);
      name += cat("_", handles[g].states);
    }
    std::vector<std::vector<int>> scopes;
    const std::size_t entries = members.front()->values.size();
    std::vector<double> values(entries * members.size());
    for (std::size_t i = 0; i < members.size(); ++i) {
      scopes.emplace_back();
      for (const int v : members[i]->scope) scopes.back().push_back(member[at(v)]);
      for (std::size_t entry = 0; entry < entries; ++entry)
        values[entry * members.size() + i] = members[i]->values[entry];
    }
    const Edges edges = tuples(variables, scopes);
    const Param table = c.model.param("table_" + name, table_per_edge(edges), std::move(values), nonneg);
    c.model.factor(name, edges, Table{log(table)});  // a zero is -inf there, as it must be
  }
}

}  // namespace

double log_value(const TableModel& model, const std::vector<int>& states) {
  double sum = 0;
  for (const Factor& f : model.factors) {
    std::size_t entry = 0;
    for (const int v : f.scope) entry = entry * at(model.states.at(at(v))) + at(states.at(at(v)));
    sum += std::log(f.values.at(entry));
  }
  return sum;
}

ConditionedModel condition(const TableModel& tables, const Evidence& evidence) {
  formats::check(tables);
  const std::size_t n = tables.states.size();
  using Known = std::vector<std::optional<int>>;
  ConditionedModel c{Model("tables"), 0, tables.states, Known(n), Known(n)};
  for (std::size_t v = 0; v < n; ++v)
    if (c.states[v] == 1) c.known[v] = 0;
  for (const auto& [v, state] : evidence) {
    if (v < 0 || at(v) >= n)
      throw DataError(cat("variable ", v, " is observed, but there are ", n), "", "variables count from 0");
    if (state < 0 || state >= c.states[at(v)])
      throw DataError(cat("variable ", v, " is observed in state ", state, ", but has ", c.states[at(v)]), "",
                      "states count from 0");
    c.known[at(v)] = state;
  }
  std::deque<Factor> slices;  // factors of open variables alone stay where they are
  std::vector<const Factor*> factors;
  for (std::size_t a = 0; a < tables.factors.size(); ++a) {
    const Factor& whole = tables.factors[a];
    const bool open =
        std::all_of(whole.scope.begin(), whole.scope.end(), [&](int v) { return !c.known[at(v)]; });
    const Factor& f = open ? whole : slices.emplace_back(slice(whole, c.states, c.known));
    if (std::all_of(f.values.begin(), f.values.end(), [](double value) { return value == 0; }))
      refuse_zero(a, whole, evidence);
    if (f.scope.empty())
      c.log_constant += std::log(f.values.front());
    else
      factors.push_back(&f);
  }
  declare(c, factors);
  return c;
}

std::vector<std::vector<double>> ConditionedModel::all_marginals(
    const std::vector<std::vector<double>>& marginals) const {
  std::vector<std::vector<double>> result;
  for (std::size_t v = 0; v < states.size(); ++v) {
    if (place[v]) {
      result.push_back(marginals.at(at(*place[v])));
      continue;
    }
    result.emplace_back(at(states[v]), 0.0);
    result.back()[at(known[v].value())] = 1;
  }
  return result;
}

std::vector<int> ConditionedModel::all_states(const std::vector<int>& inferred) const {
  std::vector<int> result;
  for (std::size_t v = 0; v < states.size(); ++v)
    result.push_back(place[v] ? inferred.at(at(*place[v])) : known[v].value());
  return result;
}

std::vector<int> ConditionedModel::sequence() const {
  std::vector<int> result;
  for (const std::optional<int>& p : place)
    if (p) result.push_back(*p);
  return result;
}

}  // namespace unfurl
