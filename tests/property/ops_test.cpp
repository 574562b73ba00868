// Kernels against definitions, entry by entry: every operation on both backends.
#include <doctest/doctest.h>

#include "backend/reference/interpreter.hpp"
#include "grad/op_examples.hpp"

TEST_SUITE_BEGIN("property");

namespace unfurl::test {

TEST_CASE("every operation computes its definition, however its operands broadcast") {
  std::mt19937 random(1);
  for (const OpExample& example : op_examples()) {
    ExampleProgram program = declare(example);
    const ir::Type result = program.graph.type(program.result);
    program.graph.outputs = {{"y", program.result}};
    for (const int batch : {1, 3, 21, 40}) {
      const Numbers numbers = draw(example, batch, random);
      const std::vector<double> expected = reference::run(program.graph, numbers, batch).at("y");
      const double error = difference(evaluate(program.graph, numbers, batch).at("y"), expected);
      CHECK_MESSAGE(error < 2e-15 * (result.lanes ? 1 : batch) * 4, to_string(example), ", ", batch,
                    " samples");
    }
  }
}

}  // namespace unfurl::test

TEST_SUITE_END();
