#include "algorithms/variational/free_energy.hpp"

#include "algorithms/discrete.hpp"

namespace unfurl::algorithms {

namespace {

using detail::cat;
using ir::Value;

/// A scalar, per sample where the numbers are.
Value total(ir::Builder& b, Value v) { return b.sum_to(v, {1, 1, b.type(v).lanes}); }
Value over_planes(ir::Builder& b, Value v) {
  const ir::Type t = b.type(v);
  return b.sum_to(v, {1, t.rows, t.lanes});
}

/// One plane for every state.
Value all_states(ir::Builder& b, Value log_values) {
  return b.type(log_values).planes == 1 ? both_states(b, log_values) : log_values;
}

/// sum_s p(s) log_value(s): what is impossible has no part in it.
Value expected(ir::Builder& b, Value p, Value log_values) {
  return over_planes(b, b.mul(p, b.zero_if_infinite(log_values)));
}

/// Entropy of every variable, [1, variables], from beliefs up to a constant.
Value entropy(ir::Builder& b, Value log_belief) {
  const Value states = all_states(b, log_belief), log_p = b.normalize_planes(states);
  return b.neg(expected(b, b.exp(log_p), log_p));
}

/// Collects log Z and tables of factors.
class OnRequest {
 public:
  explicit OnRequest(StepContext& c) : c_(c), b_(c.builder()) {}

  /// `energy` adds to log Z what a declaration contributes, `marginal` gives its table; each with what it needs. Groups are
  /// without power. A factor that does not serve it is without, and the model without log Z.
  template <class Energy, class Marginal>
  void declaration(int number, Serves energy_needs, Energy energy, Serves marginal_needs, Marginal marginal) {
    const auto& f = c_.model().factors()[static_cast<std::size_t>(number)];
    const Serves serves = f.spec.type->serves();
    const FactorGroup g = c_.group(number);
    if (has(serves, energy_needs))
      energy(g);
    else
      log_partition_ = false;
    if (!gives_table(f)) return;
    readouts_[f.name + ".log_potential"] = fill_rows(b_, f.spec.type->log_table(b_, g), g.count);
    if (has(serves, marginal_needs)) readouts_[f.name + ".marginal"] = fill_rows(b_, marginal(g), g.count);
  }

  void add(Value v) {
    v = total(b_, v);
    sum_ = sum_ ? b_.add(sum_, v) : v;
  }

  /// Expected log-potentials of factors of one variable, from probabilities per variable group.
  void evidence(const std::vector<Value>& beliefs) {
    for (int number : c_.layout().unary) {
      const Edges& edges = c_.model().factors()[static_cast<std::size_t>(number)].edges;
      const Value belief = beliefs[static_cast<std::size_t>(edges.groups[0].group)];
      const Value q = b_.gather_rows(belief, ir::make_index(edges.slots[0], b_.type(belief).rows));
      declaration(
          number, Serves::expectation,
          [&](const FactorGroup& g) {
            add(fill_rows(b_, g.declaration->spec.type->expectation(b_, g, {q}), g.count));
          },
          Serves::nothing, [&](const FactorGroup&) { return q; });
    }
  }

  bool has_log_partition() const { return log_partition_; }

  Readouts finish(bool with_log_partition) {
    if (with_log_partition && log_partition_) readouts_["log_partition"] = sum_;
    return std::move(readouts_);
  }

 private:
  StepContext& c_;
  ir::Builder& b_;
  Readouts readouts_;
  Value sum_;
  bool log_partition_ = true;
};

}  // namespace

Readouts message_readouts(StepContext& c, const MessageBeliefs& x) {
  ir::Builder& b = c.builder();
  const Layout& layout = c.layout();
  OnRequest result(c);
  std::vector<std::vector<Value>> back(
      layout.variables.size());  // messages to variables, in the order of edges
  for (std::size_t j = 0; j < layout.joint.size(); ++j) {
    const FactorGroup& g = x.groups[j];
    const FactorType& type = *g.declaration->spec.type;
    const auto& slots = layout.joint[j].slots;
    std::vector<Value> in;
    for (const auto& slot : slots)
      in.push_back(
          b.slice_rows(x.to_factors[static_cast<std::size_t>(slot.variables)], slot.first_edge, g.count));
    const auto energy = [&](const FactorGroup&) {
      const Value sum = type.log_partition(b, g, in);
      const std::vector<Value> out = type.messages(b, g, in);
      for (std::size_t k = 0; k < slots.size(); ++k)
        back[static_cast<std::size_t>(slots[k].variables)].push_back(fill_rows(b, out[k], g.count));
      result.add(fill_rows(b, x.count[j] ? b.mul(x.count[j], sum) : sum, g.count));
    };
    result.declaration(layout.joint[j].declaration, Serves::log_partition | Serves::messages, energy,
                       Serves::marginal, [&](const FactorGroup&) { return type.marginal(b, g, in); });
  }
  for (std::size_t v = 0; v < layout.variables.size() && result.has_log_partition(); ++v) {
    if (back[v].empty()) continue;
    b.origin = cat("log_partition of '", layout.variables[v].variable.name, "'");
    const Value belief = all_states(b, b.add(x.to_factors[v], join_rows(b, back[v])));
    const Value p = b.exp(b.normalize_planes(belief));
    const Value each = expected(b, p, all_states(b, x.to_factors[v]));
    result.add(b.neg(x.edge_count[v] ? b.mul(x.edge_count[v], each) : each));
  }
  std::vector<Value> probability;
  for (std::size_t v = 0; v < layout.variables.size(); ++v) {
    const auto& group = layout.variables[v];
    b.origin = cat("log_partition of '", group.variable.name, "'");
    const Value h = entropy(b, x.belief[v]);
    result.add(h);
    if (group.edges > 0) {
      const Value each = b.gather_rows(h, group.edge_variable);
      result.add(b.neg(x.edge_count[v] ? b.mul(x.edge_count[v], each) : each));
    }
    probability.push_back(all_probabilities(b, x.evidence_belief[v] ? x.evidence_belief[v] : x.belief[v]));
    if (!x.evidence_belief[v]) continue;
    for (int number :
         layout.unary) {  // a factor of one variable is a factor: its belief has an entropy of its own
      const Edges& edges = c.model().factors()[static_cast<std::size_t>(number)].edges;
      if (edges.groups[0].group != static_cast<int>(v)) continue;
      const Value own = b.sub(entropy(b, x.evidence_belief[v]), h);
      result.add(b.gather_rows(own, ir::make_index(edges.slots[0], b.type(own).rows)));
    }
  }
  result.evidence(probability);
  return result.finish(x.groups.empty() || x.groups[0].semiring == Semiring::sum);
}

Readouts mean_field_readouts(StepContext& c, const std::vector<Value>& beliefs) {
  ir::Builder& b = c.builder();
  const Layout& layout = c.layout();
  OnRequest result(c);
  for (const auto& factors : layout.joint) {
    const Edges& edges = c.model().factors()[static_cast<std::size_t>(factors.declaration)].edges;
    std::vector<Value> q;
    for (std::size_t k = 0; k < factors.slots.size(); ++k) {
      const Value belief = beliefs[static_cast<std::size_t>(factors.slots[k].variables)];
      q.push_back(edges.complete  // of the whole group, for all of its pairs at once
                      ? belief
                      : b.gather_rows(belief, ir::make_index(edges.slots[k], b.type(belief).rows)));
    }
    const auto energy = [&](const FactorGroup& g) {
      const Value each = g.declaration->spec.type->expectation(b, g, q);
      result.add(edges.complete ? each : fill_rows(b, each, g.count));
    };
    result.declaration(factors.declaration, Serves::expectation, energy, Serves::nothing,
                       [&](const FactorGroup&) {
                         Value p;
                         for (std::size_t k = 0; k < q.size(); ++k) {
                           const Value spread = b.gather_planes(q[k], state_of(edges, k));
                           p = p ? b.mul(p, spread) : spread;
                         }
                         return p;
                       });
  }
  for (std::size_t v = 0; v < layout.variables.size(); ++v) {
    b.origin = cat("log_partition of '", layout.variables[v].variable.name, "'");
    result.add(b.neg(expected(b, beliefs[v], b.log(beliefs[v]))));
  }
  result.evidence(beliefs);
  return result.finish(true);
}

}  // namespace unfurl::algorithms
