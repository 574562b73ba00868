// What the executor refuses, and what it says of it.
#include <doctest/doctest.h>

#include "backend/cpu/executor.hpp"
#include "passes/passes.hpp"
#include "property/random_program.hpp"
#include "unfurl/error.hpp"
#include "unfurl/extend/builder.hpp"

TEST_SUITE_BEGIN("property");

namespace unfurl::test {

namespace {

using exec::Exchange;
using exec::Executor;
using ir::Graph;
using ir::Type;
using ir::Value;

constexpr bool lanes = true;

/// Runs y = f(x) for x of one row where `write` gives f.
template <class Write>
Graph program_of(Write write) {
  Graph graph;
  ir::Builder b(graph);
  graph.outputs = {{"y", write(b, b.input("x", {1, 1, lanes}))}};
  return graph;
}

}  // namespace

TEST_CASE("a result that is not finite names the first operation, its layer and what asked for it") {
  Graph graph;
  ir::Builder b(graph);
  const Value x = b.input("x", {1, 3, lanes});
  b.layer = 2;
  b.origin = "factor 'smooth' (denoiser.cpp:14)";
  const Value bad = b.log(b.sub(x, b.constant(1)));
  b.layer = 3;
  b.origin = "factor 'later' (denoiser.cpp:20)";
  const Value y = b.exp(bad);
  graph.outputs = {{"y", y}, {"total", b.sum_all(y)}};
  std::vector<double> values(120, 2.0);
  CHECK_NOTHROW(evaluate(graph, {{"x", values}}, 40, 2));
  values[77] = 0.5;  // the logarithm of -0.5
  for (const int threads : {1, 2}) {
    try {
      evaluate(graph, {{"x", values}}, 40, threads);
      FAIL("nothing was thrown");
    } catch (const NumericalError& error) {
      CHECK(error.what_happened() == "operation 'log' gives NaN in layer 3");
      CHECK(error.where() == "factor 'smooth' (denoiser.cpp:14)");
      CHECK_FALSE(error.mend().empty());
    }
  }
}

TEST_CASE("infinite sums and infinite values are found too; the logarithm of zero alone is no error") {
  const auto run = [](const Graph& graph, double x) { return evaluate(graph, {{"x", {x}}}, 1); };
  const Graph inverse = program_of([](ir::Builder& b, Value x) { return b.div(b.constant(1), x); });
  CHECK(run(inverse, 4).at("y")[0] == 0.25);
  CHECK_THROWS_WITH_AS(run(inverse, 0), doctest::Contains("'div' gives infinity"), NumericalError);
  const Graph total = program_of([](ir::Builder& b, Value x) { return b.sum_all(b.div(b.constant(1), x)); });
  CHECK_THROWS_WITH_AS(run(total, 0), doctest::Contains("'div' gives infinity"), NumericalError);
  const Graph after = program_of([](ir::Builder& b, Value x) { return b.sqrt(b.sum_all(x)); });
  CHECK(run(after, 9).at("y")[0] == 3);
  CHECK_THROWS_WITH_AS(run(after, -1), doctest::Contains("'sqrt' gives NaN"), NumericalError);
  const Graph impossible = program_of([](ir::Builder& b, Value x) { return b.exp(b.log(x)); });
  CHECK(run(impossible, 0).at("y")[0] == 0);
  CHECK_THROWS_AS(run(impossible, std::numeric_limits<double>::quiet_NaN()), NumericalError);
}

TEST_CASE("a parameter that is not bound is named") {
  Graph graph;
  ir::Builder b(graph);
  graph.outputs = {{"y", b.mul(b.input("x", {1, 1, lanes}), b.param("step of layer 2", {1, 1}))}};
  Executor<double> executor(exec::make_plan(graph), 1);
  Exchange<double> exchange;
  exchange.load = [](const std::string&, int, int count, double* to) { std::fill_n(to, count, 1.0); };
  CHECK_THROWS_WITH_AS(executor.run(1, exchange), doctest::Contains("'step of layer 2'"), InternalError);
  const double step = 0.5;
  executor.bind("step of layer 2", &step);
  double y = 0;
  exchange.store = [&](const std::string&, int, int, const double* from) { y = *from; };
  executor.run(1, exchange);
  CHECK(y == 0.5);
}

TEST_CASE("what load and store throw reaches the caller from any thread") {
  const Graph graph = program_of([](ir::Builder& b, Value x) { return b.neg(x); });
  for (const int threads : {1, 2, 4}) {
    Executor<float> executor(exec::make_plan(graph), threads);
    Exchange<float> exchange;
    exchange.load = [](const std::string&, int first, int count, float* to) {
      if (first + count > 200) throw DataError("sample 200 is missing");
      std::fill_n(to, count, 1.0F);
    };
    CHECK_THROWS_WITH_AS(executor.run(500, exchange), doctest::Contains("sample 200 is missing"), DataError);
    CHECK_NOTHROW(executor.run(150, exchange));
    exchange.store = [](const std::string& name, int, int, const float*) {
      throw DataError("cannot keep " + name);
    };
    CHECK_THROWS_WITH_AS(executor.run(150, exchange), doctest::Contains("cannot keep y"), DataError);
  }
}

}  // namespace unfurl::test

TEST_SUITE_END();
