#include "algorithms/messages/message_passing.hpp"

#include <algorithm>
#include <cmath>

#include "algorithms/discrete.hpp"
#include "algorithms/messages/message_iteration.hpp"
#include "algorithms/variational/free_energy.hpp"

namespace unfurl::algorithms {

namespace {

using detail::cat;
using ir::Value;

class MessagePassingRule final : public Algorithm {
 public:
  explicit MessagePassingRule(MessagePassing options) : o_(std::move(options)) {}
  std::string name() const override { return o_.name; }

  void check(const Model& model) const override {
    check_discrete(model, o_.name.c_str());
    check_damping(o_.damping, o_.name.c_str());
    check_temperature(o_.temperature, o_.name.c_str());
    if (is_layered(o_.order))
      check_layered(model);
    else
      check_sequence(model, o_.sequence, o_.name.c_str());
    if (o_.message_weights == MessageWeights::per_pair &&
        (o_.order != UpdateOrder::flooding || o_.evidence_messages || !o_.multiplicity.empty()))
      throw ScheduleError(
          cat(o_.name, " has weights of pairs of messages where not all messages are sent at once"), "",
          "use UpdateOrder::flooding, or MessageWeights::per_edge");
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
    const auto ones = [&](const std::string& name, int count) {
      owned.push_back({name, {1, count, false}, std::vector<double>(static_cast<std::size_t>(count), 1.0)});
    };
    if (o_.damping != 0) owned.push_back({o_.prefix + ".damping", {1, 1, false}, {o_.damping}, true});
    if (o_.scale) number(o_.prefix + ".scale", *o_.scale);
    if (o_.temperature) number(o_.prefix + ".temperature", *o_.temperature, Domain::nonneg);
    if (o_.offset) number(o_.prefix + ".offset", *o_.offset, Domain::nonneg);
    if (o_.message_weights == MessageWeights::per_edge)
      for (const auto& v : make_layout(model).variables)
        if (v.edges > 0) ones(weight_of_edges(o_, v), v.edges);
    if (o_.message_weights == MessageWeights::per_pair)
      for (const auto& v : make_layout(model).variables) {
        if (v.edges == 0) continue;
        const auto pairs = static_cast<int>(EdgePairs(*v.edge_variable).sent.size());
        if (pairs > 0) ones(weight_of_edges(o_, v), pairs);
        ones(weight_of_belief(o_, v), v.edges);
      }
    if (o_.message_weights == MessageWeights::single) number(o_.prefix + ".weight", 1);
    for (const auto& f : model.factors())
      if (f.edges.arity() > 1 && o_.message_weights == MessageWeights::shared)
        number(weight_of_type(o_, f), 1);
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
    MessageIteration iteration(o_, c, state);
    if (is_layered(o_.order))
      return iteration.sweep(LayeredSweep(c.model(), c.layout(), o_.order, o_.sequence));
    return iteration.sweep(Sweep(c.model(), c.layout(), o_.order, o_.sequence));
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
      if (o_.message_weights == MessageWeights::per_pair && group.edges > 0)
        messages = b.multiply_no_nan(messages, c.parameter(weight_of_belief(o_, group)));
      if (group.edges > 0) logit = b.add(logit, b.segment_sum_rows(messages, group.edge_variable));
      r[group.variable.name] = marginal(b, logit);
      r[group.variable.name + ".logit"] = logit;
    }
    return r;
  }

  Readouts on_request(StepContext& c, const State& state) const override {
    // They would be of another distribution, or of none.
    if (o_.temperature || o_.message_weights == MessageWeights::per_pair) return {};
    return message_readouts(c, MessageIteration(o_, c, state).beliefs());
  }

 private:
  void check_layered(const Model& model) const {
    check_factor_sequence(model, o_.sequence, o_.name.c_str());
    if (o_.evidence_messages)
      throw ScheduleError(cat(o_.name, " cannot send messages of evidence where factors take turns"), "",
                          "leave out evidence_messages, or use another UpdateOrder");
  }

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
