#include <algorithm>
#include <cmath>
#include <utility>

#include "algorithms/all.hpp"
#include "algorithms/proximal/linear_fit.hpp"
#include "unfurl/operators.hpp"

namespace unfurl {

namespace {

using detail::cat;
using ir::Value;
using Form = ProximalGradient::Form;
using Weight = ProximalGradient::Weight;
using algorithms::declaration;

constexpr const char* algorithm_name = "ProximalGradient";

/// At most one penalty, of the latent itself.
algorithms::Composite parts_of(const Model& model) {
  algorithms::Composite parts = algorithms::composite(model, algorithm_name);
  algorithms::penalty_of_latent(model, parts, algorithm_name);
  return parts;
}

/// State: x, and with momentum the previous x. The LISTA form starts without x: its first layer needs no S.
class ProximalGradientRule : public Algorithm {
 public:
  explicit ProximalGradientRule(ProximalGradient options) : options_(std::move(options)) {}
  std::string name() const override { return "ProximalGradient"; }

  void check(const Model& model) const override {
    const algorithms::Composite parts = parts_of(model);
    if (options_.step && !(*options_.step > 0 && std::isfinite(*options_.step)))
      throw ScheduleError(cat(algorithm_name, " step is ", *options_.step), "",
                          "a positive number; leave it out for 1/L");
    if (!(options_.ridge >= 0 && std::isfinite(options_.ridge)))
      throw ScheduleError(cat(algorithm_name, " is given the ridge ", options_.ridge), "", "a number >= 0");
    const SupportSelection& selection = options_.selection;
    if (!(selection.per_layer >= 0 && selection.most >= 0 && std::isfinite(selection.per_layer)))
      throw ScheduleError(cat(algorithm_name, " selects a share of ", selection.per_layer,
                              " a layer and at most ", selection.most),
                          "", "shares of the entries, for example {0.012, 0.13}");
    check_turns(model, parts);
    const bool plain = options_.weight == Weight::transpose && selection.per_layer == 0;
    if (options_.form == Form::lista && !(plain && options_.turns.empty()))
      throw ScheduleError("the LISTA form has no weight, selection or turns", "",
                          "Form::ista with Weight::coupled has them");
    if (options_.weight != Weight::transpose) (void)fit_of(model, parts);
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
    if (options_.form == Form::ista) {
      const bool analytic = options_.weight == Weight::analytic;
      const double step = options_.step ? *options_.step : analytic ? 1 : inverse_curvature(model);
      std::vector<OwnedParameter> all = {{"ista.step", {1, 1, false, Domain::nonneg}, {step}}};
      if (options_.weight != Weight::transpose) {
        const algorithms::LinearFit fit = fit_of(model, parts);
        std::vector<double> w = fit.matrix();
        if (analytic)
          w = analytic_weight(w, fit.rows(), fit.columns(), AnalyticWeight::automatic, options_.ridge);
        all.push_back({"ista.weight", {fit.rows(), fit.columns(), false}, std::move(w)});
        all.back().computed = analytic;
      }
      return all;
    }
    const double step = options_.step ? *options_.step : inverse_curvature(model);

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
    const algorithms::Composite parts = parts_in(c.model(), c.layer());
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
    const Value down = slope(c, parts, x), step = c.parameter("ista.step");
    const Value z = b.sub(x, b.mul(step, down));
    Value next = z;
    if (!parts.penalties.empty()) {
      const FactorGroup penalty = c.group(parts.penalties.front());
      next = penalty.declaration->spec.type->proximal(b, penalty, z, step, domain);
    } else if (domain == Domain::nonneg) {
      next = b.relu(z);
    }
    if (const auto& [per_layer, most] = options_.selection; per_layer > 0) {
      const double share = std::min({(c.layer() + 1) * per_layer, most, 1.0});
      const algorithms::Units units = units_of(c.model(), parts);
      next = units.select_support(b, z, next, b.constant(share * units.count(b.type(z).rows)));
    }
    return options_.accelerated ? State{next, state[0]} : State{next};
  }

  algorithms::LinearFit fit_of(const Model& model, const algorithms::Composite& parts) const {
    return {model, parts.smooth,
            cat(algorithm_name, options_.weight == Weight::analytic ? " with the analytic weight"
                                                                    : " with a weight of its own")};
  }

  /// What support selection counts.
  static algorithms::Units units_of(const Model& model, const algorithms::Composite& parts) {
    return parts.penalties.empty() ? algorithms::Units()
                                   : algorithms::Units(declaration(model, parts.penalties.front()));
  }

  Value slope(StepContext& c, const algorithms::Composite& parts, Value x) const {
    if (options_.weight == Weight::transpose) return algorithms::smooth_gradient(c, parts, x);
    const algorithms::LinearFit fit = fit_of(c.model(), parts);
    ir::Builder& b = c.builder();
    return b.matmul(c.parameter("ista.weight"), b.sub(fit.image(c, x), fit.data(c)), true);
  }

  bool takes_turns(const Model::FactorDeclaration& f) const {
    return std::find(options_.turns.begin(), options_.turns.end(), f.name) != options_.turns.end();
  }

  void check_turns(const Model& model, const algorithms::Composite& parts) const {
    std::vector<std::string> smooth;
    for (const int i : parts.smooth) smooth.push_back(declaration(model, i).name);
    for (const std::string& name : options_.turns)
      if (std::find(smooth.begin(), smooth.end(), name) == smooth.end())
        throw ScheduleError(cat("no smooth factor '", name, "' could take turns in ", algorithm_name), "",
                            detail::did_you_mean(name, smooth));
  }

  /// What counts in a layer: of the factors that take turns one.
  algorithms::Composite parts_in(const Model& model, int layer) const {
    algorithms::Composite parts = parts_of(model);
    if (options_.turns.empty()) return parts;
    const std::string& turn = options_.turns[static_cast<std::size_t>(layer) % options_.turns.size()];
    std::erase_if(parts.smooth, [&](int i) {
      return takes_turns(declaration(model, i)) && declaration(model, i).name != turn;
    });
    return parts;
  }

  /// 1/L, of the layer where it is the smallest.
  double inverse_curvature(const Model& model) const {
    double most = 0;
    for (std::size_t layer = 0; layer < std::max<std::size_t>(options_.turns.size(), 1); ++layer)
      most = std::max(most,
                      algorithms::curvature(model, parts_in(model, static_cast<int>(layer)), algorithm_name));
    return 1 / most;
  }

  ProximalGradient options_;
};

}  // namespace

ProximalGradient::operator AlgorithmPointer() const { return std::make_shared<ProximalGradientRule>(*this); }

algorithms::Named algorithms::proximal_gradient() {
  using Weight = ProximalGradient::Weight;
  const SupportSelection published{0.012, 0.13};  // [Chen18]
  return {{"ista", ProximalGradient{}},
          {"fista", ProximalGradient{.accelerated = true}},
          {"lista", ProximalGradient{.form = ProximalGradient::Form::lista}},
          {"lista-cp", ProximalGradient{.weight = Weight::coupled}},
          {"lista-cpss", ProximalGradient{.weight = Weight::coupled, .selection = published}},
          {"alista", ProximalGradient{.weight = Weight::analytic}},
          {"alista-ss", ProximalGradient{.weight = Weight::analytic, .selection = published}}};
}

}  // namespace unfurl
