// Gradients of log_partition and of factor marginals against differences, and of the losses made of them against theory.
#include <doctest/doctest.h>

#include <cmath>

#include "property/random_graph.hpp"
#include "train/losses/program.hpp"
#include "unfurl/exact.hpp"
#include "unfurl/extend/algorithm.hpp"
#include "unfurl/extend/builder.hpp"
#include "unfurl/inference.hpp"

TEST_SUITE_BEGIN("grad");

namespace unfurl::test {

namespace {

using ir::Value;

Dataset any_sample() { return Dataset().add("any", 1, 1, {0}); }

/// log_partition of the last layer and a random linear functional of the marginals of all factors.
ir::Graph functional(const Network& network, Random& random) {
  ir::Graph graph = network.unrolled().graph;
  ir::Builder b(graph);
  const std::string last = "@" + std::to_string(network.layers());
  Value sum = b.sum_all(graph.output("log_partition" + last));
  for (const std::string& name : network.unrolled().signature.on_request) {
    if (!name.ends_with(".marginal")) continue;
    const Value p = graph.output(name + last);
    const ir::Type t = b.type(p);
    const Value weights = b.constant(exact_floats(random, static_cast<int>(t.size()), -1, 1),
                                     {t.planes, t.rows, false, Domain::real});
    sum = b.add(sum, b.sum_all(b.mul(weights, p)));
  }
  graph.outputs = {{"sum", sum}};
  return graph;
}

void check_differences(const Network& network, const Dataset& data, Random& random) {
  ir::Graph graph = functional(network, random);
  Evaluation<double> value(ir::optimize(graph), leaves_of(network, data), data.samples());
  CHECK(std::isfinite(value.run().at("sum")[0]));
  ir::Builder b(graph);
  const auto [names, wrt] = parameters_of(graph);
  const auto slopes = ir::gradient(b, graph.output("sum"), b.constant(1), wrt);
  graph.outputs.clear();
  for (std::size_t i = 0; i < wrt.size(); ++i)
    if (slopes[i]) graph.outputs.emplace_back(names[i], b.sum_to(slopes[i], graph.type(wrt[i])));
  const Numbers found = evaluate<double>(ir::optimize(graph), leaves_of(network, data), data.samples());
  REQUIRE_FALSE(found.empty());
  for (const auto& [name, gradient] : found)
    for (std::size_t i = 0; i < gradient.size(); ++i) {
      CAPTURE(name);
      double& entry = value.leaves.at(name)[i];
      CHECK(std::isfinite(gradient[i]));
      if (entry == 0) continue;  // what is impossible is not learned
      const double x = entry, h = 1e-5 * std::abs(x);
      const auto at = [&](double moved) {
        entry = moved;
        return value.run().at("sum")[0];
      };
      const double slope = (8 * (at(x + h) - at(x - h)) - (at(x + 2 * h) - at(x - 2 * h))) / (12 * h);
      entry = x;
      CHECK(gradient[i] == doctest::Approx(slope).epsilon(1e-6));
    }
}

/// Gradients of a loss by parameter, with "loss" itself.
Numbers training_gradients(const Network& network, const Loss& loss, const Dataset& data) {
  const TrainingProgram program = training_program(network.unrolled(), loss, Gradients::ordinary);
  Unrolled reads = network.unrolled();
  reads.signature.inputs = program.inputs;
  Numbers leaves = leaves_of(Network(reads), data);
  leaves["batch.scale"] = {1.0 / data.samples()};
  const Numbers outputs = evaluate<double>(program.graph, leaves, data.samples());
  Numbers found{{"loss", outputs.at(program.graph.outputs.at(0).first)}};
  for (std::size_t k = 0; k < program.gradients.size(); ++k)
    found[network.parameters()[program.gradients[k].parameter].name] =
        outputs.at(program.graph.outputs.at(k + 1).first);
  return found;
}

/// A joint state as labels of the groups of random_graph.
Dataset labels_of(const RandomGraph& r, const std::vector<int>& state) {
  Dataset data;
  std::size_t next = 0;
  for (const auto& d : r.model.discretes()) {
    std::vector<float> labels;
    for (int i = 0; i < d.variable.size(); ++i) labels.push_back(static_cast<float>(state[next++]));
    data.add("label_" + d.variable.name, 1, d.variable.size(), std::move(labels));
  }
  return data;
}
const std::map<std::string, std::string> labels{{"a", "label_a"}, {"b", "label_b"}, {"c", "label_c"}};

/// Largest difference of T dL/dT = dL/dtheta from expected less empirical statistics, over all tables.
double statistics_error(const RandomGraph& r, const Numbers& gradients, const naive::Rows& expected) {
  double most = 0;
  for (std::size_t f = 0; f < r.graph.factors.size(); ++f) {
    const auto& factor = r.graph.factors[f];
    std::size_t entry = 0;
    for (int v : factor.scope) entry = entry * at(r.graph.states[at(v)]) + at(r.possible[at(v)]);
    const auto& gradient = gradients.at("Tf" + std::to_string(f));
    for (std::size_t i = 0; i < gradient.size(); ++i) {
      const double found = gradient[i] * std::exp(factor.log_potential[i]);
      most = std::max(most, std::abs(found - (expected[f][i] - (i == entry ? 1 : 0))));
    }
  }
  return most;
}

double log_potential(const naive::FactorGraph& g, const std::vector<int>& state) {
  double sum = 0;
  for (const auto& f : g.factors) {
    std::size_t entry = 0;
    for (int v : f.scope) entry = entry * at(g.states[at(v)]) + at(state[at(v)]);
    sum += f.log_potential[entry];
  }
  return sum;
}

}  // namespace

TEST_CASE("gradients of log_partition and factor marginals equal differences, hard zeros or not") {
  Random random(111);
  for (int n = 0; n < 24; ++n) {
    CAPTURE(n);
    const RandomGraph r = random_graph(random, {.variables = 3 + n % 3,
                                                .tree = n % 2 == 0,
                                                .largest_arity = 2 + n % 2,
                                                .impossible = n % 3 == 0 ? 0.2 : 0});
    const AlgorithmPointer algorithms[] = {
        SumProduct{.damping = 0.3, .message_weights = MessageWeights::shared},
        SumProduct{.damping = 0.2, .order = UpdateOrder::coloured, .evidence_messages = true},
        TreeReweighted{.spanning_trees = 3}, FractionalBeliefPropagation{.damping = 0.1, .power = 1.4}};
    for (const AlgorithmPointer& algorithm : algorithms) {
      CAPTURE(algorithm->name());
      check_differences(unroll(r.model, algorithm, 3).untie(all).compile(), any_sample(), random);
    }
    if (n % 3 != 0)  // with impossible states the bound of beliefs that are not there yet is -inf
      check_differences(unroll(r.model, MeanField{.damping = 0.2}, 3).compile(), any_sample(), random);
  }
  for (const DiscreteCase& c : discrete_cases()) {
    CAPTURE(c.name);
    const AlgorithmPointer algorithms[] = {SumProduct{}, TreeReweighted{.damping = 0.2}, MeanField{}};
    for (const AlgorithmPointer& algorithm : algorithms)
      check_differences(unroll(c.model, algorithm, 2).compile(), c.data, random);
    for (const UpdateOrder order : {UpdateOrder::sequential, UpdateOrder::forward_backward}) {
      CAPTURE(static_cast<int>(order));
      const AlgorithmPointer one_by_one[] = {SumProduct{.damping = 0.2,
                                                        .message_weights = MessageWeights::per_edge,
                                                        .order = order,
                                                        .evidence_messages = true},
                                             TreeReweighted{.edge_weight = 0.7, .order = order},
                                             MeanField{.damping = 0.2, .order = order}};
      for (const AlgorithmPointer& algorithm : one_by_one)
        check_differences(unroll(c.model, algorithm, 2).untie(all).compile(), c.data, random);
    }
  }
}

TEST_CASE("the likelihood and its gradient are exact on trees") {
  Random random(112);
  for (int n = 0; n < 40; ++n) {
    CAPTURE(n);
    const RandomGraph r = random_graph(random, {.variables = 3 + n % 5,
                                                .tree = true,
                                                .largest_arity = 2 + n % 2,
                                                .impossible = n % 3 == 0 ? 0.2 : 0});
    const naive::Exact truth = naive::enumerate(r.graph);
    const Network network = unroll(r.model, SumProduct{}, 10).compile();
    const Numbers found =
        training_gradients(network, loss::negative_log_likelihood(labels), labels_of(r, r.possible));
    CHECK(found.at("loss")[0] ==
          doctest::Approx(truth.log_partition - log_potential(r.graph, r.possible)).epsilon(1e-10));
    CHECK(statistics_error(r, found, truth.joints) < 1e-9);
  }
}

TEST_CASE("at a fixed point the gradient of the likelihood is expected less empirical statistics") {
  Random random(113);
  int compared = 0;
  for (int n = 0; n < 12; ++n) {
    CAPTURE(n);
    const RandomGraph r = random_graph(
        random, {.variables = 4 + n % 3, .largest_arity = 2 + n % 2, .impossible = n % 4 == 0 ? 0.1 : 0});
    const AlgorithmPointer algorithms[] = {SumProduct{.damping = 0.3}, TreeReweighted{.damping = 0.3}};
    for (const AlgorithmPointer& algorithm : algorithms) {
      CAPTURE(algorithm->name());
      const InferenceResult fixed =
          infer(r.model, algorithm, {}, 0, {.iterations = 100, .tolerance = 1e-10, .factor_marginals = true});
      if (!fixed.converged) continue;
      ++compared;
      const Network network = unroll(r.model, algorithm, 150).compile();
      const Numbers found =
          training_gradients(network, loss::negative_log_likelihood(labels), labels_of(r, r.possible));
      CHECK(statistics_error(r, found, fixed.factor_marginals) < 1e-6);
      // So is the derivative of log_partition itself, through all iterations: the empirical part is in neither.
      Numbers whole = training_gradients(network, loss::log_partition(), labels_of(r, r.possible));
      for (std::size_t f = 0; f < r.graph.factors.size(); ++f) {
        std::size_t entry = 0;
        for (int v : r.graph.factors[f].scope)
          entry = entry * at(r.graph.states[at(v)]) + at(r.possible[at(v)]);
        whole.at("Tf" + std::to_string(f))[entry] -= std::exp(-r.graph.factors[f].log_potential[entry]);
      }
      CHECK(statistics_error(r, whole, fixed.factor_marginals) < 1e-5);
    }
  }
  CHECK(compared >= 16);
}

TEST_CASE("the gradient of the likelihood takes the marginals as given, after any number of iterations") {
  Random random(116);
  const RandomGraph r = random_graph(random, {.variables = 6, .strength = 2});
  const AlgorithmPointer algorithms[] = {SumProduct{}, TreeReweighted{}, MeanField{}};
  for (const AlgorithmPointer& algorithm : algorithms)
    for (int iterations : {1, 3}) {
      const InferenceResult found =
          infer(r.model, algorithm, {}, 0,
                {.iterations = iterations, .tolerance = std::nullopt, .factor_marginals = true});
      const Network network = unroll(r.model, algorithm, iterations).compile();
      const Numbers gradients =
          training_gradients(network, loss::negative_log_likelihood(labels), labels_of(r, r.possible));
      CHECK(gradients.at("loss")[0] ==
            doctest::Approx(found.log_partition.value() - log_potential(r.graph, r.possible)).epsilon(1e-10));
      CHECK(statistics_error(r, gradients, found.factor_marginals) < 1e-12);
    }
}

TEST_CASE("losses from log_partition have its value, and say what they lack") {
  Random random(114);
  const RandomGraph r = random_graph(random, {.variables = 4});
  const Network network = unroll(r.model, MeanField{}, 5).compile();
  const Dataset data = labels_of(r, r.possible);
  const double log_z = network.run(data, {"log_partition"})["log_partition"].values[0];
  CHECK(evaluate_loss(network, loss::free_energy(), data) == doctest::Approx(-log_z).epsilon(1e-6));
  CHECK(evaluate_loss(network, loss::log_partition(), data) == doctest::Approx(log_z).epsilon(1e-6));
  CHECK(evaluate_loss(network, loss::negative_log_likelihood(labels), data) ==
        doctest::Approx(log_z - log_potential(r.graph, r.possible)).epsilon(1e-5));
  for (const GradientCheck& c : check_gradients(network, loss::free_energy(), data))
    CHECK_MESSAGE(c.passed, c.parameter);

  CHECK_THROWS_WITH_AS(evaluate_loss(network, loss::negative_log_likelihood("a", "label_a"), data),
                       doctest::Contains("no labels for variable 'b'"), ScheduleError);
  auto more = labels;
  more["d"] = "label_d";
  CHECK_THROWS_WITH_AS(evaluate_loss(network, loss::negative_log_likelihood(more), data),
                       doctest::Contains("labels for 'd', which is no variable"), ScheduleError);
  CHECK_THROWS_WITH_AS(evaluate_loss(unroll(r.model, MaxProduct{}, 2).compile(), loss::free_energy(), data),
                       doctest::Contains("needs a result 'log_partition'"), ScheduleError);
  const Network conventional = feed_forward(
      {.input = "label_a", .input_type = {1, r.model.discretes()[0].variable.size(), true}, .output = "y"});
  CHECK_THROWS_WITH_AS(evaluate_loss(conventional, loss::negative_log_likelihood(labels), data),
                       doctest::Contains("needs a result 'log_partition'"), ScheduleError);

  Model dense("dense");
  const auto x = dense.discrete("x", {3}, 2);
  dense.factor("pairs", all_pairs(x), Dense{dense.param("W", matrix(3, 3), 0)});
  CHECK_THROWS_WITH_AS(
      evaluate_loss(unroll(dense, MeanField{}, 1).compile(), loss::negative_log_likelihood("x", "label"),
                    Dataset().add("label", 1, 3, {0, 1, 0})),
      doctest::Contains("'pairs' of type Dense has none"), ScheduleError);

  // Labels that the model rules out.
  Model hard("hard");
  const auto z = hard.discrete("z", {1}, 2);
  hard.factor("h", each(z), Table{log(hard.param("H", {2, 1}, {1, 0}, nonneg))});
  const Network certain = unroll(hard, SumProduct{}, 1).compile();
  const auto likelihood = loss::negative_log_likelihood("z", "label");
  CHECK(evaluate_loss(certain, likelihood, Dataset().add("label", 1, 1, {0})) == 0);
  const Dataset ruled_out = Dataset().add("label", 1, 1, {1});
  CHECK_THROWS_AS(evaluate_loss(certain, likelihood, ruled_out), NumericalError);
}

}  // namespace unfurl::test

TEST_SUITE_END();
