// Kernels against definitions, entry by entry: every operation on both backends.
#include <doctest/doctest.h>

#include "backend/reference/interpreter.hpp"
#include "grad/op_examples.hpp"

TEST_SUITE_BEGIN("property");

namespace unfurl::test {

TEST_CASE("every operation computes its definition, however its operands broadcast") {
  for (const OpExample& example : op_examples()) {
    const std::string text = to_string(example);
    std::seed_seq seed(text.begin(), text.end());  // its own, so that others do not change what it is given
    std::mt19937 random(seed);
    ExampleProgram program = declare(example);
    const ir::Type result = program.graph.type(program.result);
    program.graph.outputs = {{"y", program.result}};
    for (const int batch : {1, 3, 21, 40}) {
      const Numbers numbers = draw(example, batch, random);
      const std::vector<double> expected = reference::run(program.graph, numbers, batch).at("y");
      const double error = difference(evaluate(program.graph, numbers, batch).at("y"), expected);
      CHECK_MESSAGE(error < 2e-15 * (result.lanes ? 1 : batch) * 4, text, ", ", batch, " samples");
    }
  }
}

}  // namespace unfurl::test

TEST_SUITE_END();
