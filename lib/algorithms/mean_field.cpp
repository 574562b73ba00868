#include "algorithms/discrete.hpp"
#include "algorithms/free_energy.hpp"
#include "algorithms/update_order.hpp"

namespace unfurl {

namespace {

using ir::Value;

/// State per variable group: beliefs, then their log-domain form before damping.
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
                                            {v.planes, v.variable.size(), false, Domain::nonneg}));
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
      r[name] = q;
      if (options_.damping == 0) {
        r[name + ".logit"] = state[2 * v + 1];
      } else {  // mixtures have no logit of their own
        const Value log_q = b.log(b.add(q, b.constant(1e-12)));
        r[name + ".logit"] = b.type(q).planes > 1
                                 ? log_q
                                 : b.sub(log_q, b.log(b.add(b.emit("one_minus", {q}), b.constant(1e-12))));
      }
    }
    return r;
  }

  Readouts on_request(StepContext& c, const State& state) const override {
    std::vector<Value> beliefs;
    for (std::size_t v = 0; v < c.layout().variables.size(); ++v) beliefs.push_back(state[2 * v]);
    return algorithms::mean_field_readouts(c, beliefs);
  }

 private:
  /// New beliefs of the update's variables from the newest of all.
  void update(StepContext& c, const algorithms::Update& u, const std::vector<Value>& evidence,
              const std::vector<FactorGroup>& groups, State& state) const {
    ir::Builder& b = c.builder();
    const Layout& layout = c.layout();
    const std::size_t n = layout.variables.size();
    std::vector<Value> field(n), at_edges(n);
    std::vector<std::vector<Value>> expected(n);
    std::vector<std::vector<int>> to(
        n);  // variables of the parts of `expected`, by their place in the update
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
      for (Value out :
           groups[j].declaration->spec.type->mean_field(b, groups[j], {state[2 * v], state[2 * v]}))
        field[v] = b.add(field[v], algorithms::take_rows(b, out, u.members[v]));
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
      const std::vector<Value> out = g.declaration->spec.type->mean_field(b, g, beliefs);
      for (int k : task.slots) {
        const auto slot = static_cast<std::size_t>(k);
        const auto v = static_cast<std::size_t>(slots[slot].variables);
        expected[v].push_back(algorithms::fill_rows(b, out[slot], g.count));
        for (int i = 0; i < g.count; ++i) {
          const int row = task.rows.empty() ? i : task.rows[static_cast<std::size_t>(i)];
          const int x = g.declaration->edges.slots[slot][static_cast<std::size_t>(row)];
          to[v].push_back(place[v][static_cast<std::size_t>(x)]);
        }
      }
    }
    for (std::size_t v = 0; v < n; ++v) {
      if (u.members[v].empty()) continue;
      b.origin = detail::cat("MeanField on '", layout.variables[v].variable.name, "'");
      if (!expected[v].empty())
        field[v] =
            b.add(field[v], b.segment_sum_rows(algorithms::join_rows(b, expected[v]),
                                               ir::make_index(to[v], static_cast<int>(u.members[v].size()))));
      if (options_.temperature)
        field[v] = b.log_power(field[v], b.div(b.constant(1), c.parameter("mean_field.temperature")));
      // Relative to the largest, so that a sum of exponentials of numbers like -1e30, of impossible states, is right.
      Value q = algorithms::marginal(
          b, b.type(field[v]).planes > 1 ? b.sub(field[v], b.max_planes(field[v])) : field[v]);
      Value &belief = state[2 * v], &logit = state[2 * v + 1];
      if (options_.damping != 0)
        q = algorithms::damp(b, c.parameter("mean_field.damping"),
                             algorithms::take_rows(b, belief, u.members[v]), q);
      logit = algorithms::put_rows(b, logit ? logit : belief, u.members[v], field[v]);
      belief = algorithms::put_rows(b, belief, u.members[v], q);
    }
  }

  MeanField options_;
};

}  // namespace

MeanField::operator AlgorithmPointer() const { return std::make_shared<MeanFieldRule>(*this); }

}  // namespace unfurl
