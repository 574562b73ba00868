#include "algorithms/discrete.hpp"
#include "algorithms/free_energy.hpp"
#include "algorithms/update_order.hpp"

namespace unfurl {

namespace {

using ir::Value;

/// State per variable group: probabilities of all states, then their log-domain form before damping.
class MeanFieldRule : public Algorithm {
 public:
  explicit MeanFieldRule(MeanField options) : options_(options) {}
  std::string name() const override { return "MeanField"; }

  void check(const Model& model) const override {
    algorithms::check_discrete(model, "MeanField");
    algorithms::check_damping(options_.damping, "MeanField");
    algorithms::check_temperature(options_.temperature, "MeanField");
    algorithms::check_sequence(model, options_.sequence, "MeanField");
  }

  std::vector<OwnedParameter> parameters(const Model&) const override {
    std::vector<OwnedParameter> owned;
    if (options_.damping != 0) owned.push_back({"mean_field.damping", {1, 1, false}, {options_.damping}});
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
    State next = state;
    std::vector<Value> evidence;
    std::vector<FactorGroup> groups;
    for (std::size_t v = 0; v < c.layout().variables.size(); ++v)
      evidence.push_back(c.unary(static_cast<int>(v)));
    for (const auto& factors : c.layout().joint) groups.push_back(c.group(factors.declaration));
    for (const auto& u : algorithms::updates_of(c.model(), c.layout(), options_.order, options_.sequence))
      update(c, u, evidence, groups, next);
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
  /// What factors say to the variables of an update, by their places in it.
  struct Said {
    std::vector<Value> parts;
    std::vector<int> to;
    void add(Value part, const std::vector<int>& places) {
      parts.push_back(part);
      to.insert(to.end(), places.begin(), places.end());
    }
    Value sum(ir::Builder& b, int variables) const {
      return b.segment_sum_rows(algorithms::join_rows(b, parts), ir::make_index(to, variables));
    }
  };

  static Value all_states(ir::Builder& b, Value field) {
    return b.type(field).planes == 1 ? both_states(b, field) : field;
  }

  /// 0 for those states that are impossible least often, of those which evidence leaves, and -inf for the others: in the
  /// limit of zeros that tend to 0, any difference outweighs all finite log-potentials. As a log-ratio for two states.
  static Value least_impossible(ir::Builder& b, Value field, Value impossible) {
    const Value left = b.log(possible(b, all_states(b, field)));
    const Value best = b.log(b.emit("near_largest_planes", {b.sub(left, impossible)}));
    return b.type(field).planes == 1 ? log_ratio(b, best) : best;
  }

  /// New beliefs of the update's variables from the newest of all.
  void update(StepContext& c, const algorithms::Update& u, const std::vector<Value>& evidence,
              const std::vector<FactorGroup>& groups, State& state) const {
    ir::Builder& b = c.builder();
    const Layout& layout = c.layout();
    const std::size_t n = layout.variables.size();
    std::vector<Value> field(n), at_edges(n);
    std::vector<Said> expected(n), impossible(n);
    std::vector<std::vector<int>> place(n);
    for (std::size_t v = 0; v < n; ++v) {
      const auto& group = layout.variables[v];
      field[v] = algorithms::take_rows(b, evidence[v], u.members[v]);
      if (group.edges > 0) at_edges[v] = b.gather_rows(state[2 * v], group.edge_variable);
      place[v].assign(static_cast<std::size_t>(group.variable.size()), -1);
      for (std::size_t i = 0; i < u.members[v].size(); ++i)
        place[v][static_cast<std::size_t>(u.members[v][i])] = static_cast<int>(i);
    }
    for (std::size_t j = 0; j < groups.size(); ++j) {  // every pair of a group at once
      if (!groups[j].declaration->edges.complete) continue;
      const auto v = static_cast<std::size_t>(layout.joint[j].slots[0].variables);
      if (u.members[v].empty()) continue;
      b.origin = groups[j].declaration->describe();
      for (const Expected& out :
           groups[j].declaration->spec.type->mean_field(b, groups[j], {state[2 * v], state[2 * v]}))
        field[v] = b.add(field[v], algorithms::take_rows(b, out.finite, u.members[v]));
    }
    for (const auto& task : u.tasks) {
      const FactorGroup& all = groups[task.joint];
      const FactorGroup g = task.rows.empty() ? all : all.choose(b, task.rows);
      const auto& slots = layout.joint[task.joint].slots;
      b.origin = g.declaration->describe();
      std::vector<Value> beliefs;
      for (const auto& slot : slots) {
        const Value q =
            b.slice_rows(at_edges[static_cast<std::size_t>(slot.variables)], slot.first_edge, all.count);
        beliefs.push_back(task.rows.empty() ? q : algorithms::take_rows(b, q, task.rows));
      }
      const std::vector<Expected> out = g.declaration->spec.type->mean_field(b, g, beliefs);
      for (int k : task.slots) {
        const auto slot = static_cast<std::size_t>(k);
        const auto v = static_cast<std::size_t>(slots[slot].variables);
        std::vector<int> to;
        for (int i = 0; i < g.count; ++i) {
          const int row = task.rows.empty() ? i : task.rows[static_cast<std::size_t>(i)];
          const int x = g.declaration->edges.slots[slot][static_cast<std::size_t>(row)];
          to.push_back(place[v][static_cast<std::size_t>(x)]);
        }
        expected[v].add(algorithms::fill_rows(b, out[slot].finite, g.count), to);
        if (out[slot].impossible)
          impossible[v].add(algorithms::fill_rows(b, out[slot].impossible, g.count), to);
      }
    }
    for (std::size_t v = 0; v < n; ++v) {
      if (u.members[v].empty()) continue;
      b.origin = detail::cat("MeanField on '", layout.variables[v].variable.name, "'");
      const int members = static_cast<int>(u.members[v].size());
      const bool zeros = may_be_impossible(b.graph(), field[v]) || !impossible[v].parts.empty();
      if (!expected[v].parts.empty()) field[v] = b.add(field[v], expected[v].sum(b, members));
      if (!impossible[v].parts.empty())
        field[v] = b.add(field[v], least_impossible(b, field[v], impossible[v].sum(b, members)));
      if (options_.temperature)
        field[v] = b.log_power(field[v], b.div(b.constant(1), c.parameter("mean_field.temperature")));
      Value q = algorithms::all_probabilities(b, field[v]);
      Value &belief = state[2 * v], &logit = state[2 * v + 1];
      if (options_.damping != 0) {
        q = algorithms::damp(b, c.parameter("mean_field.damping"),
                             algorithms::take_rows(b, belief, u.members[v]), q);
        if (zeros) {  // what the mixture keeps of a state that is impossible now would rule out others for good
          q = b.gate(q, possible(b, all_states(b, field[v])));
          q = b.div(q, b.sum_to(q, {1, b.type(q).rows, b.type(q).lanes}));
        }
      }
      const ir::Type t = b.type(field[v]);
      if (!logit) logit = b.zeros({t.planes, layout.variables[v].variable.size(), false});
      logit = algorithms::put_rows(b, logit, u.members[v], field[v]);
      belief = algorithms::put_rows(b, belief, u.members[v], q);
    }
  }

  MeanField options_;
};

}  // namespace

MeanField::operator AlgorithmPointer() const { return std::make_shared<MeanFieldRule>(*this); }

}  // namespace unfurl
