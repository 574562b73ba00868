// Descent on matrices with orthonormal columns.
#include <cmath>

#include "algorithms/all.hpp"
#include "algorithms/composite.hpp"
#include "algorithms/orthonormal/orthonormal.hpp"
#include "unfurl/common_components.hpp"
#include "unfurl/extend/batch_matrices.hpp"
#include "unfurl/extend/convolution.hpp"

namespace unfurl {

namespace {

using ir::Value;

class CayleyDescentRule final : public Algorithm {
 public:
  explicit CayleyDescentRule(CayleyDescent options) : options_(options) {}
  std::string name() const override { return "CayleyDescent"; }
  void check(const Model& model) const override {
    (void)algorithms::orthonormal_matrix(model, "CayleyDescent");
    if (!(options_.step > 0 && std::isfinite(options_.step)))
      throw ScheduleError(detail::cat("CayleyDescent step is ", options_.step), "", "a positive number");
  }
  std::vector<OwnedParameter> parameters(const Model&) const override {
    return {{"cayley.step", {1, 1, false, Domain::nonneg}, {options_.step}}};
  }
  State initial(StepContext& c) const override { return {algorithms::orthonormal_start(c)}; }
  State step(StepContext& c, const State& state) const override {
    ir::Builder& b = c.builder();
    const ir::Type t = b.type(state[0]);
    const Value x = ir::reshape(b, state[0], 1, t.planes * t.rows);
    const Value slope = algorithms::smooth_gradient(c, algorithms::composite(c.model(), "CayleyDescent"), x);
    const Value g = ir::reshape(b, slope, t.planes, t.rows);
    const Value turn = algorithms::skew(b, ir::batch_matmul(b, state[0], g, {.transpose_right = true}));
    const Value angles = b.mul(c.parameter("cayley.step"), turn);
    return {algorithms::polished(b, algorithms::cayley_turn(b, angles, state[0]))};
  }
  Readouts readout(StepContext& c, const State& state) const override {
    return algorithms::matrix_readout(c, state[0]);
  }

 private:
  CayleyDescent options_;
};

}  // namespace

CayleyDescent::operator AlgorithmPointer() const { return std::make_shared<CayleyDescentRule>(*this); }

algorithms::Named algorithms::cayley_descent() { return {{"cayley", CayleyDescent{}}}; }

}  // namespace unfurl
