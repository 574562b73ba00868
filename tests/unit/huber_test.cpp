// Huber's loss: its energy, its slope, and what it refuses.
#include <doctest/doctest.h>

#include "error/model_errors.hpp"
#include "grad/evaluate.hpp"
#include "unfurl/extend/algorithm.hpp"
#include "unfurl/extend/gradient.hpp"
#include "unfurl/factors.hpp"

TEST_SUITE_BEGIN("unit");

namespace unfurl::test {

TEST_CASE("Huber's loss is a square near zero and linear beyond, and its slope never exceeds delta") {
  Model m("huber");
  const auto x = m.latent("x", {5});
  m.factor("fit", Huber{m.observed("y", {5}), x, 0.5});
  ir::Graph graph;
  ir::Builder b(graph);
  FactorGroup g;
  g.declaration = m.factors().data();
  const ir::Value v = b.input("x", {1, 5, true});
  g.args = {b.constant(0.5), b.input("y", {1, 5, true}), v};
  const FactorType& type = *m.factors()[0].spec.type;
  const ir::Value energy = type.energy(b, g);
  graph.outputs = {{"energy", energy}, {"slope", ir::gradient(b, energy, b.constant(1), {v})[0]}};
  const Numbers r = evaluate(graph, {{"x", {0, 0.25, -0.5, 2, -3}}, {"y", {0, 0, 0, 0, 0}}}, 1);
  CHECK(difference(r.at("energy"), {0.03125 + 0.125 + (1 - 0.125) + (1.5 - 0.125)}) < 1e-15);
  CHECK(difference(r.at("slope"), {0, 0.25, -0.5, 0.5, -0.5}) < 1e-15);
  CHECK(type.curvature(m.factors()[0]) == 1);
  expect_error_here<ModelError>([&] { m.factor("f", Huber{m.observed("z", {4}), x, 0.5}); }, {"'f'", "'z'"});
  expect_error_here<ModelError>(
      [&] {
        m.factor("f", Huber{m.observed("w", {5}), x, -1.0});
      },
      {"'f'", "negative"});
  const auto v5 = m.observed("v", {5});
  const auto three = m.param("three", vector(3), 1.0), stacked = m.param("stacked", matrix(3, 1), 1.0);
  for (const Expr& delta : {Expr(three), Expr(stacked), Expr(x)})
    expect_error_here<ModelError>(
        [&] {
          m.factor("f", Huber{v5, x, delta});
        },
        {"'f'", "'" + delta.node().text + "'"});
}

TEST_CASE("targets are without latents") {
  Model m("target");
  const auto x = m.latent("x", {5});
  const auto y = m.observed("y", {5});
  expect_error_here<ModelError>([&] { m.factor("f", SquaredError{y - 5.0 * x, x}); }, {"'f'", "latent"});
  expect_error_here<ModelError>([&] { m.factor("f", Huber{x, y}); }, {"'f'", "'x'", "latent"});
}

}  // namespace unfurl::test

TEST_SUITE_END();
