#include "algorithms/all.hpp"
#include "algorithms/discrete.hpp"
#include "model/states.hpp"

namespace unfurl {

namespace {

using detail::cat;
using ir::Value;

constexpr const char* gaussian_belief_propagation_name = "GaussianBeliefPropagation";

/// Messages to a group of real variables, [precision and potential, edges]; where they are damped, the same before.
enum Entry : std::size_t { damped = 0, undamped = 1, entries = 2 };

class GaussianBeliefPropagationRule final : public Algorithm {
 public:
  explicit GaussianBeliefPropagationRule(GaussianBeliefPropagation options) : options_(options) {}
  std::string name() const override { return gaussian_belief_propagation_name; }

  void check(const Model& model) const override {
    const auto refuse = [](const std::string& what, const Where& where) {
      throw ScheduleError(
          cat(gaussian_belief_propagation_name, " cannot ", what), where,
          "it infers real variables joined by Gaussian, GaussianDifference and GaussianCoupling");
    };
    for (const auto& f : model.factors())
      if (!f.spec.type->joins_real())
        refuse(cat("serve factor '", f.name, "' of type ", f.spec.type->name()), f.where);
      else if (f.edges.arity() == 1)
        algorithms::need(f, Serves::quadratic, gaussian_belief_propagation_name, "quadratic log-potential",
                         "use Gaussian");
      else
        algorithms::need(f, Serves::gaussian_messages, gaussian_belief_propagation_name,
                         "messages of real variables", "use GaussianDifference or GaussianCoupling");
    for (const auto& x : model.discretes())
      refuse(cat("infer discrete variable '", x.variable.name, "'"), x.where);
    for (const auto& x : model.latents()) refuse(cat("infer latent '", x.name, "'"), x.where);
    if (model.continuous().empty())
      throw ScheduleError(cat("model '", model.name(), "' has no real variables, which ",
                              gaussian_belief_propagation_name, " infers"),
                          "", "declare some with m.continuous(...)");
    algorithms::check_damping(options_.damping, gaussian_belief_propagation_name);
  }

  std::vector<OwnedParameter> parameters(const Model&) const override {
    if (options_.damping == 0) return {};
    return {{"gabp.damping", {1, 1, false}, {options_.damping}, true}};
  }

  State initial(StepContext& c) const override {
    State state(entries * c.layout().real_variables.size());
    for (std::size_t v = 0; v < c.layout().real_variables.size(); ++v)
      state[entries * v + damped] = c.builder().zeros({2, c.layout().real_variables[v].edges, false});
    return state;
  }

  State step(StepContext& c, const State& state) const override {
    ir::Builder& b = c.builder();
    const Layout& layout = c.layout();
    const std::size_t n = layout.real_variables.size();
    std::vector<Value> to_factors(n);
    for (std::size_t v = 0; v < n; ++v)
      if (layout.real_variables[v].edges > 0)
        to_factors[v] = b.exclusive_sum(evidence(c, v), state[entries * v + damped],
                                        layout.real_variables[v].edge_variable);
    std::vector<std::vector<Value>> parts(n);
    for (const auto& factors : layout.real_joint) {
      const FactorGroup g = c.group(factors.declaration);
      std::vector<Value> incoming;
      for (const Layout::Slot& from : factors.slots)
        incoming.push_back(
            b.slice_rows(to_factors[static_cast<std::size_t>(from.variables)], from.first_edge, g.count));
      const std::vector<Value> out = g.declaration->spec.type->gaussian_messages(b, g, incoming);
      for (std::size_t k = 0; k < 2; ++k)
        parts[static_cast<std::size_t>(factors.slots[k].variables)].push_back(
            algorithms::fill_rows(b, out[k], g.count));
    }
    State next = state;
    for (std::size_t v = 0; v < n; ++v) {
      if (parts[v].empty()) continue;
      b.origin = cat(gaussian_belief_propagation_name, " on '", layout.real_variables[v].variable.name, "'");
      const Value fresh = algorithms::join_rows(b, parts[v]);
      Value& messages = next[entries * v + damped];
      if (options_.damping != 0) {
        next[entries * v + undamped] = fresh;
        messages = algorithms::damp(b, c.parameter("gabp.damping"), messages, fresh);
      } else {
        messages = fresh;
      }
    }
    return next;
  }

  Readouts readout(StepContext& c, const State& state) const override {
    ir::Builder& b = c.builder();
    Readouts r;
    for (std::size_t v = 0; v < c.layout().real_variables.size(); ++v) {
      const auto& group = c.layout().real_variables[v];
      const Value fresh = state[entries * v + undamped];
      Value belief = evidence(c, v);
      if (group.edges > 0)
        belief = b.add(belief,
                       b.segment_sum_rows(fresh ? fresh : state[entries * v + damped], group.edge_variable));
      b.origin = cat(gaussian_belief_propagation_name, " on '", group.variable.name,
                     "', whose precision is not positive");
      const Value precision = b.positive_only(b.plane(belief, 0));
      r[group.variable.name] = b.div(b.plane(belief, 1), precision);
      r[group.variable.name + ".variance"] = b.div(b.constant(1), precision);
    }
    return r;
  }

 private:
  /// Sum of the factors of one variable, [precision and potential, variables].
  static Value evidence(StepContext& c, std::size_t v) {
    ir::Builder& b = c.builder();
    const int n = c.layout().real_variables[v].variable.size();
    Value sum;
    for (const int declaration : c.layout().real_unary) {
      const auto& edges = c.model().factors()[static_cast<std::size_t>(declaration)].edges;
      if (edges.groups[0].group != static_cast<int>(v)) continue;
      const FactorGroup g = c.group(declaration);
      const Quadratic q = g.declaration->spec.type->quadratic(b, g);
      const Value own =
          b.segment_sum_rows(algorithms::fill_rows(b, two_planes(b, q.precision[0], q.potential[0]), g.count),
                             ir::make_index(edges.slots[0], n));
      sum = sum ? b.add(sum, own) : own;
    }
    return sum ? sum : b.zeros({2, n, false});
  }

  GaussianBeliefPropagation options_;
};

}  // namespace

GaussianBeliefPropagation::operator AlgorithmPointer() const {
  return std::make_shared<GaussianBeliefPropagationRule>(*this);
}

algorithms::Named algorithms::gaussian_belief_propagation() {
  return {{"gabp", GaussianBeliefPropagation{}}};
}

}  // namespace unfurl
