// Gradients of converged inference: cut off after the last iterations, and of the fixed point itself, against differences of
// the converged results.
#include <doctest/doctest.h>

#include "backend/cpu/plan.hpp"
#include "error/model_errors.hpp"
#include "train/losses/program.hpp"
#include "unfurl/factors.hpp"
#include "unfurl/schedule.hpp"
#include "unfurl/train.hpp"

TEST_SUITE_BEGIN("grad");

namespace unfurl::test {

namespace {

constexpr int many = 120, side = 3;

std::vector<double> draw(Random& random, int n, double low, double high) {
  std::vector<double> v(static_cast<std::size_t>(n));
  for (double& x : v) x = low + (high - low) * random.uniform();
  return v;
}
std::vector<float> floats(const std::vector<double>& v) { return {v.begin(), v.end()}; }

/// A model with an algorithm that converges on it.
struct Converging {
  std::string name;
  Model model;
  AlgorithmPointer algorithm;
  Dataset data;
  Loss loss;
};

Converging grid(const std::string& name, const AlgorithmPointer& algorithm, int states,
                bool observed = true) {
  Random random(3);
  Model m("grid");
  const auto x = m.discrete("x", {side, side}, states);
  const Edges edges = grid4(x);
  const auto J = m.param("J", per_edge(edges), draw(random, edges.count(), -0.6, 0.6));
  const int planes = states == 2 ? 1 : states;
  if (observed)
    m.factor("data", each(x), Field{m.param("g", 0.7) * m.features("y", {side, side}, planes)});
  else
    m.factor("data", each(x),
             Field{m.param("h", {planes, side * side}, draw(random, planes * side * side, -1, 1))});
  m.factor("smooth", edges, states == 2 ? FactorSpec(Ising{J}) : FactorSpec(Potts{J}));
  Dataset data;
  data.add("y", planes, side * side, floats(draw(random, 2 * planes * side * side, -1, 1)));
  std::vector<float> labels;
  for (int i = 0; i < 2 * side * side; ++i) labels.push_back(static_cast<float>(random.below(states)));
  data.add("label", 1, side * side, labels);
  return {name, m, algorithm, data, loss::cross_entropy("x", "label")};
}

Converging sparse_code() {
  Random random(4);
  Model m("sparse_code");
  const auto b = m.observed("b", {8});
  const auto x = m.latent("x", {5});
  m.factor("fit", SquaredError{b, m.param("A", matrix(8, 5), draw(random, 40, -1, 1)) * x});
  m.factor("sparse", L1{m.param("lambda", 0.05, nonneg), x});
  Dataset data;
  data.add("b", 1, 8, floats(draw(random, 24, -1, 1))).add("code", 1, 5, floats(draw(random, 15, -1, 1)));
  return {"ISTA", m, ProximalGradient{}, data, loss::squared_error("x", "code")};
}

std::vector<Converging> converging() {
  return {grid("BP", SumProduct{}, 2),
          grid("damped BP", SumProduct{.damping = 0.3}, 2),
          grid("BP of three states", SumProduct{.damping = 0.3}, 3),
          grid("TRW", TreeReweighted{.damping = 0.3}, 2),
          grid("mean field", MeanField{.damping = 0.3}, 2),
          grid("BP of one graph for all samples", SumProduct{.damping = 0.3}, 2, false),
          sparse_code()};
}

double largest_error(const Network& network, const Converging& c) {
  double most = 0;
  for (const GradientCheck& check : check_gradients(network, c.loss, c.data))
    most = std::max(most, check.largest_error);
  return most;
}

int iterations(const Converging& c) { return c.name == "ISTA" || c.name == "mean field" ? 5 * many : many; }

std::size_t entries(const Network& network, const Loss& loss) {
  return exec::make_plan(training_program(network.unrolled(), loss, Gradients::ordinary).graph)->tile_size;
}

}  // namespace

TEST_CASE("the implicit gradient is that of the converged result") {
  for (const Converging& c : converging()) {
    CAPTURE(c.name);
    const int n = iterations(c);
    CHECK(largest_error(unroll(c.model, c.algorithm, n).compile(), c) < 1e-6);
    CHECK(largest_error(unroll(c.model, c.algorithm, n).implicit(n).compile(), c) < 1e-6);
  }
}

TEST_CASE("a gradient through more of the last layers is nearer to that of the converged result") {
  for (const Converging& c : converging()) {
    CAPTURE(c.name);
    const int n = iterations(c);
    double before = 1e9;
    for (const int through : {1, n / 12, n / 3}) {
      const double error = largest_error(unroll(c.model, c.algorithm, n).through_last(through).compile(), c);
      CAPTURE(through);
      CHECK(error < before);
      before = error;
    }
    CHECK(before < 1e-3);
    CHECK(largest_error(unroll(c.model, c.algorithm, n).through_last(n).compile(), c) < 1e-6);
  }
}

TEST_CASE("near the fixed point, n iterations of the adjoint are a gradient through n + 1 layers") {
  for (const Converging& c : converging()) {
    CAPTURE(c.name);
    const auto gradients = [&](const Schedule& schedule) {
      const Network network = schedule.compile();
      TrainingStore<double> store(network.parameters());
      TrainingRun<double> run(training_program(network.unrolled(), c.loss, Gradients::ordinary),
                              network.parameters(), store, 1);
      run.run(c.data, nullptr, c.data.samples(), c.data.samples());
      std::vector<double> all;
      for (const std::size_t i : run.program().trained)
        if (const double* g = run.gradient(Part::gradient, i))
          all.insert(all.end(), g, g + network.parameters()[i].values.size());
      return all;
    };
    const int n = iterations(c);
    for (const int adjoint : {1, 4}) {
      const auto implicit = gradients(unroll(c.model, c.algorithm, n).implicit(adjoint)),
                 cut = gradients(unroll(c.model, c.algorithm, n).through_last(adjoint + 1));
      REQUIRE(implicit.size() == cut.size());
      for (std::size_t i = 0; i < cut.size(); ++i)
        CHECK(implicit[i] == doctest::Approx(cut[i]).epsilon(1e-6));
    }
  }
}

TEST_CASE("training at a fixed point needs the memory of few layers, however many there are") {
  const Converging c = grid("BP", SumProduct{.damping = 0.3}, 2);
  const auto schedule = [&](int layers) { return unroll(c.model, c.algorithm, layers); };
  const std::size_t all = entries(schedule(80).compile(), c.loss);
  CHECK(entries(schedule(80).implicit(20).compile(), c.loss) ==
        entries(schedule(40).implicit(20).compile(), c.loss));
  CHECK(entries(schedule(80).implicit(20).compile(), c.loss) < all / 10);
  CHECK(entries(schedule(80).through_last(5).compile(), c.loss) ==
        entries(schedule(40).through_last(5).compile(), c.loss));
  CHECK(entries(schedule(80).through_last(5).compile(), c.loss) < all / 5);
}

TEST_CASE("results do not depend on how the gradient goes back") {
  for (const Converging& c : converging()) {
    CAPTURE(c.name);
    const auto value = [&](const Schedule& s) { return evaluate_loss(s.compile(), c.loss, c.data); };
    const double expected = value(unroll(c.model, c.algorithm, 6));
    CHECK(value(unroll(c.model, c.algorithm, 6).implicit(3)) == expected);
    CHECK(value(unroll(c.model, c.algorithm, 6).through_last(2)) == expected);
    CHECK(value(unroll(c.model, c.algorithm, 6).recompute_every(2)) == expected);
  }
}

TEST_CASE("what has no such gradient is refused") {
  const Converging c = grid("BP", SumProduct{}, 2);
  const auto schedule = [&] { return unroll(c.model, c.algorithm, 5); };
  expect_error_here<ScheduleError>([&] { (void)schedule().implicit(0); }, {"0 iterations"});
  expect_error_here<ScheduleError>([&] { (void)schedule().through_last(0); }, {"through 0 of 5"});
  expect_error_here<ScheduleError>([&] { (void)schedule().through_last(6); }, {"through 6 of 5"});
  expect_error_here<ScheduleError>([&] { (void)schedule().recompute_every(0); }, {"every 0th"});
  expect_error_here<ScheduleError>([&] { (void)schedule().through_last(2).implicit(3); }, {"choose one"});
  expect_error_here<ScheduleError>([&] { (void)unroll(c.model, c.algorithm, 1).implicit(3); }, {"one layer"});
  expect_error_here<ScheduleError>([&] { (void)schedule().untie("J").implicit(3).compile(); },
                                   {"'J'", "fixed point"});
  expect_error_here<ScheduleError>([&] { (void)schedule().scale("J").implicit(3).compile(); }, {"'J'"});
  (void)schedule().untie("J", readout()).implicit(3).compile();

  Network network = schedule().implicit(3).compile();
  const auto fit = [&](Trainer trainer) {
    trainer.epochs = 2;
    trainer.fit(network, fixed(c.data));
  };
  expect_error<ScheduleError>([&] { fit({.loss = c.loss.every_layer()}); }, {"last layer", "implicit"});
  expect_error<ScheduleError>([&] { fit({.loss = c.loss, .curriculum = 2}); },
                              {"fewer layers", "curriculum"});
  expect_error<ScheduleError>([&] { fit({.loss = c.loss, .optimizer = MultiplicativeBackprop{}}); },
                              {"split"});
  fit({.loss = c.loss});
}

}  // namespace unfurl::test
