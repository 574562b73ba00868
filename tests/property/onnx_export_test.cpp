// What is exported as ONNX is valid, and computes what the library does.
#include <algorithm>

#include "backend/onnx/writers/writers.hpp"
#include "grad/op_examples.hpp"
#include "network/runner.hpp"
#include "onnx_program.hpp"
#include "program/operations.hpp"
#include "property/laws.hpp"
#include "property/random_program.hpp"
#include "together.hpp"
#include "unfurl/export.hpp"

TEST_SUITE_BEGIN("property");

namespace unfurl::test {

namespace {

void check_as_onnx(const Together& all, int batch) {
  if (!OnnxProgram::there_is_a_runtime()) {
    Numbers parameters;
    for (int i = 0; i < all.graph.size(); ++i)
      if (const ir::Node& node = all.graph[ir::Value{i}]; node.is_parameter())
        parameters[node.name()] = all.numbers.at(node.name());
    (void)OnnxProgram(all.graph, parameters, false);
    return;
  }
  all.check(batch, [&](const Numbers& parameters, const Numbers& leaves, bool doubles) {
    return OnnxProgram(all.graph, parameters, doubles).run(leaves, batch);
  });
}

/// What adds up samples, what only gradients need, and what ONNX has no operators for.
const std::vector<const ir::Operation*> without_operators = {&ir::ops::outer,
                                                             &ir::ops::product_sum,
                                                             &ir::ops::normalize_planes_pull,
                                                             &ir::ops::convolution_kernel,
                                                             &ir::ops::table_sums,
                                                             &ir::ops::parity_pull,
                                                             &ir::ops::shrink_singular_values_slope,
                                                             &ir::ops::shrink_singular_values,
                                                             &ir::ops::polar_factor,
                                                             &ir::ops::total_variation,
                                                             &ir::ops::mean_over_runs,
                                                             &ir::ops::box_cox};

bool is_without(const ir::Operation& op) {
  return std::find(without_operators.begin(), without_operators.end(), &op) != without_operators.end();
}

}  // namespace

TEST_CASE(
    "every operation that results of samples can need is written in ONNX, or expands, but for those that are "
    "named") {
  for (const ir::Operation* op : ir::all_operations()) {
    if (op->arity == 0 || is_without(*op)) continue;
    CHECK_MESSAGE((onnx::find_writer(*op) != nullptr || op->expand != nullptr), op->name);
  }
}

TEST_CASE("every operation exported as ONNX computes what the library does, however its operands broadcast") {
  constexpr int at_once = 100;  // the time of a runtime grows faster than models
  for (const int batch : {1, 3}) {
    Together some;
    int count = 0;
    for (const OpExample& example : op_examples()) {
      ExampleProgram program = declare(example);
      const ir::Node& node = program.graph[program.result];
      if (!node.type.lanes || is_without(*node.op)) continue;
      program.graph.outputs = {{"y", program.result}};
      std::mt19937 random(static_cast<unsigned>(++count));
      some.add(program.graph, draw(example, batch, random),
               to_string(example) + " " + std::to_string(count) + " ");
      if (count % at_once != 0) continue;
      check_as_onnx(some, batch);
      some = Together();
    }
    CHECK(count > 250);
    check_as_onnx(some, batch);
  }
}

TEST_CASE("random programs exported as ONNX compute what the library does") {
  for (const int batch : {1, 5}) {
    Together all;
    for (unsigned seed = 1; seed <= 30; ++seed) {
      ir::Graph program = random_program(seed, 60);
      std::erase_if(program.outputs, [](const auto& output) { return output.first.rfind("value", 0) != 0; });
      program = ir::remove_dead(program);
      bool written = true;
      for (int i = 0; i < program.size(); ++i) written = written && !is_without(*program[ir::Value{i}].op);
      for (unsigned draw = 0; draw < 3 && written; ++draw) {
        const std::string name = "p" + std::to_string(seed) + " ";
        all.add(program, random_numbers(program, batch, seed + 1000 * draw),
                name + std::to_string(draw) + " ", name);
      }
    }
    CHECK(all.graph.outputs.size() > 20);
    check_as_onnx(all, batch);
  }
}

TEST_CASE("networks of every model and algorithm exported as ONNX compute what the library does") {
  Together all;
  int count = 0;
  for (const Case& c : all_cases()) {
    const Network network = unroll(c.model, c.algorithm, 3).untie(unfurl::all).compile();
    const int samples = c.data.samples();
    const ir::Graph program = program_of(network);
    bool written = samples >= 2;
    for (int i = 0; i < program.size(); ++i) written = written && !is_without(*program[ir::Value{i}].op);
    if (!written) continue;
    const Numbers leaves = samples == 2 ? leaves_of(network, c.data)
                                        : test::samples(program, leaves_of(network, c.data), samples, 0, 2);
    all.add(program, leaves, c.name + " " + std::to_string(++count) + " ");
  }
  CHECK(count > 20);
  check_as_onnx(all, 2);
}

TEST_CASE("what samples hand on goes through a model in ONNX from one to the next") {
  Random random(5);
  Model m("frames");
  const auto v = m.observed("V", {6}, nonneg);
  const auto h = m.latent("H", {3}, nonneg);
  const auto W = m.param("W", matrix(6, 3), exact_floats(random, 18, 0.1, 1), nonneg);
  m.factor("fit", KL{v, W * h});
  m.start(h,
          m.param("U", matrix(3, 3), 0.2, nonneg) * previous(h) + m.param("level", vector(3), 1.0, nonneg));
  const Network network = unroll(m, MultiplicativeUpdate{}, 3).untie("W").compile();
  const Signature& signature = network.unrolled().signature;
  REQUIRE(signature.states.size() == 1);
  const std::string model = to_onnx(network);
  CHECK(onnx_objection(model) == "");
  CHECK(model.find("state " + signature.states[0].input) != std::string::npos);
  if (!OnnxProgram::there_is_a_runtime()) return;
  Numbers parameters;
  for (const Parameter& p : network.parameters()) parameters[p.name] = p.values;
  const ir::Graph program = unfurl::program_of(network.unrolled(), {}, std::nullopt);
  const OnnxProgram exported(program, parameters, true, signature.inputs, signature.states);
  std::vector<double> carried(3, 0), expected(3, 0);
  for (int frame = 0; frame < 4; ++frame) {
    Numbers leaves = parameters;
    leaves["V"] = exact_floats(random, 6, 0.1, 1);
    leaves[signature.states[0].input] = expected;
    expected = evaluate<double>(program, leaves, 1).at(signature.states[0].result);
    leaves[signature.states[0].input] = carried;
    carried = exported.run(leaves, 1).at(signature.states[0].result);
    check_exported("frame", true, carried, expected, expected);
  }
}

}  // namespace unfurl::test

TEST_SUITE_END();
