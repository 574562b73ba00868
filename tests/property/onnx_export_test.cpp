// What is exported as ONNX is valid, and computes what the library does.
#include <algorithm>

#include "backend/onnx/writers/writers.hpp"
#include "grad/op_examples.hpp"
#include "onnx_program.hpp"
#include "program/operations.hpp"
#include "property/laws.hpp"
#include "property/random_program.hpp"
#include "together.hpp"

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
  for (const int batch : {1, 3}) {
    Together all;
    int count = 0;
    for (const OpExample& example : op_examples()) {
      ExampleProgram program = declare(example);
      const ir::Node& node = program.graph[program.result];
      if (!node.type.lanes || is_without(*node.op)) continue;
      program.graph.outputs = {{"y", program.result}};
      std::mt19937 random(static_cast<unsigned>(++count));
      all.add(program.graph, draw(example, batch, random),
              to_string(example) + " " + std::to_string(count) + " ");
    }
    CHECK(count > 250);
    check_as_onnx(all, batch);
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

}  // namespace unfurl::test

TEST_SUITE_END();
