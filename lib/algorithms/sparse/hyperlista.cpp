// HyperLISTA [Chen21].
#include <cmath>

#include "algorithms/all.hpp"
#include "algorithms/proximal/linear_fit.hpp"
#include "core/floors.hpp"
#include "operators/pseudoinverse.hpp"
#include "unfurl/extend/convolution.hpp"
#include "unfurl/extend/gradient.hpp"
#include "unfurl/operators.hpp"

namespace unfurl {

namespace {

using detail::cat;
using ir::Value;

constexpr const char* hyperlista_name = "HyperLista";
/// Of Count::fractional: entries pass whole from so many thresholds above the threshold on.
constexpr double ramp = 0.25;

/// State: x, and the x before.
class HyperListaRule final : public Algorithm {
 public:
  explicit HyperListaRule(HyperLista options) : options_(options) {}
  std::string name() const override { return hyperlista_name; }

  void check(const Model& model) const override {
    const algorithms::Composite parts = algorithms::composite(model, hyperlista_name);
    (void)algorithms::LinearFit(model, parts.smooth, hyperlista_name);
    algorithms::penalty_of_latent(model, parts, hyperlista_name);
    if (parts.penalties.empty())
      throw ScheduleError(cat(hyperlista_name, " needs a penalty, which model '", model.name(), "' has not"),
                          algorithms::latent_of(model).where, "for sparse codes L1{1.0, x}");
    for (const double v : {options_.threshold, options_.momentum, options_.selection,
                           options_.floor.value_or(0), options_.ridge})
      if (!(v >= 0 && std::isfinite(v)))
        throw ScheduleError(cat(hyperlista_name, " is given the number ", v), "", "numbers >= 0");
    if (options_.step && !(*options_.step > 0 && std::isfinite(*options_.step)))
      throw ScheduleError(cat(hyperlista_name, " step is ", *options_.step), "",
                          "a positive number; leave it out (std::nullopt) for 1 / |W^T A|_2");
    if (!options_.block) return;
    const auto& penalty = algorithms::declaration(model, parts.penalties.front());
    if (*options_.block < 1 || !std::isfinite(options_.local))
      throw ScheduleError(cat(hyperlista_name, " is given blocks of ", *options_.block, " and ",
                              options_.local, " for what is local"),
                          "", "a positive number and a finite one; leave them out for no blocks");
    if (!penalty.spec.type->groups(penalty) && !has(penalty.spec.type->serves(), Serves::separable))
      throw ScheduleError(cat(hyperlista_name, " has no thresholds by block for factor '", penalty.name,
                              "' of type ", penalty.spec.type->name()),
                          penalty.where, "they serve L1, ComplexL1 and what else treats entries alone");
  }

  std::vector<OwnedParameter> parameters(const Model& model) const override {
    const algorithms::LinearFit fit(model, algorithms::composite(model, hyperlista_name).smooth,
                                    hyperlista_name);
    const int rows = fit.rows(), columns = fit.columns();
    const std::vector<double> a = fit.matrix();
    const std::vector<double> w =
        analytic_weight(a, rows, columns, AnalyticWeight::automatic, options_.ridge);
    const double step = options_.step ? *options_.step : 1 / operators::norm_of_product(w, a, rows, columns);
    const ir::Type scalar{1, 1, false, Domain::nonneg};
    std::vector<OwnedParameter> all = {{"hyperlista.threshold", scalar, {options_.threshold}},
                                       {"hyperlista.momentum", scalar, {options_.momentum}},
                                       {"hyperlista.selection", scalar, {options_.selection}},
                                       {"hyperlista.step", scalar, {step}},
                                       {"hyperlista.weight", {rows, columns, false}, w},
                                       {"hyperlista.pseudoinverse",
                                        {columns, rows, false},
                                        operators::pseudoinverse(a, rows, columns, options_.ridge)}};
    all[4].computed = all[5].computed = true;
    if (options_.floor) all.push_back({"hyperlista.floor", scalar, {*options_.floor}});
    if (options_.block) all.push_back({"hyperlista.local", {1, 1, false}, {options_.local}});
    return all;
  }

  State initial(StepContext& c) const override {
    const Value start = c.start(0, 0);
    return {start, start};
  }

  State step(StepContext& c, const State& state) const override {
    ir::Builder& b = c.builder();
    const algorithms::Composite parts = algorithms::composite(c.model(), hyperlista_name);
    const algorithms::LinearFit fit(c.model(), parts.smooth, hyperlista_name);
    const algorithms::Units units(algorithms::declaration(c.model(), parts.penalties.front()));
    const Value x = state[0], data = fit.data(c), image = fit.image(c, x), residual = b.sub(image, data);
    const Value errors = estimate(c, units, residual), error = total(b, errors);
    Value beta = c.parameter("hyperlista.momentum");
    if (options_.counts_support) beta = b.mul(beta, units.nonzeros(b, x));
    const Value step = c.parameter("hyperlista.step");
    Value z = b.sub(x, b.mul(step, b.matmul(c.parameter("hyperlista.weight"), residual, true)));
    z = b.add(z, b.mul(beta, b.sub(x, state[1])));

    const Value most_error = total(b, estimate(c, units, data));  // of x = 0
    Value threshold = b.mul(c.parameter("hyperlista.threshold"), error);
    if (options_.block) threshold = b.mul(threshold, by_block(c, errors, error));
    if (options_.floor) {
      const Value least = b.mul(c.parameter("hyperlista.floor"), largest(b, units, image, x, data));
      threshold = b.add(threshold, least);
    }
    threshold = b.mul(threshold, step);
    const FactorGroup penalty = c.group(parts.penalties.front());
    const Value shrunk = penalty.declaration->spec.type->proximal(
        b, penalty, z, threshold, algorithms::latent_of(c.model()).type.domain);
    const Value progress = b.sub(b.log(most_error), b.log(error));
    const Value share = b.relu(b.mul(c.parameter("hyperlista.selection"), progress));
    const Value most = b.sub(share, b.relu(b.sub(share, b.constant(1))));
    const Value entries = count(b, most, units.count(b.type(z).rows));
    if (options_.count == HyperLista::Count::fractional)
      return {units.select_support_in_part(b, z, shrunk, entries, b.scale(threshold, ramp)), x};
    return {units.select_support(b, z, shrunk, entries), x};
  }

  Readouts readout(StepContext& c, const State& state) const override {
    return {{algorithms::latent_of(c.model()).name, state[0]}};
  }

 private:
  /// |A^+ r|, whose sum stands for the error of x in that norm.
  static Value estimate(StepContext& c, const algorithms::Units& units, Value residual) {
    ir::Builder& b = c.builder();
    return units.magnitudes(b, b.matmul(c.parameter("hyperlista.pseudoinverse"), residual));
  }
  static Value total(ir::Builder& b, Value errors) {
    return b.add(algorithms::sum(b, errors), b.constant(floors::smallest));
  }

  /// The largest |A^T b|.
  static Value largest(ir::Builder& b, const algorithms::Units& units, Value image, Value x, Value data) {
    const Value back = units.magnitudes(b, ir::gradient(b, image, data, {x})[0]);
    return b.max_planes(ir::reshape(b, back, b.type(back).rows, 1));
  }

  /// What the threshold of every entry is multiplied with.
  Value by_block(StepContext& c, Value errors, Value error) const {
    ir::Builder& b = c.builder();
    const int size = *options_.block, entries = b.type(errors).rows, blocks = (entries + size - 1) / size;
    std::vector<int> block;
    std::vector<double> scale(static_cast<std::size_t>(blocks), 0.0);
    for (int i = 0; i < entries; ++i) {
      block.push_back(i / size);
      ++scale[static_cast<std::size_t>(block.back())];
    }
    for (double& s : scale) s = entries / s;
    const ir::Index of = ir::make_index(std::move(block), blocks);
    const Value shares = b.mul(b.segment_sum_rows(errors, of), b.constant(scale, {1, blocks, false}));
    const Value above = b.sub(b.div(shares, error), b.constant(1));
    const Value factor = b.add(b.mul(c.parameter("hyperlista.local"), above), b.constant(1));
    return b.gather_rows(b.relu(factor), of);
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

algorithms::Named algorithms::hyperlista() { return {{"hyperlista", HyperLista{}}}; }

}  // namespace unfurl
