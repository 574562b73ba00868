// What is exported as C computes what the library does.
#include <algorithm>

#include "backend/c/texts/text.hpp"
#include "c_program.hpp"
#include "grad/op_examples.hpp"
#include "passes/passes.hpp"
#include "program/attributes.hpp"
#include "program/operations.hpp"
#include "property/laws.hpp"
#include "property/random_program.hpp"
#include "together.hpp"

TEST_SUITE_BEGIN("property");

namespace unfurl::test {

namespace {

void check_as_c(const Together& all, int batch) {
  all.check(batch, [&](const Numbers& parameters, const Numbers& leaves, bool doubles) {
    CProgram c(all.graph, parameters, batch, doubles);
    Numbers exported = c.run(leaves);
    REQUIRE(c.status <= 0);
    return exported;
  });
}

/// What adds up samples, what only gradients need, and what is written as its expansion; others have no text in C.
const std::vector<const ir::Operation*> without_text = {&ir::ops::outer,
                                                        &ir::ops::product_sum,
                                                        &ir::ops::normalize_planes_pull,
                                                        &ir::ops::convolution_kernel,
                                                        &ir::ops::table_sums,
                                                        &ir::ops::normalized_table_message,
                                                        &ir::ops::normalized_table_pull,
                                                        &ir::ops::normalized_table_sums,
                                                        &ir::ops::parity_pull,
                                                        &ir::ops::shrink_singular_values_slope};

}  // namespace

TEST_CASE("every operation that results of samples can need has a text in C") {
  for (const ir::Operation* op : ir::all_operations()) {
    if (op->arity == 0) continue;
    const bool excepted = std::find(without_text.begin(), without_text.end(), op) != without_text.end();
    CHECK_MESSAGE((c::find_writer(*op) != nullptr) != excepted, op->name);
  }
}

TEST_CASE("every operation exported as C computes what the library does, however its operands broadcast") {
  if (!CProgram::there_is_a_compiler()) return;
  for (const int batch : {1, 3}) {
    Together all;
    int count = 0;
    for (const OpExample& example : op_examples()) {
      ExampleProgram program = declare(example);
      const ir::Node& node = program.graph[program.result];
      if (!node.type.lanes ||
          std::find(without_text.begin(), without_text.end(), node.op) != without_text.end())
        continue;
      program.graph.outputs = {{"y", program.result}};
      std::mt19937 random(static_cast<unsigned>(++count));
      all.add(program.graph, draw(example, batch, random),
              to_string(example) + " " + std::to_string(count) + " ");
    }
    CHECK(count > 300);
    check_as_c(all, batch);
  }
}

TEST_CASE("random programs exported as C compute what the library does") {
  if (!CProgram::there_is_a_compiler()) return;
  for (const int batch : {1, 5}) {
    Together all;
    for (unsigned seed = 1; seed <= 30; ++seed) {
      ir::Graph program = random_program(seed, 60);
      std::erase_if(program.outputs, [](const auto& output) { return output.first.rfind("value", 0) != 0; });
      program = ir::remove_dead(program);
      for (unsigned draw = 0; draw < 3; ++draw) {
        const std::string name = "p" + std::to_string(seed) + " ";
        all.add(program, random_numbers(program, batch, seed + 1000 * draw),
                name + std::to_string(draw) + " ", name);
      }
    }
    check_as_c(all, batch);
  }
}

TEST_CASE("networks of every model and algorithm exported as C compute what the library does") {
  if (!CProgram::there_is_a_compiler()) return;
  Together all;
  int count = 0;
  for (const Case& c : all_cases()) {
    const Network network = unroll(c.model, c.algorithm, 3).untie(unfurl::all).compile();
    Dataset data = c.data;
    const int samples = data.samples();
    const ir::Graph program = program_of(network);
    if (samples < 2) continue;
    const Numbers leaves = samples == 2 ? leaves_of(network, data)
                                        : test::samples(program, leaves_of(network, data), samples, 0, 2);
    all.add(program, leaves, c.name + " " + std::to_string(++count) + " ");
  }
  CHECK(count > 20);
  check_as_c(all, 2);
}

}  // namespace unfurl::test

TEST_SUITE_END();
