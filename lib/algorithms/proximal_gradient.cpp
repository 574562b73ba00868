#include <cmath>

#include "algorithms/composite.hpp"
#include "operators/linear_map.hpp"

namespace unfurl {

namespace {

using detail::cat;
using ir::Value;
using Form = ProximalGradient::Form;

constexpr const char* algorithm_name = "ProximalGradient";

const Model::FactorDeclaration& declaration(const Model& model, int i) {
  return model.factors()[static_cast<std::size_t>(i)];
}

/// At most one penalty, of the latent itself.
algorithms::Composite parts_of(const Model& model) {
  algorithms::Composite parts = algorithms::composite(model, algorithm_name);
  for (const int i : parts.penalties) {
    const auto& f = declaration(model, i);
    if (i != parts.penalties.front())
      throw ScheduleError(
          cat(algorithm_name, " cannot serve factor '", f.name, "' of type ", f.spec.type->name(),
              " beside '", declaration(model, parts.penalties.front()).name, "': it takes one penalty"),
          f.where, "put both into one factor");
    if (f.spec.args.back().node().kind != Expr::Node::Kind::latent)
      throw ScheduleError(cat(algorithm_name, " cannot serve factor '", f.name, "' of type ",
                              f.spec.type->name(), " of the formula '", f.spec.args.back().node().text, "'"),
                          f.where, "penalise the latent itself");
  }
  return parts;
}

/// State: x, and with momentum the previous x. The LISTA form starts without x: its first layer needs no S.
class ProximalGradientRule : public Algorithm {
 public:
  explicit ProximalGradientRule(ProximalGradient options) : options_(options) {}
  std::string name() const override { return "ProximalGradient"; }

  void check(const Model& model) const override {
    const algorithms::Composite parts = parts_of(model);
    if (!(options_.step >= 0 && std::isfinite(options_.step)))
      throw ScheduleError(cat(algorithm_name, " step is ", options_.step), "",
                          "a positive number, or 0 for 1/L");
    if (options_.form == Form::ista) return;
    if (options_.accelerated)
      throw ScheduleError("ProximalGradient has no accelerated form of LISTA", "", "choose one of the two");
    for (const int i : parts.smooth)
      if (const auto& f = declaration(model, i);
          i != parts.smooth.front() || !has(f.spec.type->serves(), Serves::least_squares))
        throw ScheduleError(
            cat("the LISTA form cannot serve factor '", f.name, "' of type ", f.spec.type->name()), f.where,
            "it takes one SquaredError{b, A * x}; the form ista takes any smooth factor");
    for (const int i : parts.penalties)
      if (const auto& f = declaration(model, i); !has(f.spec.type->serves(), Serves::weighted_l1))
        throw ScheduleError(
            cat("the LISTA form cannot serve factor '", f.name, "' of type ", f.spec.type->name()), f.where,
            "it takes L1; the form ista takes any penalty with a proximal map");
  }

  std::vector<OwnedParameter> parameters(const Model& model) const override {
    const algorithms::Composite parts = parts_of(model);
    const double step =
        options_.step > 0 ? options_.step : 1 / algorithms::curvature(model, parts, algorithm_name);
    if (options_.form == Form::ista) return {{"ista.step", {1, 1, false, Domain::nonneg}, {step}}};

    const auto& fit = declaration(model, parts.smooth.front());
    const operators::LinearMap dictionary(model, fit.spec.args.back(), 0, "the LISTA form learns a matrix",
                                          fit.where);
    const std::size_t rows = dictionary.rows(), columns = dictionary.columns();
    if (!dictionary.homogeneous() || fit.spec.args.back().type().planes > 1)
      throw ScheduleError(cat("the LISTA form cannot serve factor '", fit.name, "': '",
                              fit.spec.args.back().node().text, "' is no matrix times the latent alone"),
                          fit.where, "write it as A * x; the form ista takes any linear formula");
    const std::vector<double> a = dictionary.matrix();
    std::vector<double> s(columns * columns, 0), b(columns * rows);
    for (std::size_t i = 0; i < rows; ++i)
      for (std::size_t j = 0; j < columns; ++j) {
        b[j * rows + i] = step * a[i * columns + j];
        for (std::size_t k = 0; k < columns; ++k)
          s[j * columns + k] -= step * a[i * columns + j] * a[i * columns + k];
      }
    for (std::size_t j = 0; j < columns; ++j) s[j * columns + j] += 1;
    std::vector<double> theta(columns, 0);
    for (const int i : parts.penalties) {
      const auto& penalty = declaration(model, i);
      const auto lambda = operators::initial_values(model, penalty.spec.args[0]);
      if (!lambda)
        throw ScheduleError(
            cat("the LISTA form needs a weight of factor '", penalty.name, "' that is known without data"),
            penalty.where, "a number, a parameter or a formula of parameters");
      for (std::size_t j = 0; j < columns; ++j) theta[j] = step * (*lambda)[lambda->size() == 1 ? 0 : j];
    }
    const int n = static_cast<int>(columns), m = static_cast<int>(rows);
    return {{"lista.S", {n, n, false}, std::move(s)},
            {"lista.B", {n, m, false}, std::move(b)},
            {"lista.theta", {1, n, false}, std::move(theta)}};
  }

  State initial(StepContext& c) const override {
    if (options_.form == Form::lista && !c.model().latents()[0].start) return {Value{}};
    const Value start = c.start(0, 0);
    return options_.accelerated ? State{start, start} : State{start};
  }

  State step(StepContext& c, const State& state) const override {
    return options_.form == Form::lista ? step_lista(c, state) : step_ista(c, state);
  }

  Readouts readout(StepContext& c, const State& state) const override {
    return {{c.model().latents()[0].name, state[0]}};
  }

 private:
  State step_lista(StepContext& c, const State& state) const {
    ir::Builder& b = c.builder();
    const auto& fit = declaration(c.model(), parts_of(c.model()).smooth.front());
    const Value data = c.evaluate(fit.spec.args[0]);
    Value z = b.matmul(c.parameter("lista.B"), data);
    if (state[0]) z = b.add(b.matmul(c.parameter("lista.S"), state[0]), z);
    const Value theta = c.parameter("lista.theta");
    const bool positive = algorithms::latent_of(c.model()).type.domain == Domain::nonneg;
    return {positive ? b.relu(b.sub(z, theta)) : b.soft_threshold(z, theta)};
  }

  State step_ista(StepContext& c, const State& state) const {
    ir::Builder& b = c.builder();
    const algorithms::Composite parts = parts_of(c.model());
    const Domain domain = algorithms::latent_of(c.model()).type.domain;
    Value x = state[0];
    if (options_.accelerated && c.layer() > 0) {  // t_{k+1} = (1 + sqrt(1 + 4 t_k^2)) / 2
      double t = 1, previous = 1;
      for (int k = 0; k < c.layer(); ++k) {
        previous = t;
        t = (1 + std::sqrt(1 + 4 * t * t)) / 2;
      }
      x = b.add(x, b.scale(b.sub(state[0], state[1]), (previous - 1) / t));
    }
    const Value slope = algorithms::smooth_gradient(c, parts, x);
    const Value step = c.parameter("ista.step");
    Value z = b.sub(x, b.mul(step, slope));
    if (!parts.penalties.empty()) {
      const FactorGroup penalty = c.group(parts.penalties.front());
      z = penalty.declaration->spec.type->proximal(b, penalty, z, step, domain);
    } else if (domain == Domain::nonneg) {
      z = b.relu(z);
    }
    return options_.accelerated ? State{z, state[0]} : State{z};
  }

  ProximalGradient options_;
};

}  // namespace

ProximalGradient::operator AlgorithmPointer() const { return std::make_shared<ProximalGradientRule>(*this); }

}  // namespace unfurl
