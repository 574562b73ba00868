// HyperLISTA [Chen21].
#include <cmath>

#include "algorithms/sparse/linear_fit.hpp"
#include "core/floors.hpp"
#include "operators/pseudoinverse.hpp"
#include "unfurl/operators.hpp"

namespace unfurl {

namespace {

using detail::cat;
using ir::Value;

constexpr const char* algorithm_name = "HyperLista";
/// Of Count::fractional: entries pass whole from so many thresholds above the threshold on.
constexpr double ramp = 0.25;

/// State: x, and the x before.
class HyperListaRule final : public Algorithm {
 public:
  explicit HyperListaRule(HyperLista options) : options_(options) {}
  std::string name() const override { return algorithm_name; }

  void check(const Model& model) const override {
    const algorithms::Composite parts = algorithms::composite(model, algorithm_name);
    (void)algorithms::LinearFit(model, parts.smooth, algorithm_name);
    algorithms::penalty_of_latent(model, parts, algorithm_name);
    if (parts.penalties.empty())
      throw ScheduleError(cat(algorithm_name, " needs a penalty, which model '", model.name(), "' has not"),
                          algorithms::latent_of(model).where, "for sparse codes L1{1.0, x}");
    for (const double v : {options_.threshold, options_.momentum, options_.selection, options_.step})
      if (!(v >= 0 && std::isfinite(v)))
        throw ScheduleError(cat(algorithm_name, " is given the number ", v), "", "numbers >= 0");
  }

  std::vector<OwnedParameter> parameters(const Model& model) const override {
    const algorithms::LinearFit fit(model, algorithms::composite(model, algorithm_name).smooth,
                                    algorithm_name);
    const int rows = fit.rows(), columns = fit.columns();
    const std::vector<double> a = fit.matrix();
    const ir::Type scalar{1, 1, false, Domain::nonneg};
    std::vector<OwnedParameter> all = {
        {"hyperlista.threshold", scalar, {options_.threshold}},
        {"hyperlista.momentum", scalar, {options_.momentum}},
        {"hyperlista.selection", scalar, {options_.selection}},
        {"hyperlista.weight", {rows, columns, false}, analytic_weight(a, rows, columns)},
        {"hyperlista.pseudoinverse", {columns, rows, false}, operators::pseudoinverse(a, rows, columns)}};
    all[3].computed = all[4].computed = true;
    return all;
  }

  State initial(StepContext& c) const override {
    const Value start = c.start(0, 0);
    return {start, start};
  }

  State step(StepContext& c, const State& state) const override {
    ir::Builder& b = c.builder();
    const algorithms::Composite parts = algorithms::composite(c.model(), algorithm_name);
    const algorithms::LinearFit fit(c.model(), parts.smooth, algorithm_name);
    const Value x = state[0], data = fit.data(c), residual = b.sub(fit.image(c, x), data);
    const Value error = estimate(c, residual);
    const Value beta = b.mul(c.parameter("hyperlista.momentum"), algorithms::count_of_nonzeros(b, x));
    Value z = b.sub(x, b.scale(b.matmul(c.parameter("hyperlista.weight"), residual, true), options_.step));
    z = b.add(z, b.mul(beta, b.sub(x, state[1])));

    const FactorGroup penalty = c.group(parts.penalties.front());
    const Value threshold = b.mul(b.scale(c.parameter("hyperlista.threshold"), options_.step), error);
    const Value shrunk = penalty.declaration->spec.type->proximal(
        b, penalty, z, threshold, algorithms::latent_of(c.model()).type.domain);
    const Value progress = b.sub(b.log(estimate(c, data)), b.log(error));
    const Value share = b.relu(b.mul(c.parameter("hyperlista.selection"), progress));
    const Value most = b.sub(share, b.relu(b.sub(share, b.constant(1))));
    const Value entries = count(b, most, b.type(z).rows);
    if (options_.count == HyperLista::Count::fractional)
      return {algorithms::select_support_in_part(b, z, shrunk, entries, b.scale(threshold, ramp)), x};
    return {algorithms::select_support(b, z, shrunk, entries), x};
  }

  Readouts readout(StepContext& c, const State& state) const override {
    return {{algorithms::latent_of(c.model()).name, state[0]}};
  }

 private:
  /// |A^+ r|_1, which stands for the error of x in that norm.
  static Value estimate(StepContext& c, Value residual) {
    ir::Builder& b = c.builder();
    const Value back = b.matmul(c.parameter("hyperlista.pseudoinverse"), residual);
    return b.add(algorithms::sum_of_magnitudes(b, back), b.constant(floors::smallest));
  }

  Value count(ir::Builder& b, Value share, int entries) const {
    if (options_.count != HyperLista::Count::quantile) return b.scale(share, entries);
    return b.add(b.scale(share, entries - 1),
                 b.constant(0.5));  // rounding makes that the entries at or above it
  }

  HyperLista options_;
};

}  // namespace

HyperLista::operator AlgorithmPointer() const { return std::make_shared<HyperListaRule>(*this); }

}  // namespace unfurl
