#include "algorithms/message_passing.hpp"

#include <algorithm>
#include <cmath>

#include "algorithms/discrete.hpp"
#include "algorithms/free_energy.hpp"
#include "algorithms/sweep_rows.hpp"
#include "algorithms/update_order.hpp"

namespace unfurl::algorithms {

namespace {

using detail::cat;
using ir::Value;

/// What is carried for a variable group: messages from factors [planes, edges]; where they are damped, the same before
/// damping; where evidence sends messages too, its sum [planes, variables].
enum Entry : std::size_t { damped = 0, undamped = 1, evidence = 2, entries = 3 };

/// One number per edge of every variable group, from one (or one per factor) of every joint declaration.
template <class Number>
std::vector<Value> over_edges(StepContext& c, Number number) {
  std::vector<std::vector<Value>> parts(c.layout().variables.size());
  for (const auto& factors : c.layout().joint) {
    const auto& f = c.model().factors()[static_cast<std::size_t>(factors.declaration)];
    for (const auto& slot : factors.slots)
      parts[static_cast<std::size_t>(slot.variables)].push_back(
          fill_rows(c.builder(), number(f), f.edges.count()));
  }
  std::vector<Value> result;
  for (auto& p : parts) result.push_back(p.empty() ? Value{} : join_rows(c.builder(), p));
  return result;
}

/// The parameter behind c of a declaration's factors.
Value multiplicity_parameter(const MessagePassing& o, StepContext& c, const Model::FactorDeclaration& f) {
  return c.parameter(o.per_factor ? cat(o.multiplicity, ".", f.name) : o.multiplicity);
}
Value power_of(const MessagePassing& o, StepContext& c, const Model::FactorDeclaration& f) {
  const Value p = multiplicity_parameter(o, c, f);
  return o.inverted ? p : c.builder().div(c.builder().constant(1), p);
}
/// c at every edge of every variable group; absent: 1.
std::vector<Value> multiplicities(const MessagePassing& o, StepContext& c) {
  if (o.multiplicity.empty()) return std::vector<Value>(c.layout().variables.size());
  return over_edges(c, [&](const auto& f) {
    const Value p = multiplicity_parameter(o, c, f);
    return o.inverted ? c.builder().div(c.builder().constant(1), p) : p;
  });
}

/// What log-potentials are multiplied by at the algorithm's temperature; null: nothing.
Value coldness(const MessagePassing& o, StepContext& c) {
  if (!o.temperature) return {};
  return c.builder().div(c.builder().constant(1), c.parameter(o.prefix + ".temperature"));
}

Value unary_of(StepContext& c, std::size_t v, Value coldness) {
  const Value theta = c.unary(static_cast<int>(v));
  return coldness ? c.builder().multiply_no_nan(theta, coldness) : theta;
}

/// Values of one iteration, while its updates change the messages one after the other.
class Iteration {
 public:
  Iteration(const MessagePassing& options, StepContext& c, State state)
      : o_(options), b_(c.builder()), layout_(c.layout()), state_(std::move(state)) {
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
      weight_ = over_edges(c, [&](const auto& f) { return c.parameter(shared_weight(o_, f)); });
    if (o_.message_weights == MessageWeights::per_edge)
      for (std::size_t v = 0; v < n; ++v)
        if (layout_.variables[v].edges > 0) weight_[v] = c.parameter(edge_weight(o_, layout_.variables[v]));
    if (o_.damping != 0) damping_ = c.parameter(o_.prefix + ".damping");
    if (o_.scale) scale_ = c.parameter(o_.prefix + ".scale");
    if (o_.offset) offset_ = c.parameter(o_.prefix + ".offset");
  }

  static std::string edge_weight(const MessagePassing& o, const Layout::Variables& v) {
    return cat(o.prefix, ".weight.", v.variable.name);
  }
  static std::string shared_weight(const MessagePassing& o, const Model::FactorDeclaration& f) {
    return cat(o.prefix, ".weight.", f.spec.type->name(), f.edges.arity());
  }

  /// The state after all updates, one after the other. A message to factors is made when its variable has been updated,
  /// once, and read wherever it is needed until the next time.
  State sweep(const Sweep& sweep) {
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

  /// What free energies and marginals of factors are made of.
  MessageBeliefs beliefs() {
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
  Value belief(std::size_t v, Value messages) {
    const auto& group = layout_.variables[v];
    if (group.edges == 0) return unary_[v];
    return b_.add(unary_[v], b_.segment_sum_rows(count(messages, multiplicity_[v]), group.edge_variable));
  }

 private:
  std::size_t variables_of(const Task& task, std::size_t k) const {
    return static_cast<std::size_t>(layout_.joint[task.joint].slots[k].variables);
  }

  /// Announces what the updates will read and replace.
  void plan(const Sweep& sweep) {
    for (const auto& group : layout_.variables) to_factors_.emplace_back(group.edges);
    for (const Update& u : sweep.updates) {
      for (const Task& task : u.tasks)
        for (std::size_t k = 0; k < layout_.joint[task.joint].slots.size(); ++k)
          if (task.reads(k)) {
            std::vector<int> edges = task.rows;
            if (edges.empty())
              for (int i = 0; i < group_[task.joint].count; ++i) edges.push_back(i);
            for (int& e : edges) e += layout_.joint[task.joint].slots[k].first_edge;
            to_factors_[variables_of(task, k)].plan_read(edges, {task.reader, k});
          }
      for (const Part& part : u.parts)
        if (!part.edges.empty()) to_factors_[part.group].plan_replace(part.edges);
    }
  }

  void update(const Update& u) {
    std::map<std::size_t, std::vector<Value>> sent;  // by variable group
    for (const Task& task : u.tasks) {
      const FactorGroup g = Sweep::chosen(b_, task, group_[task.joint], laid_out_[task.joint]);
      b_.origin = g.declaration->describe();
      std::vector<Value> incoming;
      for (std::size_t k = 0; k < layout_.joint[task.joint].slots.size(); ++k) {
        const std::size_t v = variables_of(task, k);
        incoming.push_back(task.reads(k) ? to_factors_[v].read(b_)  // else its own message is not asked for
                                         : nothing(layout_.variables[v].planes, g.count));
      }
      const std::vector<Value> out = g.declaration->spec.type->messages(b_, g, incoming);
      for (const int slot : task.slots) {
        const auto k = static_cast<std::size_t>(slot);
        sent[variables_of(task, k)].push_back(fill_rows(b_, out[k], g.count));
      }
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

  Value nothing(int planes, int rows) {
    Value& v = nothing_[{planes, rows}];
    return v ? v : v = b_.zeros({planes, rows, false});
  }
  static Value rows(const LevelRows& array, int first, const std::vector<int>& of) {
    return array.rows(first, static_cast<int>(of.size()));
  }
  /// Numbers at the edges of a part, where there are any.
  static Value own(const LevelRows& array, const Part& part) {
    return array ? rows(array, part.first_edge, part.edges) : Value{};
  }

  /// n_{i->a} of a variable group, from the messages that the state holds.
  Value messages_to_factors(std::size_t v) {
    return messages_to_factors(o_.evidence_messages ? state_[entries * v + evidence] : unary_[v],
                               state_[entries * v + damped], multiplicity_[v],
                               layout_.variables[v].edge_variable);
  }
  /// What a factor excludes itself, (c - 1) m, its potential knows.
  Value messages_to_factors(Value theta, Value messages, Value c, const ir::Index& edge_variable) {
    const Value sums = b_.exclusive_sum(theta, count(messages, c), edge_variable);
    if (!c) return sums;
    return b_.add(sums, b_.mul(b_.sub(c, b_.constant(1)), b_.zero_if_infinite(messages)));
  }
  Value count(Value messages, Value c) { return c ? b_.multiply_no_nan(messages, c) : messages; }

  void put_messages(const Part& part, Value m) {
    const std::size_t v = part.group;
    if (b_.type(m).planes > 1)
      m = b_.sub(m, o_.semiring == Semiring::max ? b_.max_planes(m) : b_.log_sum_exp_planes(m));
    if (scale_) m = b_.multiply_no_nan(m, scale_);
    if (offset_) m = b_.soft_threshold(m, offset_);
    if (const Value w = own(own_weight_[v], part)) m = b_.multiply_no_nan(m, w);
    if (damping_) {
      fresh_[v].put(part.first_edge, m);
      m = damp(b_, damping_, rows(messages_[v], part.first_edge, part.edges), m);
    }
    messages_[v].put(part.first_edge, m);
  }
  void put_evidence(const Part& part) {
    const std::size_t v = part.group;
    Value fresh = rows(own_unary_[v], part.first_member, part.members);
    if (damping_) fresh = damp(b_, damping_, rows(evidence_[v], part.first_member, part.members), fresh);
    evidence_[v].put(part.first_member, fresh);
  }

  const MessagePassing& o_;
  ir::Builder& b_;
  const Layout& layout_;
  State state_;
  std::vector<Value> unary_, weight_, multiplicity_;  // per variable group
  std::vector<FactorGroup> group_, laid_out_;         // per joint declaration
  Value damping_, scale_, offset_;

  // During a sweep, per variable group: messages, the same before damping, and evidence, as they are replaced; what is read
  // at single levels; and what the variables say to factors.
  std::vector<LevelRows> messages_, fresh_, evidence_, own_unary_, own_weight_, own_multiplicity_;
  std::vector<BlockRows> to_factors_;
  std::map<std::pair<int, int>, Value> nothing_;
};

class MessagePassingRule final : public Algorithm {
 public:
  explicit MessagePassingRule(MessagePassing options) : o_(std::move(options)) {}
  std::string name() const override { return o_.name; }

  void check(const Model& model) const override {
    check_discrete(model, o_.name.c_str());
    check_damping(o_.damping, o_.name.c_str());
    check_temperature(o_.temperature, o_.name.c_str());
    check_sequence(model, o_.sequence, o_.name.c_str());
    for (const auto& f : model.factors())
      need(f, Serves::messages, o_.name.c_str(), "messages",
           "use MeanField, or pairs(x, list) with Ising and one parameter per edge");
    if (o_.multiplicity.empty()) return;
    const std::vector<double> numbers = o_.multiplicities(model);
    if (o_.per_factor && static_cast<int>(numbers.size()) != joint_factors(model))
      throw ScheduleError(cat(o_.name, " is given ", numbers.size(), " numbers for ", joint_factors(model),
                              " factors of two or more variables"),
                          "", "one for each of them, or one for all");
    for (double x : numbers)
      if (!(x > 0) || !std::isfinite(x))
        throw ScheduleError(cat(o_.multiplicity, " cannot be ", x), "", "give positive numbers");
  }

  std::vector<OwnedParameter> parameters(const Model& model) const override {
    std::vector<OwnedParameter> owned;
    const auto number = [&](const std::string& name, double initial, Domain domain = Domain::real) {
      for (const OwnedParameter& p : owned)
        if (p.name == name) return;
      owned.push_back({name, {1, 1, false, domain}, {initial}});
    };
    if (o_.damping != 0) owned.push_back({o_.prefix + ".damping", {1, 1, false}, {o_.damping}, true});
    if (o_.scale) number(o_.prefix + ".scale", *o_.scale);
    if (o_.temperature) number(o_.prefix + ".temperature", *o_.temperature, Domain::nonneg);
    if (o_.offset) number(o_.prefix + ".offset", *o_.offset, Domain::nonneg);
    if (o_.message_weights == MessageWeights::per_edge)
      for (const auto& v : make_layout(model).variables)
        if (v.edges > 0)
          owned.push_back({Iteration::edge_weight(o_, v),
                           {1, v.edges, false},
                           std::vector<double>(static_cast<std::size_t>(v.edges), 1.0)});
    for (const auto& f : model.factors())
      if (f.edges.arity() > 1 && o_.message_weights == MessageWeights::shared)
        number(Iteration::shared_weight(o_, f), 1);
    if (o_.multiplicity.empty()) return owned;
    const std::vector<double> numbers = o_.multiplicities(model);
    if (!o_.per_factor) number(o_.multiplicity, numbers[0], Domain::nonneg);
    auto next = numbers.begin();
    for (const auto& f : model.factors()) {
      if (f.edges.arity() < 2 || !o_.per_factor) continue;
      const auto end = next + f.edges.count();
      owned.push_back(
          {cat(o_.multiplicity, ".", f.name), {1, f.edges.count(), false, Domain::nonneg}, {next, end}});
      next = end;
    }
    return owned;
  }

  State initial(StepContext& c) const override {
    State state(entries * c.layout().variables.size());
    for (std::size_t v = 0; v < c.layout().variables.size(); ++v) {
      const auto& group = c.layout().variables[v];
      state[entries * v + damped] = c.builder().zeros({group.planes, group.edges, false});
      if (o_.evidence_messages)
        state[entries * v + evidence] = c.builder().zeros({group.planes, group.variable.size(), false});
    }
    return state;
  }

  State step(StepContext& c, const State& state) const override {
    return Iteration(o_, c, state).sweep(Sweep(c.model(), c.layout(), o_.order, o_.sequence));
  }

  Readouts readout(StepContext& c, const State& state) const override {
    ir::Builder& b = c.builder();
    const std::vector<Value> count = multiplicities(o_, c);
    const Value cold = coldness(o_, c);
    Readouts r;
    for (std::size_t v = 0; v < c.layout().variables.size(); ++v) {
      const auto& group = c.layout().variables[v];
      Value logit = unary_of(c, v, cold);
      const Value fresh = state[entries * v + undamped];
      Value messages = fresh ? fresh : state[entries * v + damped];
      if (count[v]) messages = b.multiply_no_nan(messages, count[v]);
      if (group.edges > 0) logit = b.add(logit, b.segment_sum_rows(messages, group.edge_variable));
      r[group.variable.name] = marginal(b, logit);
      r[group.variable.name + ".logit"] = logit;
    }
    return r;
  }

  Readouts on_request(StepContext& c, const State& state) const override {
    if (o_.temperature) return {};  // they would be of another distribution
    return message_readouts(c, Iteration(o_, c, state).beliefs());
  }

 private:
  MessagePassing o_;
};

}  // namespace

int joint_factors(const Model& model) {
  int n = 0;
  for (const auto& f : model.factors())
    if (f.edges.arity() > 1) n += f.edges.count();
  return n;
}

AlgorithmPointer make_message_passing(MessagePassing options) {
  return std::make_shared<MessagePassingRule>(std::move(options));
}

}  // namespace unfurl::algorithms
