// An algorithm of our own: gradient descent whose step is a parameter, untied and trained like the model's.
#include <cstdio>
#include <unfurl/extend/algorithm.hpp>
#include <unfurl/extend/gradient.hpp>
#include <unfurl/schedule.hpp>
using namespace unfurl;
class Descent final : public Algorithm {
  std::string name() const override { return "Descent"; }
  void check(const Model&) const override {}
  std::vector<OwnedParameter> parameters(const Model&) const override {
    return {{"descent.step", {1, 1, false, nonneg}, {0.5}}};
  }
  State initial(StepContext& c) const override { return {c.start(0, 0)}; }
  State step(StepContext& c, const State& x) const override {
    c.set_latent(0, x[0]);
    ir::Builder& b = c.builder();
    const ir::Value energy = c.group(0).declaration->spec.type->energy(b, c.group(0));
    const ir::Value slope = ir::gradient(b, energy, b.constant(1), {x[0]})[0];
    return {b.sub(x[0], b.mul(c.parameter("descent.step"), slope))};
  }
  Readouts readout(StepContext&, const State& x) const override { return {{"x", x[0]}}; }
};

int main() {
  Model m("target");
  m.factor("near", SquaredError{m.observed("y", {1}), m.latent("x", {1})});
  const Network network = unroll(m, std::make_shared<Descent>(), 4).untie("descent.step").compile();
  const auto one = Dataset().add("y", 1, 1, {1});
  for (int k = 1; k <= 4; ++k) std::printf("layer %d: %.3f\n", k, network.run(one, {"x"}, k)["x"].values[0]);
}
