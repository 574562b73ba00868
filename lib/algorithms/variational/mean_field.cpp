#include <utility>

#include "algorithms/all.hpp"
#include "algorithms/discrete.hpp"
#include "algorithms/updates/sweep_rows.hpp"
#include "algorithms/updates/update_order.hpp"
#include "algorithms/variational/free_energy.hpp"

namespace unfurl {

namespace {

using ir::Value;

/// State per variable group: probabilities of all states, then their log-domain form before damping.
class MeanFieldRule : public Algorithm {
 public:
  explicit MeanFieldRule(MeanField options) : options_(std::move(options)) {}
  std::string name() const override { return "MeanField"; }

  void check(const Model& model) const override {
    algorithms::check_discrete(model, "MeanField");
    for (const auto& f : model.factors())
      if (f.edges.arity() > 1)
        algorithms::need(f, Serves::mean_field, "MeanField", "expected log-potentials",
                         "use SumProduct or MaxProduct, or a factor with finite log-potentials");
      else
        algorithms::need(f, Serves::messages, "MeanField", "messages",
                         "join single variables by Field or Table");
    algorithms::check_damping(options_.damping, "MeanField");
    algorithms::check_temperature(options_.temperature, "MeanField");
    if (algorithms::is_layered(options_.order))
      throw ScheduleError("MeanField has no messages for factors to take turns with", "",
                          "use UpdateOrder::coloured, sequential or forward_backward");
    algorithms::check_sequence(model, options_.sequence, "MeanField");
  }

  std::vector<OwnedParameter> parameters(const Model&) const override {
    std::vector<OwnedParameter> owned;
    if (options_.damping != 0)
      owned.push_back({"mean_field.damping", {1, 1, false}, {options_.damping}, true});
    if (options_.temperature)
      owned.push_back({"mean_field.temperature", {1, 1, false, Domain::nonneg}, {*options_.temperature}});
    return owned;
  }

  State initial(StepContext& c) const override {
    State state;
    for (const auto& v : c.layout().variables) {
      state.push_back(c.builder().broadcast(c.builder().constant(1.0 / v.variable.states),
                                            {v.variable.states, v.variable.size(), false, Domain::nonneg}));
      state.push_back({});
    }
    return state;
  }

  State step(StepContext& c, const State& state) const override {
    ir::Builder& b = c.builder();
    const algorithms::Sweep sweep(c.model(), c.layout(), options_.order, options_.sequence);
    Iteration now{sweep, {}, {}, {}, {}, {}, {}, {}};
    for (const auto& factors : c.layout().joint) now.groups.push_back(c.group(factors.declaration));
    now.laid_out = sweep.laid_out(b, now.groups);
    for (std::size_t v = 0; v < c.layout().variables.size(); ++v) {
      const Value evidence = c.unary(static_cast<int>(v));
      now.evidence.emplace_back(b, evidence, sweep.members[v]);
      now.evidence_forbids.push_back(may_be_impossible(b.graph(), evidence));
      now.belief.emplace_back(b, state[2 * v], sweep.members[v]);
      now.logit.emplace_back(b, state[2 * v + 1], sweep.members[v]);
      now.at_factors.emplace_back(c.layout().variables[v].variable.size());
    }
    plan(c, now);
    for (std::size_t v = 0; v < now.at_factors.size(); ++v)
      now.at_factors[v].put(b, [&] { return state[2 * v]; });
    for (const auto& u : sweep.updates) update(c, u, now);
    State next;
    for (std::size_t v = 0; v < now.belief.size(); ++v) {
      next.push_back(now.belief[v].all());
      next.push_back(now.logit[v].all());
    }
    return next;
  }

  Readouts readout(StepContext& c, const State& state) const override {
    ir::Builder& b = c.builder();
    Readouts r;
    for (std::size_t v = 0; v < c.layout().variables.size(); ++v) {
      const std::string& name = c.layout().variables[v].variable.name;
      const Value q = state[2 * v];
      const bool binary = b.type(q).planes == 2;
      r[name] = binary ? b.plane(q, 1) : q;
      if (options_.damping == 0)
        r[name + ".logit"] = state[2 * v + 1];
      else  // mixtures have no logit of their own
        r[name + ".logit"] = binary ? log_ratio(b, b.log(q)) : b.log(q);
    }
    return r;
  }

  Readouts on_request(StepContext& c, const State& state) const override {
    std::vector<Value> beliefs;
    for (std::size_t v = 0; v < c.layout().variables.size(); ++v) beliefs.push_back(state[2 * v]);
    return algorithms::mean_field_readouts(c, beliefs);
  }

 private:
  /// What updates read and replace, per variable group but for `groups`, which are per joint declaration.
  struct Iteration {
    const algorithms::Sweep& sweep;
    std::vector<FactorGroup> groups, laid_out;
    std::vector<algorithms::LevelRows> evidence, belief, logit;
    std::vector<bool> evidence_forbids;             ///< may leave variables without some states
    std::vector<algorithms::BlockRows> at_factors;  ///< beliefs, as factors read them
  };

  /// Announces what the updates will read and replace.
  static void plan(StepContext& c, Iteration& now) {
    for (const auto& u : now.sweep.updates) {
      for (const auto& task : u.tasks) {
        const auto& slots = c.layout().joint[task.joint].slots;
        const auto& edges = now.groups[task.joint].declaration->edges;
        for (std::size_t k = 0; k < slots.size(); ++k) {
          if (!task.reads(k)) continue;
          std::vector<int> variables;
          for (const int row : task.rows) variables.push_back(edges.slots[k][static_cast<std::size_t>(row)]);
          now.at_factors[static_cast<std::size_t>(slots[k].variables)].plan_read(
              task.rows.empty() ? edges.slots[k] : variables, {task.reader, k});
        }
      }
      for (const auto& part : u.parts) now.at_factors[part.group].plan_replace(part.members);
    }
  }

  /// What factors say to the variables of a part, in the order of its edges.
  struct Said {
    const algorithms::Part* part = nullptr;
    int edges = 0;  ///< so far
    std::vector<Value> finite, impossible;
    std::vector<int> to;  ///< the members that `impossible` is about

    void add(ir::Builder& b, const Expected& out, int count) {
      finite.push_back(algorithms::fill_rows(b, out.finite, count));
      if (out.impossible) {
        impossible.push_back(algorithms::fill_rows(b, out.impossible, count));
        const auto first = part->edge_member->target.begin() + edges;
        to.insert(to.end(), first, first + count);
      }
      edges += count;
    }
  };

  static Value all_states(ir::Builder& b, Value field) {
    return b.type(field).planes == 1 ? both_states(b, field) : field;
  }

  /// 0 for those states that are impossible least often, of those which evidence leaves, and -inf for the others: in the
  /// limit of zeros that tend to 0, any difference outweighs all finite log-potentials. As a log-ratio for two states.
  static Value least_impossible(ir::Builder& b, Value field, Value impossible) {
    const Value left = b.log(possible(b, all_states(b, field)));
    const Value best = b.log(b.near_largest_planes(b.sub(left, impossible)));
    return b.type(field).planes == 1 ? log_ratio(b, best) : best;
  }

  /// New beliefs of the update's variables from the newest of all.
  void update(StepContext& c, const algorithms::Update& u, Iteration& now) const {
    ir::Builder& b = c.builder();
    const Layout& layout = c.layout();
    std::map<std::size_t, Said> said;  // by variable group
    for (const algorithms::Part& part : u.parts) said[part.group].part = &part;
    for (const auto& task : u.tasks) {
      const FactorGroup g =
          algorithms::Sweep::chosen(b, task, now.groups[task.joint], now.laid_out[task.joint]);
      const auto& slots = layout.joint[task.joint].slots;
      b.origin = g.declaration->describe();
      std::vector<Value> beliefs;
      for (std::size_t k = 0; k < slots.size(); ++k) {
        const auto v = static_cast<std::size_t>(slots[k].variables);
        beliefs.push_back(
            task.reads(k) ? now.at_factors[v].read(b)  // else its own belief is not asked for
                          : b.zeros({layout.variables[v].variable.states, g.count, false, Domain::nonneg}));
      }
      const std::vector<Expected> out = g.declaration->spec.type->mean_field(b, g, beliefs);
      for (const int slot : task.slots) {
        const auto k = static_cast<std::size_t>(slot);
        said.at(static_cast<std::size_t>(slots[k].variables)).add(b, out[k], g.count);
      }
    }
    for (const algorithms::Part& part : u.parts) {
      const std::size_t v = part.group;
      const int count = static_cast<int>(part.members.size());
      Value field = now.evidence[v].rows(part.first_member, count);
      for (const FactorGroup& g : now.groups) {  // every pair of a group at once
        const Edges& edges = g.declaration->edges;
        if (!edges.complete || edges.groups[0].group != static_cast<int>(v)) continue;
        b.origin = g.declaration->describe();
        const Value all = now.belief[v].all();
        for (const Expected& out : g.declaration->spec.type->mean_field(b, g, {all, all}))
          field = b.add(field, algorithms::take_rows(b, out.finite, part.members));
      }
      b.origin = detail::cat("MeanField on '", layout.variables[v].variable.name, "'");
      const Said& told = said.at(v);
      const bool zeros = now.evidence_forbids[v] || !told.impossible.empty();
      if (!told.finite.empty())
        field = b.add(field, b.segment_sum_rows(algorithms::join_rows(b, told.finite), part.edge_member));
      if (!told.impossible.empty())
        field = b.add(field, least_impossible(b, field,
                                              b.segment_sum_rows(algorithms::join_rows(b, told.impossible),
                                                                 ir::make_index(told.to, count))));
      if (options_.temperature)
        field = b.multiply_no_nan(field, b.div(b.constant(1), c.parameter("mean_field.temperature")));
      Value q = algorithms::all_probabilities(b, field);
      if (options_.damping != 0) {
        q = algorithms::damp(b, c.parameter("mean_field.damping"),
                             now.belief[v].rows(part.first_member, count), q);
        if (zeros) {  // what the mixture keeps of a state that is impossible now would rule out others for good
          q = b.where(q, possible(b, all_states(b, field)));
          q = b.div(q, b.sum_to(q, {1, b.type(q).rows, b.type(q).lanes}));
        }
      }
      now.logit[v].put(part.first_member, field);
      now.belief[v].put(part.first_member, q);
      now.at_factors[v].put(b, [&] { return q; });
    }
  }

  MeanField options_;
};

}  // namespace

MeanField::operator AlgorithmPointer() const { return std::make_shared<MeanFieldRule>(*this); }

algorithms::Named algorithms::mean_field() {
  return {choosing("mf", "mean_field", MeanField{}, "mean field")};
}

}  // namespace unfurl
