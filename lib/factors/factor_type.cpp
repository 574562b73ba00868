// What every factor type gets for free: messages and expectations from its table, and refusals that say what is served.
#include "factors/factors.hpp"

namespace unfurl {

using detail::cat;
using ir::Builder;
using ir::Value;

namespace {

[[noreturn]] void refuse(const FactorType& type, const FactorGroup& group, const char* what) {
  const auto& f = *group.declaration;
  throw ScheduleError(cat("factor '", f.name, "' of type ", type.name(), " has no ", what), f.where,
                      "choose an algorithm that serves it, or another factor");
}

int states(const FactorGroup& g, std::size_t slot) { return g.declaration->edges.groups[slot].states; }

/// Entry of the joint table -> state of one slot; the last slot is fastest.
ir::Index state_of(const FactorGroup& g, std::size_t slot) {
  const auto& groups = g.declaration->edges.groups;
  int inner = 1;
  for (std::size_t k = slot + 1; k < groups.size(); ++k) inner *= groups[k].states;
  std::vector<int> map(static_cast<std::size_t>(g.declaration->edges.table_size()));
  for (std::size_t i = 0; i < map.size(); ++i) map[i] = static_cast<int>(i) / inner % groups[slot].states;
  return ir::make_index(std::move(map), groups[slot].states);
}

/// A log-ratio as two planes, up to a constant: (0, ratio) below zero and (-ratio, 0) above, so that certainty (an
/// infinite ratio) becomes an impossible state and not infinite weight.
Value both_states(Builder& b, Value ratio) {
  const Value above = b.above(ratio, 0);
  const Value for_one = b.gate(ratio, b.emit("one_minus", {above})), for_zero = b.neg(b.gate(ratio, above));
  return b.add(b.segment_sum_planes(for_one, ir::make_index({1}, 2)),
               b.segment_sum_planes(for_zero, ir::make_index({0}, 2)));
}
/// Two planes as a log-ratio.
Value ratio(Builder& b, Value two) { return b.sub(b.plane(two, 1), b.plane(two, 0)); }

/// What every slot says about every joint state.
std::vector<Value> over_joint_states(Builder& b, const FactorGroup& g, const std::vector<Value>& incoming) {
  std::vector<Value> spread;
  for (std::size_t k = 0; k < incoming.size(); ++k)
    spread.push_back(
        b.gather_planes(states(g, k) == 2 ? both_states(b, incoming[k]) : incoming[k], state_of(g, k)));
  return spread;
}

/// first combined with all of `others` but one, for each: from the products of those before and of those after it.
template <class Combine>
std::vector<Value> all_but_one(Value first, const std::vector<Value>& others, Combine combine) {
  const std::size_t n = others.size();
  std::vector<Value> result(n);
  Value before = first, after;
  for (std::size_t k = 0; k < n; ++k) {
    result[k] = before;
    if (k + 1 < n) before = combine(before, others[k]);
  }
  for (std::size_t k = n; k-- > 1;) {
    after = after ? combine(after, others[k]) : others[k];
    result[k - 1] = combine(result[k - 1], after);
  }
  return result;
}

}  // namespace

FactorGroup FactorGroup::choose(Builder& b, const std::vector<int>& factors) const {
  FactorGroup chosen = *this;
  chosen.count = static_cast<int>(factors.size());
  const auto rows = [&](Value& v) {
    if (v && b.type(v).rows != 1) v = b.gather_rows(v, ir::make_index(factors, b.type(v).rows));
  };
  for (Value& v : chosen.args) rows(v);
  rows(chosen.power);
  return chosen;
}

Value FactorGroup::raise(Builder& b, Value log_potential) const {
  return power ? b.log_power(log_potential, power) : log_potential;
}

Value FactorType::log_table(Builder&, const FactorGroup& group) const {
  refuse(*this, group, "table of log-potentials");
}

std::vector<Value> FactorType::messages(Builder& b, const FactorGroup& group,
                                        const std::vector<Value>& incoming) const {
  const Value table = group.raise(b, log_table(b, group));
  const std::size_t n = group.declaration->edges.slots.size();
  if (n == 1) return {states(group, 0) == 2 ? ratio(b, table) : table};
  if (n == 2 && group.semiring == Semiring::sum && !b.type(table).lanes && states(group, 0) > 2 &&
      states(group, 1) > 2)
    return {b.table_message(table, incoming[1]), b.table_message(table, incoming[0], true)};
  const auto joint = all_but_one(table, over_joint_states(b, group, incoming),
                                 [&](Value x, Value y) { return b.add(x, y); });
  std::vector<Value> result;
  for (std::size_t k = 0; k < n; ++k) {
    const ir::Index index = state_of(group, k);
    const Value message = group.semiring == Semiring::max ? b.segment_max_planes(joint[k], index)
                                                          : b.segment_log_sum_exp_planes(joint[k], index);
    result.push_back(states(group, k) == 2 ? ratio(b, message) : message);
  }
  return result;
}

Value FactorType::log_partition(Builder& b, const FactorGroup& group,
                                const std::vector<Value>& incoming) const {
  Value joint = group.raise(b, log_table(b, group));
  for (Value v : over_joint_states(b, group, incoming)) joint = b.add(joint, v);
  return group.semiring == Semiring::max ? b.max_planes(joint) : b.log_sum_exp_planes(joint);
}

std::vector<Value> FactorType::mean_field(Builder& b, const FactorGroup& group,
                                          const std::vector<Value>& beliefs) const {
  constexpr double impossible = -1e30;  // times a probability of 0 it is 0
  const std::size_t n = group.declaration->edges.slots.size();
  Value table = group.raise(b, log_table(b, group));
  std::vector<Value> spread, result;
  if (n > 1) table = b.floor_at(table, impossible);
  for (std::size_t k = 0; k < n && n > 1; ++k) {
    Value q = beliefs[k];
    if (states(group, k) == 2)
      q = b.add(b.segment_sum_planes(q, ir::make_index({1}, 2)),
                b.segment_sum_planes(b.emit("one_minus", {q}), ir::make_index({0}, 2)));
    spread.push_back(b.gather_planes(q, state_of(group, k)));
  }
  const auto joint = n > 1 ? all_but_one(table, spread, [&](Value x, Value y) { return b.mul(x, y); })
                           : std::vector<Value>{table};
  for (std::size_t k = 0; k < n; ++k) {
    const Value expected = n == 1 ? joint[k] : b.segment_sum_planes(joint[k], state_of(group, k));
    result.push_back(states(group, k) == 2 ? ratio(b, expected) : expected);
  }
  return result;
}

Value FactorType::energy(Builder&, const FactorGroup&) const { return {}; }
Value FactorType::proximal(Builder&, const FactorGroup&, Value, Value, Domain) const { return {}; }

namespace factors {

void check_argument(const Model::FactorDeclaration& f, std::size_t arg, std::vector<int> planes) {
  const ir::Type& t = f.spec.args.at(arg).type();
  bool fits = t.rows == 1 || t.rows == f.edges.count();
  bool known = false;
  std::string allowed;
  for (int p : planes) {
    known = known || t.planes == p;
    allowed += cat(allowed.empty() ? "" : " or ", p);
  }
  if (fits && known) return;
  throw ModelError(
      cat(f.spec.type->name(), " argument '", f.spec.args[arg].node().text, "' of factor '", f.name,
          "' has shape ", to_string(t), "; it needs ", allowed, " planes and ", f.edges.count(),
          " rows (one per factor) or 1"),
      f.where,
      "declare the parameter with per_edge(...), table(...) or as a scalar; data one entry per factor");
}

void check_scope(const Model::FactorDeclaration& f, int arity, int states) {
  if (f.edges.arity() != arity)
    throw ModelError(
        cat("factor '", f.name, "' joins ", f.edges.arity(), " variables each; ", f.spec.type->name(),
            " joins ", arity),
        f.where, arity == 1 ? "use each(x)" : "use an edge set of pairs, like grid4(x) or pairs(x, list)");
  for (const Discrete& g : f.edges.groups)
    if (states != 0 && g.states != states)
      throw ModelError(cat("factor '", f.name, "' joins '", g.name, "' with ", g.states, " states; ",
                           f.spec.type->name(), " needs binary variables"),
                       f.where,
                       cat("declare it with m.discrete(\"", g.name, "\", {...}, 2), or use Potts or Table"));
}

void check_no_scope(const Model::FactorDeclaration& f) {
  if (f.edges.arity() != 0)
    throw ModelError(
        cat("factor '", f.name, "' of type ", f.spec.type->name(), " joins latents, not discrete variables"),
        f.where, "leave the edge set out");
}

}  // namespace factors
}  // namespace unfurl
