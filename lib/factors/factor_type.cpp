// What every factor type gets for free: messages and expectations from its table, and refusals that say what is served.
#include "core/guards.hpp"
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

ir::Index state_of(const FactorGroup& g, std::size_t slot) {
  return unfurl::state_of(g.declaration->edges, slot);
}

/// What every slot says about every joint state.
std::vector<Value> over_joint_states(Builder& b, const FactorGroup& g, const std::vector<Value>& incoming) {
  std::vector<Value> spread;
  for (std::size_t k = 0; k < incoming.size(); ++k)
    spread.push_back(
        b.gather_planes(states(g, k) == 2 ? both_states(b, incoming[k]) : incoming[k], state_of(g, k)));
  return spread;
}

/// The beliefs about every slot, as probabilities of its states, at every joint state.
std::vector<Value> probabilities_of_joint_states(Builder& b, const FactorGroup& g,
                                                 const std::vector<Value>& beliefs) {
  std::vector<Value> spread;
  for (std::size_t k = 0; k < beliefs.size(); ++k)
    spread.push_back(b.gather_planes(beliefs[k], state_of(g, k)));
  return spread;
}

/// Powered log-potentials with all messages, at every joint state.
Value joint(Builder& b, const FactorGroup& g, Value table, const std::vector<Value>& incoming) {
  Value sum = g.raise(b, table);
  for (Value v : over_joint_states(b, g, incoming)) sum = b.add(sum, v);
  return sum;
}

/// Messages through pairwise tables that all samples share are products of matrices.
bool by_matrix_product(Builder& b, const FactorGroup& g, Value table) {
  return g.declaration->edges.arity() == 2 && g.semiring == Semiring::sum && !b.type(table).lanes &&
         states(g, 0) > 2 && states(g, 1) > 2;
}

/// A message as a log-ratio, through tables of two binary variables.
Value pair_message(Builder& b, const FactorGroup& g, Value table, Value incoming, bool to_second) {
  return b.pair_message(table, incoming, to_second, g.semiring == Semiring::max);
}

/// first (or nothing) combined with all of `others` but one, for each: from the products of those before and after it.
template <class Combine>
std::vector<Value> all_but_one(Value first, const std::vector<Value>& others, Combine combine) {
  const std::size_t n = others.size();
  std::vector<Value> result(n);
  Value before = first, after;
  for (std::size_t k = 0; k < n; ++k) {
    result[k] = before;
    if (k + 1 < n) before = before ? combine(before, others[k]) : others[k];
  }
  for (std::size_t k = n; k-- > 1;) {
    after = after ? combine(after, others[k]) : others[k];
    result[k - 1] = result[k - 1] ? combine(result[k - 1], after) : after;
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
  return power ? b.multiply_no_nan(log_potential, power) : log_potential;
}

Value FactorType::log_table(Builder&, const FactorGroup& group) const {
  refuse(*this, group, "table of log-potentials");
}

std::vector<Value> FactorType::messages(Builder& b, const FactorGroup& group,
                                        const std::vector<Value>& incoming) const {
  const Value table = group.raise(b, log_table(b, group));
  const std::size_t n = group.declaration->edges.slots.size();
  if (n == 1) return {states(group, 0) == 2 ? log_ratio(b, table) : table};
  if (by_matrix_product(b, group, table))
    return {b.table_message(table, incoming[1]), b.table_message(table, incoming[0], true)};
  if (n == 2 && states(group, 0) == 2 && states(group, 1) == 2)
    return {pair_message(b, group, table, incoming[1], false),
            pair_message(b, group, table, incoming[0], true)};
  const auto others = all_but_one(table, over_joint_states(b, group, incoming),
                                  [&](Value x, Value y) { return b.add(x, y); });
  std::vector<Value> result;
  for (std::size_t k = 0; k < n; ++k) {
    const ir::Index index = state_of(group, k);
    const Value message = group.semiring == Semiring::max ? b.segment_max_planes(others[k], index)
                                                          : b.segment_log_sum_exp_planes(others[k], index);
    result.push_back(states(group, k) == 2 ? log_ratio(b, message) : message);
  }
  return result;
}

Value FactorType::log_partition(Builder& b, const FactorGroup& group,
                                const std::vector<Value>& incoming) const {
  const Value table = log_table(b, group);
  if (by_matrix_product(b, group, table))
    return b.log_sum_exp_planes(b.add(incoming[0], b.table_message(group.raise(b, table), incoming[1])));
  const Value all = joint(b, group, table, incoming);
  return group.semiring == Semiring::max ? b.max_planes(all) : b.log_sum_exp_planes(all);
}

Value FactorType::marginal(Builder& b, const FactorGroup& group, const std::vector<Value>& incoming) const {
  const Value all = joint(b, group, log_table(b, group), incoming);
  return b.exp(b.normalize_planes(all));
}

Value FactorType::expectation(Builder& b, const FactorGroup& group, const std::vector<Value>& beliefs) const {
  Value p;
  for (Value q : probabilities_of_joint_states(b, group, beliefs)) p = p ? b.mul(p, q) : q;
  const Value sum = b.multiply_no_nan(log_table(b, group), p);
  const ir::Type t = b.type(sum);
  return b.sum_to(sum, {1, t.rows, t.lanes});
}

std::vector<Expected> FactorType::mean_field(Builder& b, const FactorGroup& group,
                                             const std::vector<Value>& beliefs) const {
  const std::size_t n = group.declaration->edges.slots.size();
  const Value table = group.raise(b, log_table(b, group));
  const bool zeros = may_be_impossible(b.graph(), table);
  const Value finite = zeros ? b.zero_if_infinite(table) : table;
  const Value forbidden = zeros ? b.one_minus(possible(b, table)) : Value{};
  const auto others = all_but_one(Value{}, probabilities_of_joint_states(b, group, beliefs),
                                  [&](Value x, Value y) { return b.mul(x, y); });
  const auto expected = [&](Value of, std::size_t k) {
    return b.segment_sum_planes(others[k] ? b.mul(of, others[k]) : of, state_of(group, k));
  };
  std::vector<Expected> result;
  for (std::size_t k = 0; k < n; ++k) {
    const Value sums = expected(finite, k);
    result.push_back({states(group, k) == 2 ? log_ratio(b, sums) : sums});
    if (zeros) result.back().impossible = expected(forbidden, k);
  }
  return result;
}

std::string FactorType::objection(const Model::FactorDeclaration&,
                                  const std::vector<std::vector<double>>&) const {
  return "";
}

Quadratic FactorType::quadratic(Builder&, const FactorGroup& group) const {
  refuse(*this, group, "quadratic log-potential of real variables");
}

std::vector<Value> FactorType::gaussian_messages(Builder& b, const FactorGroup& group,
                                                 const std::vector<Value>& incoming) const {
  const Quadratic q = quadratic(b, group);
  std::vector<Value> result;
  for (std::size_t k = 0; k < 2; ++k) {
    const std::size_t other = 1 - k;
    b.origin = factors::needs_precision(group, other);
    const Value precision = b.positive_only(b.add(q.precision[other], b.plane(incoming[other], 0)));
    b.origin = group.declaration->describe();
    const Value gain = b.div(q.coupling, precision);
    const Value potential = b.add(q.potential[other], b.plane(incoming[other], 1));
    result.push_back(two_planes(b, b.sub(q.precision[k], b.mul(q.coupling, gain)),
                                b.sub(q.potential[k], b.mul(gain, potential))));
  }
  return result;
}

Value FactorType::energy(Builder&, const FactorGroup& group) const { refuse(*this, group, "energy"); }
double FactorType::curvature(const Model::FactorDeclaration&) const { return 0; }
Value FactorType::proximal(Builder&, const FactorGroup& group, Value, Value, Domain) const {
  refuse(*this, group, "proximal map");
}
ir::Index FactorType::groups(const Model::FactorDeclaration&) const { return nullptr; }
Value FactorType::posterior_mean(Builder&, const FactorGroup& group, Value, Value) const {
  refuse(*this, group, "posterior mean");
}

bool gives_table(const Model::FactorDeclaration& f) {
  double size = 1;
  for (const auto& g : f.edges.groups) size *= g.states;
  return has(f.spec.type->serves(), Serves::log_table) && !f.edges.complete &&
         size <= guards::most_joint_states_on_request;
}

namespace factors {

void check_argument(const Model::FactorDeclaration& f, std::size_t arg, const std::vector<int>& planes) {
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
  for (const VariableGroup& g : f.edges.groups)
    if (states != 0 && g.states != states)
      throw ModelError(cat("factor '", f.name, "' joins '", g.name, "' with ", g.states, " states; ",
                           f.spec.type->name(), " needs binary variables"),
                       f.where,
                       cat("declare it with m.discrete(\"", g.name, "\", {...}, 2), or use Potts or Table"));
}

std::string needs_precision(const FactorGroup& g, std::size_t slot) {
  return cat(g.declaration->describe(), ", where what the other factors say about '",
             g.declaration->edges.groups[slot].name, "' leaves it no positive precision");
}

void check_no_scope(const Model::FactorDeclaration& f) {
  if (f.edges.arity() != 0)
    throw ModelError(
        cat("factor '", f.name, "' of type ", f.spec.type->name(), " joins latents, not discrete variables"),
        f.where, "leave the edge set out");
}

}  // namespace factors
}  // namespace unfurl
