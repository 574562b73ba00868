// All pairs of columns turned at once.
#include <cmath>

#include "algorithms/all.hpp"
#include "algorithms/orthonormal/orthonormal.hpp"
#include "unfurl/common_components.hpp"
#include "unfurl/extend/batch_matrices.hpp"
#include "unfurl/extend/convolution.hpp"

namespace unfurl {

namespace {

using ir::Value;

class PairAnglesRule final : public Algorithm {
 public:
  explicit PairAnglesRule(PairAngles options) : options_(options) {}
  std::string name() const override { return "PairAngles"; }
  void check(const Model& model) const override {
    (void)algorithms::common_components(model, "PairAngles");
    if (!(options_.step > 0 && std::isfinite(options_.step)))
      throw ScheduleError(detail::cat("PairAngles step is ", options_.step), "", "a positive number");
  }
  std::vector<OwnedParameter> parameters(const Model&) const override {
    return {{"angles.step", {1, 1, false, Domain::nonneg}, {options_.step}}};
  }
  State initial(StepContext& c) const override { return {algorithms::orthonormal_start(c)}; }
  State step(StepContext& c, const State& state) const override {
    ir::Builder& b = c.builder();
    const Covariances s = algorithms::covariances_of(c, state[0]);
    const Value components = state[0], products = covariances_times(b, s, components);
    const Value variances = component_variances(b, s, components, products);
    const int n = b.type(components).planes;
    Value pull, curvature;
    const auto add = [&](Value& sum, Value term, double weight) {
      term = b.scale(term, weight);
      sum = sum ? b.add(sum, term) : term;
    };
    for (int g = 0; g < s.groups(); ++g) {
      std::vector<int> rows;
      for (int i = 0; i < n; ++i) rows.push_back(g * n + i);
      const Value own = b.gather_planes(products, ir::make_index(std::move(rows), s.groups() * n));
      const Value covariance = ir::batch_matmul(b, components, own, {.transpose_left = true});
      const Value across = b.plane(variances, g), down = ir::reshape(b, across, n, 1);
      const Value one = b.constant(1), inverse = b.sub(b.div(one, down), b.div(one, across));
      const double weight = s.weight[static_cast<std::size_t>(g)];
      add(pull, b.mul(inverse, covariance), weight);
      add(curvature, b.mul(b.squared_difference(down, across), b.div(one, b.mul(down, across))), weight);
    }
    const Value angles = b.div(pull, b.add(curvature, b.constant(0.5e-8)));
    const Value turn = b.mul(c.parameter("angles.step"), b.scale(algorithms::skew(b, angles), 0.5));
    const Value rotation = algorithms::cayley_turn(b, turn, ir::identity_matrix(b, n));
    return {algorithms::polished(b, ir::batch_matmul(b, components, rotation))};
  }
  Readouts readout(StepContext& c, const State& state) const override {
    return algorithms::matrix_readout(c, state[0]);
  }

 private:
  PairAngles options_;
};

}  // namespace

PairAngles::operator AlgorithmPointer() const { return std::make_shared<PairAnglesRule>(*this); }

algorithms::Named algorithms::pair_angles() { return {{"pair_angles", PairAngles{}}}; }

}  // namespace unfurl
