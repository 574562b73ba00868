// One large sample: operations are cut into parts that threads share.
#include <doctest/doctest.h>

#include <limits>

#include "backend/cpu/cut.hpp"
#include "grad/op_examples.hpp"
#include "passes/passes.hpp"
#include "property/random_program.hpp"
#include "unfurl/factors.hpp"
#include "unfurl/inference.hpp"
#include "unfurl/schedule.hpp"
#include "unfurl/train.hpp"

TEST_SUITE_BEGIN("property");

namespace unfurl::test {

namespace {

/// Results with parts of at least so many entries.
template <class T = double>
Numbers cut(const ir::Graph& graph, const Numbers& leaves, int batch, int threads, std::size_t part_entries) {
  Evaluation<T> evaluation(graph, leaves, batch, threads);
  evaluation.executor().part_entries = part_entries;
  evaluation.executor().poison = true;
  return evaluation.run();
}

constexpr std::size_t whole = std::numeric_limits<std::size_t>::max();

void check_same(const Numbers& found, const Numbers& expected, double tolerance, const std::string& what) {
  for (const auto& [name, values] : expected)
    CHECK_MESSAGE(difference(found.at(name), values) <= tolerance, what, ", ", name);
}

constexpr int side = 256, pixels = side * side;

/// An image of labels, with evidence on every pixel.
Model grid(int states) {
  Random random(7);
  Model m("grid");
  const auto x = m.discrete("x", {side, side}, states);
  const Edges edges = grid4(x);
  std::vector<double> couplings(static_cast<std::size_t>(edges.count()));
  for (double& j : couplings) j = random.uniform() - 0.3;
  const auto J = m.param("J", per_edge(edges), couplings);
  if (states == 2) {
    const auto y = m.observed("y", {side, side});
    m.factor("data", each(x), Field{m.param("g", 0.8) * y});
    m.factor("smooth", edges, Ising{J});
  } else {
    const auto f = m.features("y", {side, side}, 2);
    m.factor("data", each(x), Field{m.param("W", matrix(states, 2), {0.5, -0.3, 0.1, 0.2, 0.7, -0.4}) * f});
    m.factor("smooth", edges, Potts{J});
  }
  return m;
}

Dataset image(int states) {
  Random random(8);
  std::vector<float> y, labels;
  const int planes = states - 1;  // evidence of binary pixels is one number
  for (int i = 0; i < planes * pixels; ++i) y.push_back(static_cast<float>(2 * random.uniform() - 1));
  for (int i = 0; i < pixels; ++i) labels.push_back(static_cast<float>(i % states));
  return Dataset().add("y", planes, pixels, y).add("labels", 1, pixels, labels);
}

const std::vector<AlgorithmPointer>& algorithms() {
  static const std::vector<AlgorithmPointer> all = {MeanField{}, SumProduct{}, MaxProduct{}};
  return all;
}

}  // namespace

TEST_CASE("every operation gives the same when it is cut, however its operands broadcast") {
  std::mt19937 random(1);
  for (const OpExample& example : op_examples()) {
    ExampleProgram program = declare(example);
    program.graph.outputs = {{"y", program.result}};
    for (const int batch : {1, 3, 5}) {
      const Numbers numbers = draw(example, batch, random);
      const Numbers expected = cut(program.graph, numbers, batch, 1, whole);
      for (const std::size_t entries : {1U, 2U, 7U}) {
        const Numbers parts = cut(program.graph, numbers, batch, 1, entries);
        check_same(parts, expected, 1e-12, to_string(example));
        check_same(cut(program.graph, numbers, batch, 3, entries), parts, 0, to_string(example));
      }
    }
  }
}

TEST_CASE("parts are the whole, and none depends on the threads") {
  std::vector<double> out(7 * 1000), a(7 * 1000), b(1000);
  cpu::Call<double> call;
  call.out = {out.data(), 7, 1000, 1, 1000, 1, 1};
  call.in = {{a.data(), 7, 1000, 1, 1000, 1, 1}, {b.data(), 1, 1000, 1, 0, 1, 1}};
  CHECK(exec::count_parts(call, cpu::Cut::none, 1) == 1);
  CHECK(exec::count_parts(call, cpu::Cut::entries, 16384) == 1);
  CHECK(exec::count_parts(call, cpu::Cut::rows, 1000) == 7);
  for (const cpu::Cut kind : {cpu::Cut::entries, cpu::Cut::rows})
    for (const std::size_t entries : {1U, 10U, 300U, 999U}) {
      std::fill(out.begin(), out.end(), 0);
      const int parts = exec::count_parts(call, kind, entries);
      CHECK(parts > 1);
      cpu::Call<double> part;
      for (int i = 0; i < parts; ++i) {
        if (!exec::take_part(call, kind, i, parts, part)) continue;
        for (int p = 0; p < part.out.planes; ++p)
          for (int r = 0; r < part.out.rows; ++r) {
            const auto place = part.out.row(p, r) - out.data();
            CHECK(part.in[0].row(p, r) - a.data() == place);
            CHECK(part.in[1].row(p, r) - b.data() == place % 1000);
            out[static_cast<std::size_t>(place)] += 1;
          }
      }
      CHECK(out == std::vector<double>(out.size(), 1));
    }
}

TEST_CASE("programs in parts compute what a plain interpreter computes, with the same bits for any threads") {
  for (unsigned seed = 0; seed < 60; ++seed) {
    const ir::Graph program = ir::optimize(random_program(seed, 60));
    for (const int batch : {1, 5}) {
      const Numbers numbers = random_numbers(program, batch, seed);
      const Numbers one = cut(program, numbers, batch, 1, 2);
      check_same(one, interpret(program, numbers, batch), 1e-12, std::to_string(seed));
      for (const int threads : {2, 3})
        check_same(cut(program, numbers, batch, threads, 2), one, 0, std::to_string(seed));
    }
  }
}

TEST_CASE("inference of one large image has the same bits for any number of threads") {
  for (const int states : {2, 3})
    for (const AlgorithmPointer& algorithm : algorithms()) {
      const Model model = grid(states);
      InferenceOptions options{.iterations = 2, .tolerance = 1e-9, .decode = false, .threads = 1};
      const InferenceResult one = infer(model, algorithm, image(states), 0, options);
      for (const int threads : {2, 3}) {
        options.threads = threads;
        const InferenceResult result = infer(model, algorithm, image(states), 0, options);
        CHECK(result.marginals == one.marginals);
        CHECK(result.largest_change == one.largest_change);
      }
    }
}

TEST_CASE(
    "a network runs on one large image, and learns from it, with the same bits for any number of threads") {
  for (const int states : {2, 3})
    for (const AlgorithmPointer& algorithm : algorithms()) {
      const Trainer trainer{
          .loss = loss::cross_entropy("x", "labels"), .optimizer = Sgd{.rate = 0.1}, .epochs = 1, .batch = 1};
      std::vector<std::vector<float>> results;
      std::vector<std::vector<double>> parameters;
      for (const int threads : {1, 2, 3}) {
        Network network = unroll(grid(states), algorithm, 2).compile();
        network.threads(threads);
        trainer.fit(network, fixed(image(states)));
        results.push_back(network.run(image(states), {"x"})["x"].values);
        std::vector<double>& all = parameters.emplace_back();
        for (const Parameter& p : network.parameters())
          all.insert(all.end(), p.values.begin(), p.values.end());
      }
      for (const std::size_t other : {1U, 2U}) {
        CHECK(results[other] == results[0]);
        CHECK(parameters[other] == parameters[0]);
      }
    }
}

}  // namespace unfurl::test

TEST_SUITE_END();
