// From beliefs to one joint state.
#include <algorithm>
#include <cmath>
#include <optional>
#include <queue>

#include "inference/exact/log_tables.hpp"
#include "inference/joint_state.hpp"
#include "unfurl/at.hpp"
#include "unfurl/extend/factor.hpp"
#include "unfurl/inference.hpp"

namespace unfurl {

namespace {

using inference::JointState;
using inference::Value;

/// Decides variable after variable, each next to those that are decided where there is one, the surest first. A state that
/// no joint state of a factor allows, given what is decided, is avoided; among states that a belief does not tell apart, the
/// one that goes best with what is decided is taken, so that ties are broken jointly.
class Conditioning {
 public:
  Conditioning(const JointState& model, const std::vector<std::vector<double>>& beliefs)
      : model_(model), beliefs_(beliefs), states_(beliefs.size(), -1) {}

  std::vector<int> decide() {
    std::vector<int> surest(beliefs_.size());
    for (std::size_t v = 0; v < surest.size(); ++v) surest[v] = static_cast<int>(v);
    std::stable_sort(surest.begin(), surest.end(), [&](int a, int b) { return certainty(a) > certainty(b); });
    std::priority_queue<std::pair<double, int>> next;  // neighbours of what is decided; the first of equals
    for (const int first : surest)
      for (next.emplace(certainty(first), -first); !next.empty();) {
        const int v = -next.top().second;
        next.pop();
        if (states_[at(v)] >= 0) continue;
        states_[at(v)] = best(v);
        for (const std::size_t f : model_.factors_of(v))
          for (const int u : model_.factors()[f].scope)
            if (states_[at(u)] < 0) next.emplace(certainty(u), -u);
      }
    return states_;
  }

 private:
  double certainty(int v) const { return *std::max_element(beliefs_[at(v)].begin(), beliefs_[at(v)].end()); }

  int best(int v) {
    constexpr double equal = 1e-9;  // relative difference of beliefs that iterations leave
    std::vector<Value> at_best(beliefs_[at(v)].size());
    for (const std::size_t f : model_.factors_of(v)) {
      const std::vector<double> most = model_.best_given(f, states_, v);
      for (std::size_t s = 0; s < most.size(); ++s) at_best[s].add(most[s]);
    }
    int chosen = -1;
    double belief = 0;  // the largest among states with as few violations
    const auto better = [&](std::size_t s) {
      if (chosen < 0) return true;
      const Value &mine = at_best[s], &best = at_best[at(chosen)];
      if (mine.violations != best.violations) return mine.violations < best.violations;
      const double p = beliefs_[at(v)][s];
      if (std::abs(p - belief) > equal * std::max(p, belief)) return p > belief;
      return mine.sum > best.sum;
    };
    for (std::size_t s = 0; s < at_best.size(); ++s)
      if (better(s)) {
        chosen = static_cast<int>(s);
        belief = beliefs_[at(v)][s];
      }
    return chosen;
  }

  const JointState& model_;
  const std::vector<std::vector<double>>& beliefs_;
  std::vector<int> states_;
};

std::vector<int> likeliest(const std::vector<std::vector<double>>& beliefs) {
  std::vector<int> states;
  for (const auto& p : beliefs)
    states.push_back(static_cast<int>(std::max_element(p.begin(), p.end()) - p.begin()));
  return states;
}

}  // namespace

Decoded decode(const Model& model, const std::vector<std::vector<double>>& beliefs, const Dataset& data,
               int sample) {
  const junction::ModelScopes scopes = junction::scopes_of(model);
  bool fits = beliefs.size() == scopes.states.size();
  for (std::size_t v = 0; v < beliefs.size() && fits; ++v) fits = beliefs[v].size() == at(scopes.states[v]);
  if (!fits)
    throw DataError(detail::cat("beliefs about ", beliefs.size(), " variables are no beliefs about the ",
                                scopes.states.size(), " of model '", model.name(), "' and their states"),
                    "", "give one probability for every state of every variable");
  Decoded result;
  result.states = likeliest(beliefs);
  constexpr double most_entries = 1 << 27;
  double entries = 0;
  for (const junction::Scope& s : scopes.factors) entries += junction::joint_states(scopes.states, s);
  if (entries > most_entries) return result;

  for (const auto& f : model.factors())
    if (!has(f.spec.type->serves(), Serves::log_table)) return result;
  std::optional<junction::LogTables> tables;
  try {
    tables.emplace(model, ParameterValues{}, data, sample);
  } catch (const ModelError&) {  // a factor of too many variables for a table
    return result;
  }
  JointState joint(scopes.states, tables->potentials(model, scopes));
  joint.set(result.states);
  const Value value = joint.value();
  joint.set(Conditioning(joint, beliefs).decide());
  if (joint.value() < value) joint.set(result.states);
  result.optimal = joint.improve();
  result.states = joint.states();
  result.log_value = joint.value().log_value();
  return result;
}

}  // namespace unfurl
