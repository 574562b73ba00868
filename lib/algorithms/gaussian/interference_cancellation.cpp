#include <cmath>

#include "algorithms/all.hpp"
#include "algorithms/discrete.hpp"
#include "algorithms/gaussian/linear_gaussian.hpp"
#include "operators/linear_map.hpp"
#include "unfurl/extend/gradient.hpp"
#include "unfurl/linear_gaussian.hpp"

namespace unfurl {

namespace {

using detail::cat;
using ir::Value;

constexpr const char* interference_cancellation_name = "InterferenceCancellation";

bool reads_data(const Expr& e) {
  const Expr::Node& n = e.node();
  if (n.kind == Expr::Node::Kind::observed || n.kind == Expr::Node::Kind::context) return true;
  for (const Expr& a : n.args)
    if (reads_data(a)) return true;
  return false;
}

/// Refuses columns of a latent that are not orthogonal and of one length: A^T A is a multiple of the identity where it is one
/// for some vectors that nothing is special about.
void check_columns(const Model& model, const Model::FactorDeclaration& f, int latent) {
  const std::string& name = model.latents()[static_cast<std::size_t>(latent)].name;
  const operators::LinearMap map(model, f.spec.args[2], latent,
                                 cat(interference_cancellation_name, " cannot serve factor '", f.name, "'"),
                                 f.where);
  const std::size_t m = map.rows(), n = map.columns();
  const std::vector<double> a = map.matrix();
  double length = 0;
  for (std::size_t i = 0; i < m; ++i) length += a[i * n] * a[i * n];
  Random random(1);
  for (int trial = 0; trial < 2; ++trial) {
    std::vector<double> x(n), back(n, 0);
    for (double& v : x) v = random.normal();
    for (std::size_t i = 0; i < m; ++i) {
      double y = 0;
      for (std::size_t j = 0; j < n; ++j) y += a[i * n + j] * x[j];
      for (std::size_t j = 0; j < n; ++j) back[j] += a[i * n + j] * y;
    }
    for (std::size_t j = 0; j < n; ++j)
      if (!(std::abs(back[j] - length * x[j]) <= 1e-5 * length * (1 + std::abs(x[j]))) || !(length > 0))
        throw ScheduleError(cat(interference_cancellation_name, " cannot serve factor '", f.name,
                                "': the columns of latent '", name, "' in '", f.spec.args[2].node().text,
                                "' are not orthogonal and of one length"),
                            f.where, "use ExpectationPropagation, which takes any");
  }
}

/// State, for every latent: mean, variance, logit.
class InterferenceCancellationRule final : public Algorithm {
 public:
  explicit InterferenceCancellationRule(InterferenceCancellation options) : options_(options) {}
  std::string name() const override { return interference_cancellation_name; }

  void check(const Model& model) const override {
    const algorithms::Observations parts = algorithms::observations(model, interference_cancellation_name);
    const auto& f = algorithms::declaration(model, parts.factors.front());
    if (parts.factors.size() > 1)
      throw ScheduleError(
          cat(interference_cancellation_name, " takes one observation, and there is '", f.name, "' beside '",
              algorithms::declaration(model, parts.factors[1]).name, "'"),
          f.where, "use ExpectationPropagation, which takes several");
    if (reads_data(f.spec.args[2]))
      throw ScheduleError(cat(interference_cancellation_name, " cannot serve factor '", f.name, "': '",
                              f.spec.args[2].node().text, "' has columns that depend on data"),
                          f.where, "use ExpectationPropagation, which takes any");
    for (std::size_t g = 0; g < model.latents().size(); ++g) check_columns(model, f, static_cast<int>(g));
    algorithms::check_damping(options_.damping, interference_cancellation_name);
  }

  std::vector<OwnedParameter> parameters(const Model&) const override {
    const ir::Type scalar{1, 1, false, nonneg};
    std::vector<OwnedParameter> owned{{"cancellation.variance", scalar, {1}},
                                      {"cancellation.shrinkage", scalar, {1}}};
    if (options_.damping > 0)
      owned.push_back({"cancellation.damping", {1, 1, false}, {options_.damping}, true});
    return owned;
  }

  State initial(StepContext& c) const override {
    State state;
    algorithms::clear_latents(c);
    for (const int prior : algorithms::observations(c.model(), interference_cancellation_name).prior) {
      const FactorGroup g = c.group(prior);
      const Moments m = algorithms::prior_of(g).before(c.builder(), g);
      state.insert(state.end(), {m.mean, m.variance, m.logit});
    }
    return state;
  }

  State step(StepContext& c, const State& state) const override {
    ir::Builder& b = c.builder();
    const algorithms::Observations parts =
        algorithms::observations(c.model(), interference_cancellation_name);
    const std::size_t count = parts.prior.size(), own = static_cast<std::size_t>(c.layer()) % count;
    const auto rows = [&](std::size_t g) { return c.model().latents()[g].type.rows; };

    std::vector<Value> power;  // squared lengths of columns
    for (std::size_t g = 0; g < count; ++g) power.push_back(squared_length(c, parts, g));
    const ir::Type own_type{1, rows(own), true};
    const Value mean = b.broadcast(state[3 * own], own_type);
    for (std::size_t g = 0; g < count; ++g) c.set_latent(static_cast<int>(g), state[3 * g]);
    const FactorGroup fit = c.group(parts.factors[0]);
    const Value residual = b.sub(fit.args[1], fit.args[2]);
    const Value back = adjoint(c, parts, own, mean, residual);
    const Value z = b.add(mean, b.div(back, power[own]));

    Value variance = fit.args[0];
    if (options_.remaining_variance)
      for (std::size_t g = 0; g < count; ++g)
        if (g != own) {
          const Value v = state[3 * g + 1];
          const Value sum = b.type(v).rows == 1 ? b.scale(v, rows(g)) : b.sum_to(v, {1, 1, b.type(v).lanes});
          variance = b.add(variance, b.scale(b.mul(power[g], sum), 1.0 / b.type(residual).rows));
        }
    variance = b.mul(b.div(variance, power[own]), c.parameter("cancellation.variance"));

    const FactorGroup prior = c.group(parts.prior[own]);
    Moments m = algorithms::prior_of(prior).given(b, prior, z, variance);
    if (options_.hard)
      if (const Value nearest = algorithms::prior_of(prior).nearest(b, prior, z))
        m.mean = nearest, m.variance = b.constant(0);
    m.mean = b.mul(m.mean, c.parameter("cancellation.shrinkage"));
    if (options_.damping > 0) {
      const Value damping = c.parameter("cancellation.damping");
      m.mean = algorithms::damp(b, damping, state[3 * own], m.mean);
      m.variance = algorithms::damp(b, damping, state[3 * own + 1], m.variance);
    }
    State next = state;
    next[3 * own] = m.mean, next[3 * own + 1] = m.variance, next[3 * own + 2] = m.logit;
    return next;
  }

  Readouts readout(StepContext& c, const State& state) const override {
    Readouts results;
    for (std::size_t g = 0; g < c.model().latents().size(); ++g)
      algorithms::put_moments(c.builder(), results, c.model().latents()[g],
                              {state[3 * g], state[3 * g + 1], state[3 * g + 2]});
    return results;
  }

 private:
  /// A^T y for the columns A of a latent. Derived where only `point` stands for it: the others' estimates depend on its own.
  static Value adjoint(StepContext& c, const algorithms::Observations& parts, std::size_t latent, Value mean,
                       Value y) {
    ir::Builder& b = c.builder();
    algorithms::clear_latents(c);
    const Value point = b.stop_gradient(mean);
    c.set_latent(static_cast<int>(latent), point);
    const ir::Type t = b.type(y);
    const Value image = b.broadcast(c.group(parts.factors[0]).args[2], {t.planes, t.rows, t.lanes});
    return ir::gradient(b, image, y, {point})[0];
  }

  /// Of the first column of a latent, which all others are as long as.
  static Value squared_length(StepContext& c, const algorithms::Observations& parts, std::size_t latent) {
    ir::Builder& b = c.builder();
    const auto image = [&](double entry) {
      for (std::size_t g = 0; g < parts.prior.size(); ++g) {
        std::vector<double> unit(static_cast<std::size_t>(c.model().latents()[g].type.rows), 0);
        if (g == latent) unit[0] = entry;
        const ir::Type type{1, static_cast<int>(unit.size()), false};
        c.set_latent(static_cast<int>(g), b.constant(std::move(unit), type));
      }
      return c.group(parts.factors[0]).args[2];
    };
    const Value column = b.sub(image(1), image(0));
    return b.sum_to(b.square(column), {1, 1, b.type(column).lanes});
  }

  InterferenceCancellation options_;
};

}  // namespace

InterferenceCancellation::operator AlgorithmPointer() const {
  return std::make_shared<InterferenceCancellationRule>(*this);
}

algorithms::Named algorithms::interference_cancellation() { return {{"cancel", InterferenceCancellation{}}}; }

}  // namespace unfurl
