// Programs that are written and read back are the same programs.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "passes/pipeline.hpp"
#include "program/attributes.hpp"
#include "property/random_program.hpp"

TEST_SUITE_BEGIN("property");

namespace unfurl::test {

namespace {

using ir::Graph;
using ir::Node;
using ir::Value;

void check_same(const Graph& found, const Graph& expected) {
  REQUIRE(found.size() == expected.size());
  for (int i = 0; i < found.size(); ++i) {
    const Node &a = found[Value{i}], &b = expected[Value{i}];
    CHECK(a.op == b.op);
    CHECK(a.args == b.args);
    CHECK_MESSAGE(a.attributes == b.attributes, a.attributes.text(), " and ", b.attributes.text());
    CHECK(a.type == b.type);
    CHECK(a.layer == b.layer);
    CHECK(a.state == b.state);
    CHECK(a.origin == b.origin);
  }
  CHECK(found.outputs == expected.outputs);
}

struct Doubling {
  double factor = 2;
  bool exact = false;
  static constexpr auto fields() {
    return std::tuple(ir::field("factor", &Doubling::factor), ir::field("exact", &Doubling::exact));
  }
};

}  // namespace

TEST_CASE("random programs are the same after they are written and read") {
  for (unsigned seed = 0; seed < 100; ++seed) {
    const Graph program = random_program(seed, 40);
    for (const Graph& g : {program, ir::optimize(program)}) {
      const Graph read = ir::program_from_text(g.text());
      check_same(read, g);
      CHECK(read.text() == g.text());
    }
  }
}

TEST_CASE("what is written and read keeps every bit, every name, and operations of others") {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  static const ir::Operation doubling{
      .name = "doubling",
      .attributes = Doubling{},
      .infer = [](const std::vector<ir::Type>& t, const ir::Attributes&) { return t[0]; }};
  Graph graph;
  ir::Builder b(graph);
  b.origin = "factor 'a \"quoted\" \\ name' (b c.cpp:3)";
  b.layer = 3;
  const Value x = b.input("a name [with] (brackets), = and \"more\"\n", {2, 3, true, Domain::index, 4});
  const std::vector<double> numbers = {0.1, -0.0, 1e-308, 5e-324, infinity, -infinity};
  const Value c = b.constant(numbers, {2, 3});
  const Value empty = b.constant(std::vector<double>{}, {1, 0});
  graph.mark_state(b.emit(doubling, {x}, Doubling{1.0 / 3, true}));
  graph.outputs = {{"out \"1\"", b.add(x, c)}, {"%7 = #", b.scale(x, 1e300)}, {"none", empty}};
  const Graph read = ir::program_from_text("# a remark\n\n" + graph.text(), {&doubling});
  check_same(read, graph);
  CHECK(std::signbit((*read[c].attributes.as<ir::Constant>().data)[1]));
  CHECK(read[Value{3}].attributes.as<Doubling>().factor == 1.0 / 3);
}

TEST_CASE("the pipeline is a list of passes, and each can be looked at") {
  const Graph program = random_program(5, 40);
  std::vector<std::string> seen, watched, names;
  for (const ir::Pass& pass : ir::pipeline()) names.push_back(pass.name);
  Graph last;
  const Graph optimized =
      ir::optimize(program, ir::pipeline(), [&](const ir::Pass& pass, const Graph& g, double seconds) {
        CHECK(seconds >= 0);
        seen.push_back(pass.name);
        last = g;
      });
  CHECK(seen == names);
  check_same(last, optimized);
  {
    const ir::PassWatch watch(
        [&](const ir::Pass& pass, const Graph&, double) { watched.push_back(pass.name); });
    (void)ir::optimize(program);
  }
  (void)ir::optimize(program);
  CHECK(watched == names);
}

}  // namespace unfurl::test

TEST_SUITE_END();
