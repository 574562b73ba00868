#include "algorithms/discrete.hpp"

namespace unfurl {

namespace {

using detail::cat;
using ir::Value;

/// State per variable group: messages from factors, [planes, edges].
class SumProductRule : public Algorithm {
 public:
  explicit SumProductRule(SumProduct options) : options_(options) {}
  std::string name() const override { return "SumProduct"; }

  void check(const Model& model) const override {
    algorithms::check_discrete(model, "SumProduct");
    if (!(options_.damping >= 0 && options_.damping < 1))
      throw ScheduleError(cat("SumProduct damping is ", options_.damping), "", "0 <= damping < 1");
    for (const auto& f : model.factors())
      if (f.edges.complete)
        throw ScheduleError(
            cat("SumProduct cannot serve factor '", f.name, "' of type ", f.spec.type->name()), f.where,
            "use MeanField, or pairs(x, list) with Ising and one parameter per edge");
  }

  std::vector<OwnedParameter> parameters(const Model& model) const override {
    std::vector<OwnedParameter> owned;
    if (options_.damping != 0) owned.push_back({"bp.damping", {1, 1, false}, {options_.damping}});
    if (options_.message_weights)
      for (const auto& v : make_layout(model).variables)
        if (v.edges > 0)
          owned.push_back({weight_name(v),
                           {1, v.edges, false},
                           std::vector<double>(static_cast<std::size_t>(v.edges), 1.0)});
    return owned;
  }

  State initial(StepContext& c) const override {
    State state;
    for (const auto& v : c.layout().variables) state.push_back(c.builder().zeros({v.planes, v.edges, false}));
    return state;
  }

  State step(StepContext& c, const State& messages) const override {
    ir::Builder& b = c.builder();
    const Layout& layout = c.layout();
    const std::size_t n = layout.variables.size();
    std::vector<Value> to_factors(n);
    std::vector<std::vector<Value>> parts(n);
    for (std::size_t v = 0; v < n; ++v)
      if (layout.variables[v].edges > 0)
        to_factors[v] =
            b.exclusive_sum(c.unary(static_cast<int>(v)), messages[v], layout.variables[v].edge_variable);
    for (const auto& factors : layout.joint) {
      const FactorGroup g = c.group(factors.declaration);
      const int count = g.declaration->edges.count();
      std::vector<Value> incoming;
      for (const auto& slot : factors.slots)
        incoming.push_back(
            b.slice_rows(to_factors[static_cast<std::size_t>(slot.variables)], slot.first_edge, count));
      const std::vector<Value> out = g.declaration->spec.type->sum_product(b, g, incoming);
      for (std::size_t k = 0; k < out.size(); ++k)
        parts[static_cast<std::size_t>(factors.slots[k].variables)].push_back(
            algorithms::fill_rows(b, out[k], count));
    }
    State next;
    for (std::size_t v = 0; v < n; ++v) {
      b.origin = cat("SumProduct on '", layout.variables[v].variable.name, "'");
      if (parts[v].empty()) {
        next.push_back(messages[v]);
        continue;
      }
      Value m = algorithms::join_rows(b, parts[v]);
      if (b.type(m).planes > 1) m = b.sub(m, b.log_sum_exp_planes(m));
      if (options_.message_weights) m = b.mul(c.parameter(weight_name(layout.variables[v])), m);
      if (options_.damping != 0) m = algorithms::damp(b, c.parameter("bp.damping"), messages[v], m);
      next.push_back(m);
    }
    return next;
  }

  Readouts readout(StepContext& c, const State& messages) const override {
    ir::Builder& b = c.builder();
    Readouts r;
    for (std::size_t v = 0; v < c.layout().variables.size(); ++v) {
      const auto& group = c.layout().variables[v];
      Value logit = c.unary(static_cast<int>(v));
      if (group.edges > 0) logit = b.add(logit, b.segment_sum_rows(messages[v], group.edge_variable));
      r[group.variable.name] = algorithms::marginal(b, logit);
      r[group.variable.name + ".logit"] = logit;
    }
    return r;
  }

 private:
  static std::string weight_name(const Layout::Variables& v) { return cat("bp.weight.", v.variable.name); }
  SumProduct options_;
};

}  // namespace

SumProduct::operator AlgorithmPointer() const { return std::make_shared<SumProductRule>(*this); }

}  // namespace unfurl
