#include "algorithms/message_passing.hpp"

#include <algorithm>
#include <cmath>

#include "algorithms/discrete.hpp"
#include "algorithms/free_energy.hpp"
#include "algorithms/update_order.hpp"

namespace unfurl::algorithms {

namespace {

using detail::cat;
using ir::Value;

/// What is carried for a variable group: messages from factors [planes, edges]; where they are damped, the same before
/// damping; where evidence sends messages too, its sum [planes, variables].
enum Entry : std::size_t { damped = 0, undamped = 1, evidence = 2, entries = 3 };

std::vector<int> consecutive(int first, int count) {
  std::vector<int> rows;
  for (int i = 0; i < count; ++i) rows.push_back(first + i);
  return rows;
}

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
  return coldness ? c.builder().log_power(theta, coldness) : theta;
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

  void update(const Update& u) {
    const std::size_t n = layout_.variables.size();
    std::vector<std::vector<int>> needed(n), changed(n);  // edges, in the order of the tasks
    for (const Task& task : u.tasks)
      for (std::size_t k = 0; k < layout_.joint[task.joint].slots.size(); ++k) {
        if (!takes_part(task, k)) continue;
        const auto edges = edges_of(task, k);
        auto& list = needed[variables_of(task, k)];
        list.insert(list.end(), edges.begin(), edges.end());
      }
    std::vector<Value> to_factors(n);
    for (std::size_t v = 0; v < n; ++v)
      if (!needed[v].empty()) to_factors[v] = messages_to_factors(v, needed[v]);

    std::vector<int> used(n, 0);
    std::vector<std::vector<Value>> parts(n);
    for (const Task& task : u.tasks) {
      const FactorGroup& all = group_[task.joint];
      const FactorGroup g = task.rows.empty() ? all : all.choose(b_, task.rows);
      b_.origin = g.declaration->describe();
      std::vector<Value> incoming;
      for (std::size_t k = 0; k < layout_.joint[task.joint].slots.size(); ++k) {
        const std::size_t v = variables_of(task, k);
        if (takes_part(task, k)) {
          incoming.push_back(b_.slice_rows(to_factors[v], used[v], g.count));
          used[v] += g.count;
        } else {  // its own message is not asked for
          incoming.push_back(b_.zeros({layout_.variables[v].planes, g.count, false}));
        }
      }
      const std::vector<Value> out = g.declaration->spec.type->messages(b_, g, incoming);
      for (int slot : task.slots) {
        const auto k = static_cast<std::size_t>(slot);
        const std::size_t v = variables_of(task, k);
        const auto edges = edges_of(task, k);
        changed[v].insert(changed[v].end(), edges.begin(), edges.end());
        parts[v].push_back(fill_rows(b_, out[k], g.count));
      }
    }
    for (std::size_t v = 0; v < n; ++v) {
      b_.origin = cat(o_.name, " on '", layout_.variables[v].variable.name, "'");
      if (!parts[v].empty()) put_messages(v, changed[v], join_rows(b_, parts[v]));
      if (o_.evidence_messages && !u.members[v].empty()) put_evidence(v, u.members[v]);
    }
  }

  const State& state() const { return state_; }

  /// What free energies and marginals of factors are made of.
  MessageBeliefs beliefs() {
    MessageBeliefs all{group_, {}, {}, multiplicity_, {}, {}};
    for (const FactorGroup& g : group_)
      all.count.push_back(g.power ? b_.div(b_.constant(1), g.power) : Value{});
    for (std::size_t v = 0; v < layout_.variables.size(); ++v) {
      const int edges = layout_.variables[v].edges;
      const Value fresh = state_[entries * v + undamped], carried = state_[entries * v + damped];
      all.to_factors.push_back(edges > 0 ? messages_to_factors(v, consecutive(0, edges)) : Value{});
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
  /// In an update of a few variables the messages from these themselves are not needed.
  static bool takes_part(const Task& task, std::size_t k) {
    return task.rows.empty() || task.slots[0] != static_cast<int>(k);
  }
  std::size_t variables_of(const Task& task, std::size_t k) const {
    return static_cast<std::size_t>(layout_.joint[task.joint].slots[k].variables);
  }
  std::vector<int> edges_of(const Task& task, std::size_t k) const {
    const int first = layout_.joint[task.joint].slots[k].first_edge;
    if (task.rows.empty()) return consecutive(first, group_[task.joint].count);
    std::vector<int> edges = task.rows;
    for (int& e : edges) e += first;
    return edges;
  }

  /// n_{i->a} for some edges of a variable group, from the newest messages.
  Value messages_to_factors(std::size_t v, const std::vector<int>& edges) {
    const auto& group = layout_.variables[v];
    const Value theta = o_.evidence_messages ? state_[entries * v + evidence] : unary_[v];
    const Value messages = state_[entries * v + damped], c = multiplicity_[v];
    if (edges == consecutive(0, group.edges))
      return exclude_own(b_.exclusive_sum(theta, count(messages, c), group.edge_variable), messages, c,
                         edges);
    std::vector<int> variables, around, variable_of, position(static_cast<std::size_t>(group.edges));
    for (int e : edges) variables.push_back(group.edge_variable->target[static_cast<std::size_t>(e)]);
    std::sort(variables.begin(), variables.end());
    variables.erase(std::unique(variables.begin(), variables.end()), variables.end());
    for (std::size_t i = 0; i < variables.size(); ++i) {
      const auto x = static_cast<std::size_t>(variables[i]);
      for (int m = group.edge_variable->offsets[x]; m < group.edge_variable->offsets[x + 1]; ++m) {
        const int e = group.edge_variable->members[static_cast<std::size_t>(m)];
        position[static_cast<std::size_t>(e)] = static_cast<int>(around.size());
        around.push_back(e);
        variable_of.push_back(static_cast<int>(i));
      }
    }
    std::vector<int> wanted;
    for (int e : edges) wanted.push_back(position[static_cast<std::size_t>(e)]);
    const ir::Index index = ir::make_index(std::move(variable_of), static_cast<int>(variables.size()));
    const Value near = take_rows(b_, messages, around);
    const Value sums = b_.exclusive_sum(take_rows(b_, theta, variables),
                                        count(near, c ? take_rows(b_, c, around) : c), index);
    return exclude_own(take_rows(b_, sums, wanted), messages, c, edges);
  }
  Value count(Value messages, Value c) { return c ? b_.log_power(messages, c) : messages; }
  /// Adds (c - 1) m. What a factor excludes itself, its potential knows.
  Value exclude_own(Value sums, Value messages, Value c, const std::vector<int>& edges) {
    if (!c) return sums;
    const Value own = take_rows(b_, messages, edges), c_own = take_rows(b_, c, edges);
    return b_.add(sums, b_.mul(b_.sub(c_own, b_.constant(1)), b_.emit("finite_part", {own})));
  }

  void put_messages(std::size_t v, const std::vector<int>& edges, Value m) {
    if (b_.type(m).planes > 1)
      m = b_.sub(m, o_.semiring == Semiring::max ? b_.max_planes(m) : b_.log_sum_exp_planes(m));
    if (scale_) m = b_.log_power(m, scale_);
    if (offset_) m = b_.soft_threshold(m, offset_);
    if (weight_[v]) m = b_.log_power(m, take_rows(b_, weight_[v], edges));
    Value& messages = state_[entries * v + damped];
    if (damping_) {
      Value& fresh = state_[entries * v + undamped];
      fresh = put_rows(b_, fresh ? fresh : messages, edges, m);
      m = damp(b_, damping_, take_rows(b_, messages, edges), m);
    }
    messages = put_rows(b_, messages, edges, m);
  }
  void put_evidence(std::size_t v, const std::vector<int>& members) {
    Value& sum = state_[entries * v + evidence];
    Value fresh = take_rows(b_, unary_[v], members);
    if (damping_) fresh = damp(b_, damping_, take_rows(b_, sum, members), fresh);
    sum = put_rows(b_, sum, members, fresh);
  }

  const MessagePassing& o_;
  ir::Builder& b_;
  const Layout& layout_;
  State state_;
  std::vector<Value> unary_, weight_, multiplicity_;  // per variable group
  std::vector<FactorGroup> group_;                    // per joint declaration
  Value damping_, scale_, offset_;
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
      if (f.edges.complete)
        throw ScheduleError(cat(o_.name, " cannot serve factor '", f.name, "' of type ", f.spec.type->name()),
                            f.where,
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
    if (o_.damping != 0) number(o_.prefix + ".damping", o_.damping);
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
    Iteration iteration(o_, c, state);
    for (const Update& u : updates_of(c.model(), c.layout(), o_.order, o_.sequence)) iteration.update(u);
    return iteration.state();
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
      if (count[v]) messages = b.log_power(messages, count[v]);
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
