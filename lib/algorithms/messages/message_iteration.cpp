#include "algorithms/messages/message_iteration.hpp"

#include <numeric>

#include "algorithms/discrete.hpp"
#include "unfurl/at.hpp"

namespace unfurl::algorithms {

using detail::cat;
using ir::Value;

MessageIteration::MessageIteration(const MessagePassing& options, StepContext& c, State state)
    : o_(options), c_(c), b_(c.builder()), layout_(c.layout()), state_(std::move(state)) {
  const std::size_t n = layout_.variables.size();
  const Value cold = coldness(o_, c);
  for (std::size_t v = 0; v < n; ++v) unary_.push_back(unary_of(c, v, cold));
  weight_.resize(n);
  multiplicity_ = multiplicities(o_, c);
  for (const auto& factors : layout_.joint) {
    group_.push_back(c.group(factors.declaration));
    group_.back().semiring = o_.semiring;
    group_.back().power = cold;
    if (!o_.multiplicity.empty()) group_.back().power = power_of(o_, c, *group_.back().declaration);
  }
  if (o_.message_weights == MessageWeights::shared)
    weight_ = over_edges(c, [&](const auto& f) { return c.parameter(weight_of_type(o_, f)); });
  if (o_.message_weights == MessageWeights::single)
    weight_ = over_edges(c, [&](const auto&) { return c.parameter(o_.prefix + ".weight"); });
  if (o_.message_weights == MessageWeights::per_edge)
    for (std::size_t v = 0; v < n; ++v)
      if (layout_.variables[v].edges > 0) weight_[v] = c.parameter(weight_of_edges(o_, layout_.variables[v]));
  if (o_.damping != 0) damping_ = c.parameter(o_.prefix + ".damping");
  if (o_.scale) scale_ = c.parameter(o_.prefix + ".scale");
  if (o_.offset) offset_ = c.parameter(o_.prefix + ".offset");
}

State MessageIteration::sweep(const Sweep& sweep) {
  const std::size_t n = layout_.variables.size();
  plan(sweep);
  laid_out_ = sweep.laid_out(b_, group_);
  for (std::size_t v = 0; v < n; ++v) {
    const Value carried = state_[entries * v + damped], fresh = state_[entries * v + undamped];
    messages_.emplace_back(b_, carried, sweep.edges[v]);
    fresh_.emplace_back(b_, fresh, sweep.edges[v]);
    evidence_.emplace_back(b_, o_.evidence_messages ? state_[entries * v + evidence] : unary_[v],
                           sweep.members[v]);
    own_unary_.emplace_back(b_, unary_[v], sweep.members[v]);
    own_weight_.emplace_back(b_, weight_[v], sweep.edges[v]);
    own_multiplicity_.emplace_back(b_, multiplicity_[v], sweep.edges[v]);
    to_factors_[v].put(b_, [&] { return messages_to_factors(v); });
  }
  for (const Update& u : sweep.updates) update(u);
  for (std::size_t v = 0; v < n; ++v) {
    state_[entries * v + damped] = messages_[v].all();
    if (damping_) state_[entries * v + undamped] = fresh_[v].all();
    if (o_.evidence_messages) state_[entries * v + evidence] = evidence_[v].all();
  }
  return state_;
}

State MessageIteration::sweep(const LayeredSweep& sweep) {
  const std::size_t n = layout_.variables.size();
  laid_out_ = group_;
  for (std::size_t j = 0; j < group_.size(); ++j)
    if (!sweep.factors[j].empty()) laid_out_[j] = group_[j].choose(b_, sweep.factors[j]);
  std::vector<std::vector<int>> every(n);
  for (std::size_t v = 0; v < n; ++v) {
    newest_.emplace_back(layout_.variables[v].edges);
    fresh_.emplace_back(b_, state_[entries * v + undamped], sweep.edges[v]);
    own_weight_.emplace_back(b_, weight_[v], sweep.edges[v]);
    for (int e = 0; e < layout_.variables[v].edges; ++e) every[v].push_back(e);
  }
  int reader = 0;
  for (const FactorLevel& level : sweep.levels) {
    for (const FactorLevel::Part& part : level.parts) newest_[part.group].plan_read(part.near, {reader, 0});
    for (const FactorLevel::Part& part : level.parts) newest_[part.group].plan_replace(part.edges);
    ++reader;
  }
  for (std::size_t v = 0; v < n; ++v) {
    if (every[v].empty()) continue;
    newest_[v].plan_read(every[v], {reader, 0});
    newest_[v].put(b_, [&] { return state_[entries * v + damped]; });
  }
  for (const FactorLevel& level : sweep.levels) update(level);
  for (std::size_t v = 0; v < n; ++v) {
    if (every[v].empty()) continue;
    state_[entries * v + damped] = newest_[v].read(b_);
    if (damping_) state_[entries * v + undamped] = fresh_[v].all();
  }
  return state_;
}

void MessageIteration::update(const FactorLevel& level) {
  std::map<std::size_t, Value> to_factors, before;  // at the edges of the level
  for (const FactorLevel::Part& part : level.parts) {
    const std::size_t v = part.group;
    const Value near = newest_[v].read(b_);
    const Value c = multiplicity_[v] ? take_rows(b_, multiplicity_[v], part.near) : Value{};
    const Value all = messages_to_factors(take_rows(b_, unary_[v], part.members), near, c, part.near_member);
    to_factors[v] = take_rows(b_, all, part.place);
    if (damping_) before[v] = take_rows(b_, near, part.place);
  }
  Sent sent;
  std::map<std::size_t, int> taken;  // rows of to_factors
  for (const Task& task : level.tasks) {
    const FactorGroup g = Sweep::chosen(b_, task, group_[task.joint], laid_out_[task.joint]);
    b_.origin = g.declaration->describe();
    std::vector<Value> incoming;
    for (const int slot : task.slots) {
      const std::size_t v = variables_of(task, static_cast<std::size_t>(slot));
      incoming.push_back(b_.slice_rows(to_factors[v], taken[v], g.count));
      taken[v] += g.count;
    }
    send(g, task.joint, task.slots, incoming, sent);
  }
  for (const FactorLevel::Part& part : level.parts) {
    const std::size_t v = part.group;
    b_.origin = cat(o_.name, " on '", layout_.variables[v].variable.name, "'");
    const auto count = static_cast<int>(part.edges.size());
    Value m = finish(join_rows(b_, std::move(sent[v])),
                     own_weight_[v] ? own_weight_[v].rows(part.first_edge, count) : Value{});
    if (damping_) {
      fresh_[v].put(part.first_edge, m);
      m = damp(b_, damping_, before[v], m);
    }
    newest_[v].put(b_, [&] { return m; });
  }
}

MessageBeliefs MessageIteration::beliefs() {
  MessageBeliefs all{group_, {}, {}, multiplicity_, {}, {}};
  for (const FactorGroup& g : group_)
    all.count.push_back(g.power ? b_.div(b_.constant(1), g.power) : Value{});
  for (std::size_t v = 0; v < layout_.variables.size(); ++v) {
    const int edges = layout_.variables[v].edges;
    const Value fresh = state_[entries * v + undamped], carried = state_[entries * v + damped];
    all.to_factors.push_back(edges > 0 ? messages_to_factors(v) : Value{});
    all.belief.push_back(belief(v, fresh ? fresh : carried));
    all.evidence_belief.push_back(fresh && edges > 0 ? belief(v, carried) : Value{});
  }
  return all;
}

/// Log-beliefs of a variable group.
Value MessageIteration::belief(std::size_t v, Value messages) {
  const auto& group = layout_.variables[v];
  if (group.edges == 0) return unary_[v];
  return b_.add(unary_[v], b_.segment_sum_rows(count(messages, multiplicity_[v]), group.edge_variable));
}

/// Announces what the updates will read and replace.
void MessageIteration::plan(const Sweep& sweep) {
  for (const auto& group : layout_.variables) to_factors_.emplace_back(group.edges);
  for (const Update& u : sweep.updates) {
    for (const Task& task : u.tasks)
      for (std::size_t k = 0; k < layout_.joint[task.joint].slots.size(); ++k)
        if (task.reads(k)) {
          std::vector<int> edges = task.rows;
          const int first = layout_.joint[task.joint].slots[k].first_edge;
          for (int& e : edges) e += first;
          if (task.rows.empty()) {
            edges.resize(at(group_[task.joint].count));
            std::iota(edges.begin(), edges.end(), first);
          }
          to_factors_[variables_of(task, k)].plan_read(edges, {task.reader, k});
        }
    for (const Part& part : u.parts)
      if (!part.edges.empty()) to_factors_[part.group].plan_replace(part.edges);
  }
}

namespace {

Value rows(const LevelRows& array, int first, const std::vector<int>& of) {
  return array.rows(first, static_cast<int>(of.size()));
}
/// Numbers at the edges of a part, where there are any.
Value own(const LevelRows& array, const Part& part) {
  return array ? rows(array, part.first_edge, part.edges) : Value{};
}

}  // namespace

void MessageIteration::update(const Update& u) {
  Sent sent;
  for (const Task& task : u.tasks) {
    const FactorGroup g = Sweep::chosen(b_, task, group_[task.joint], laid_out_[task.joint]);
    b_.origin = g.declaration->describe();
    std::vector<Value> incoming;
    for (std::size_t k = 0; k < layout_.joint[task.joint].slots.size(); ++k) {
      const std::size_t v = variables_of(task, k);
      incoming.push_back(task.reads(k) ? to_factors_[v].read(b_)  // else its own message is not asked for
                                       : nothing(layout_.variables[v].planes, g.count));
    }
    send(g, task.joint, task.slots, incoming, sent);
  }
  for (const Part& part : u.parts) {
    const std::size_t v = part.group;
    b_.origin = cat(o_.name, " on '", layout_.variables[v].variable.name, "'");
    if (!part.edges.empty()) put_messages(part, join_rows(b_, std::move(sent[v])));
    if (o_.evidence_messages) put_evidence(part);
    if (!part.edges.empty())
      to_factors_[v].put(b_, [&] {
        return messages_to_factors(rows(evidence_[v], part.first_member, part.members),
                                   rows(messages_[v], part.first_edge, part.edges),
                                   own(own_multiplicity_[v], part), part.edge_member);
      });
  }
}

void MessageIteration::send(const FactorGroup& g, std::size_t joint, const std::vector<int>& slots,
                            const std::vector<Value>& incoming, Sent& sent) {
  const std::vector<Value> out = g.declaration->spec.type->messages(b_, g, incoming);
  for (const int slot : slots) {
    const auto k = static_cast<std::size_t>(slot);
    sent[static_cast<std::size_t>(layout_.joint[joint].slots[k].variables)].push_back(
        fill_rows(b_, out[k], g.count));
  }
}

Value MessageIteration::nothing(int planes, int rows) {
  Value& v = nothing_[{planes, rows}];
  return v ? v : v = b_.zeros({planes, rows, false});
}

/// n_{i->a} of a variable group, from the messages that the state holds.
Value MessageIteration::messages_to_factors(std::size_t v) {
  if (o_.message_weights == MessageWeights::per_pair) return messages_by_pairs(v);
  return messages_to_factors(o_.evidence_messages ? state_[entries * v + evidence] : unary_[v],
                             state_[entries * v + damped], multiplicity_[v],
                             layout_.variables[v].edge_variable);
}
/// What a factor excludes itself, (c - 1) m, its potential knows.
Value MessageIteration::messages_to_factors(Value theta, Value messages, Value c,
                                            const ir::Index& edge_variable) {
  const Value sums = b_.exclusive_sum(theta, count(messages, c), edge_variable);
  if (!c) return sums;
  return b_.add(sums, b_.mul(b_.sub(c, b_.constant(1)), b_.zero_if_infinite(messages)));
}

Value MessageIteration::messages_by_pairs(std::size_t v) {
  const auto& group = layout_.variables[v];
  const Value theta = b_.gather_rows(unary_[v], group.edge_variable);
  const EdgePairs pairs(*group.edge_variable);
  if (pairs.sent.empty()) return theta;
  const Value heard =
      b_.gather_rows(state_[entries * v + damped], ir::make_index(pairs.received, group.edges));
  const Value weighted = b_.multiply_no_nan(heard, c_.parameter(weight_of_edges(o_, group)));
  return b_.add(theta, b_.segment_sum_rows(weighted, ir::make_index(pairs.sent, group.edges)));
}

Value MessageIteration::finish(Value m, Value weight) {
  if (b_.type(m).planes > 1)
    m = o_.semiring == Semiring::max ? b_.sub(m, b_.max_planes(m)) : b_.normalize_planes(m);
  if (scale_) m = b_.multiply_no_nan(m, scale_);
  if (offset_) m = b_.soft_threshold(m, offset_);
  return weight ? b_.multiply_no_nan(m, weight) : m;
}

void MessageIteration::put_messages(const Part& part, Value m) {
  const std::size_t v = part.group;
  m = finish(m, own(own_weight_[v], part));
  if (damping_) {
    fresh_[v].put(part.first_edge, m);
    m = damp(b_, damping_, rows(messages_[v], part.first_edge, part.edges), m);
  }
  messages_[v].put(part.first_edge, m);
}

void MessageIteration::put_evidence(const Part& part) {
  const std::size_t v = part.group;
  Value fresh = rows(own_unary_[v], part.first_member, part.members);
  if (damping_) fresh = damp(b_, damping_, rows(evidence_[v], part.first_member, part.members), fresh);
  evidence_[v].put(part.first_member, fresh);
}

}  // namespace unfurl::algorithms
