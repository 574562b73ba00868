#include "algorithms/discrete.hpp"

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
    if (!(options_.damping >= 0 && options_.damping < 1))
      throw ScheduleError(detail::cat("MeanField damping is ", options_.damping), "", "0 <= damping < 1");
  }

  std::vector<OwnedParameter> parameters(const Model&) const override {
    if (options_.damping == 0) return {};
    return {{"mean_field.damping", {1, 1, false}, {options_.damping}}};
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
    ir::Builder& b = c.builder();
    const Layout& layout = c.layout();
    const std::size_t n = layout.variables.size();
    std::vector<Value> field(n), at_edges(n);
    std::vector<std::vector<Value>> expected(n);
    for (std::size_t v = 0; v < n; ++v) {
      field[v] = c.unary(static_cast<int>(v));
      if (layout.variables[v].edges > 0)
        at_edges[v] = b.gather_rows(state[2 * v], layout.variables[v].edge_variable);
    }
    for (const auto& factors : layout.joint) {
      const FactorGroup g = c.group(factors.declaration);
      std::vector<Value> beliefs;
      for (const auto& slot : factors.slots) {
        const auto v = static_cast<std::size_t>(slot.variables);
        beliefs.push_back(g.declaration->edges.complete
                              ? state[2 * v]
                              : b.slice_rows(at_edges[v], slot.first_edge, g.declaration->edges.count()));
      }
      const std::vector<Value> out = g.declaration->spec.type->mean_field(b, g, beliefs);
      for (std::size_t k = 0; k < out.size(); ++k) {
        const auto v = static_cast<std::size_t>(factors.slots[k].variables);
        if (g.declaration->edges.complete)
          field[v] = b.add(field[v], out[k]);
        else
          expected[v].push_back(algorithms::fill_rows(b, out[k], g.declaration->edges.count()));
      }
    }
    State next;
    for (std::size_t v = 0; v < n; ++v) {
      b.origin = detail::cat("MeanField on '", layout.variables[v].variable.name, "'");
      if (!expected[v].empty())
        field[v] = b.add(field[v], b.segment_sum_rows(algorithms::join_rows(b, expected[v]),
                                                      layout.variables[v].edge_variable));
      Value q = algorithms::marginal(b, field[v]);
      if (options_.damping != 0) q = algorithms::damp(b, c.parameter("mean_field.damping"), state[2 * v], q);
      next.push_back(q);
      next.push_back(field[v]);
    }
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

 private:
  MeanField options_;
};

}  // namespace

MeanField::operator AlgorithmPointer() const { return std::make_shared<MeanFieldRule>(*this); }

}  // namespace unfurl
