// An operator of our own: how much a sequence bends. Its adjoint, and so the step of the algorithm, are derived.
#include <unfurl/factors.hpp>
#include <unfurl/operators.hpp>
#include <unfurl/schedule.hpp>

#include <cstdio>

using namespace unfurl;

Operator bends() {
  return linear("bends", [](const Expr& x) {
    const int n = x.type().rows;
    return slice(x, 0, n - 2) - 2 * slice(x, 1, n - 2) + slice(x, 2, n - 2);
  });
}

int main() {
  Model m("smooth");
  const auto y = m.observed("y", {9});
  const auto x = m.latent("x", {9});
  m.factor("data", SquaredError{y, identity() * x});
  m.factor("bends little", SquaredError{0.0 * slice(y, 0, 7), 2.0 * bends() * x});
  const std::vector<float> rough = {0, 1, 1, 3, 2, 3, 1, 1, 0};
  const Network network = unroll(m, ProximalGradient{.accelerated = true}, 100).compile();
  const Samples smooth = network.run(Dataset().add("y", 1, 9, rough))["x"];
  for (const float v : rough) std::printf("%6.2f", v);
  std::puts("");
  for (const float v : smooth.values) std::printf("%6.2f", v);
  std::puts("");
}
