// Passes keep what programs compute.
#include <doctest/doctest.h>

#include "passes/passes.hpp"
#include "program/operations.hpp"
#include "property/random_program.hpp"
#include "unfurl/extend/builder.hpp"
#include "unfurl/extend/program.hpp"
#include "unfurl/unfurl.hpp"

TEST_SUITE_BEGIN("property");

namespace unfurl::test {

namespace {

using ir::Graph;
using ir::Value;

constexpr unsigned programs = 200;

/// The outputs of both programs agree, to the last bit where `tolerance` is zero.
void check_same(const Graph& before, const Graph& after, unsigned seed, double tolerance) {
  ir::verify(after);
  const Numbers numbers = random_numbers(before, 5, seed);
  const Numbers expected = interpret(before, numbers, 5), found = interpret(after, numbers, 5);
  REQUIRE(after.outputs.size() == before.outputs.size());
  for (std::size_t i = 0; i < before.outputs.size(); ++i) {
    const auto& [name, v] = before.outputs[i];
    CHECK(after.outputs[i].first == name);
    CHECK(after.type(after.outputs[i].second) == before.type(v));
    const double error = difference(found.at(name), expected.at(name));
    CHECK_MESSAGE(error <= tolerance, "program ", seed, ", ", name);
  }
}

int count_states(const Graph& graph) {
  int states = 0;
  for (int i = 0; i < graph.size(); ++i) states += graph[Value{i}].state;
  return states;
}

}  // namespace

TEST_CASE("merging equal values keeps every bit") {
  for (unsigned seed = 0; seed < programs; ++seed) {
    const Graph program = random_program(seed, 40), merged = ir::merge_common(program);
    CHECK(merged.size() < program.size());
    check_same(program, merged, seed, 0);
    CHECK(ir::merge_common(merged).size() == merged.size());
  }
}

TEST_CASE("removing dead values keeps every bit") {
  for (unsigned seed = 0; seed < programs; ++seed) {
    const Graph program = random_program(seed, 40), live = ir::remove_dead(program);
    CHECK(live.size() < program.size());
    check_same(program, live, seed, 0);
    CHECK(ir::remove_dead(live).size() == live.size());
  }
}

TEST_CASE("computing once what is equal for all samples keeps the outputs") {
  for (unsigned seed = 0; seed < programs; ++seed) {
    const Graph program = random_program(seed, 40);
    check_same(program, ir::hoist_uniform(program), seed, 1e-12);
  }
}

TEST_CASE("computing before copies and summing neighbours keep every bit") {
  bool earlier = false;
  for (unsigned seed = 0; seed < programs; ++seed) {
    const Graph program = random_program(seed, 40), computed = ir::compute_before_copies(program),
                summed = ir::sum_neighbours(program);
    check_same(program, computed, seed, 0);
    check_same(program, summed, seed, 0);
    earlier = earlier || computed.text() != program.text();
  }
  CHECK(earlier);
}

TEST_CASE("what factors read of variables is computed once a variable, and summed without copies") {
  Model m("grid");
  auto h = m.observed("h", {4, 5});
  auto x = m.discrete("x", {4, 5}, 2);
  m.factor("data", each(x), Field{h});
  m.factor("smooth", grid4(x), Ising{m.param("J", 0.3)});
  const Graph program = ir::program_from_text(unroll(m, MeanField{}, 3).untie(all).compile().text());
  int sums = 0;
  for (int i = 0; i < program.size(); ++i) {
    const ir::Node& node = program[Value{i}];
    if (node.type.lanes) CHECK(node.type.rows <= 20);
    sums += node.op == &ir::ops::neighbour_sum;
  }
  CHECK(sums == 3);
}

TEST_CASE(
    "differences of two states' probabilities and sums of products are one operation, if nobody reads their "
    "parts") {
  const auto count = [](const Graph& g, const ir::Operation& op) {
    int found = 0;
    for (int i = 0; i < g.size(); ++i)
      if (g[Value{i}].op == &op) ++found;
    return found;
  };
  for (const bool read : {false, true}) {
    Graph program;
    ir::Builder b(program);
    const Value x = b.input("x", {1, 5, true}), w = b.param("w", {1, 5, false});
    const Value p = b.sigmoid(b.mul(w, x)), difference = b.sub(p, b.sigmoid(b.neg(b.mul(x, w))));
    const Value product = b.mul(difference, x);
    program.outputs = {{"rows", b.sum_to(product, {1, 5, false})}};
    if (read) program.outputs.insert(program.outputs.end(), {{"p", p}, {"product", product}});
    const Graph optimized = ir::optimize(program);
    CHECK(count(optimized, ir::ops::sigmoid_difference) == (read ? 0 : 1));
    CHECK(count(optimized, ir::ops::sigmoid) == (read ? 2 : 0));
    CHECK(count(optimized, ir::ops::product_sum) == (read ? 0 : 1));
    CHECK(count(optimized, ir::ops::mul) == (read ? 2 : 1));  // w x and x w are one
    check_same(program, optimized, 1, 1e-12);
  }
}

TEST_CASE("the optimized program gives the outputs of the program as written") {
  for (unsigned seed = 0; seed < programs; ++seed) {
    const Graph program = random_program(seed, 40), optimized = ir::optimize(program);
    check_same(program, optimized, seed, 1e-12);
    CHECK(optimized.size() < program.size());
    CHECK(ir::optimize(optimized).size() <= optimized.size());
  }
}

TEST_CASE("a program in the operations of a poorer target gives the same") {
  const auto primitive = [](const ir::Operation& op) { return op.expand == nullptr; };
  bool expanded = false;
  for (unsigned seed = 0; seed < programs; ++seed) {
    const Graph program = random_program(seed, 40), lowered = ir::lower(program, {"poor", primitive});
    for (int i = 0; i < lowered.size(); ++i) CHECK(primitive(*lowered[Value{i}].op));
    expanded = expanded || lowered.size() > program.size();
    ir::verify(lowered);
    const Numbers numbers = random_numbers(program, 5, seed);
    const Numbers expected = interpret(program, numbers, 5), found = interpret(lowered, numbers, 5);
    for (const auto& [name, v] : program.outputs)
      CHECK_MESSAGE(difference(found.at(name), expected.at(name)) < 1e-11, "program ", seed, ", ", name);
    CHECK(count_states(lowered) == count_states(program));
  }
  CHECK(expanded);
}

TEST_CASE("a program written twice merges into one") {
  Graph once, twice;
  for (Graph* graph : {&once, &twice})
    for (int copy = 0; copy < (graph == &once ? 1 : 2); ++copy) {
      ir::Builder b(*graph);
      const Value x = b.input("x", {1, 4, true}), w = b.param("w", {4, 4});
      const Value numbers = b.constant({1, 2, 3, 4}, {1, 4});
      const Value h = b.exclusive_sum(b.matmul(w, x), b.mul(x, numbers), ir::make_index({0, 1, 1, 3}, 4));
      graph->outputs.emplace_back("out" + std::to_string(copy), b.pow(b.exp(b.slice_rows(h, 1, 2)), 1.5));
    }
  CHECK(twice.size() == 2 * once.size());
  const Graph merged = ir::merge_common(twice);
  CHECK(merged.size() == once.size());
  CHECK(merged.output("out0") == merged.output("out1"));
}

TEST_CASE("values that differ in one attribute are not merged") {
  Graph graph;
  ir::Builder b(graph);
  const Value x = b.input("x", {1, 4, true}), m = b.param("m", {4, 4});
  std::vector<Value> different = {
      b.pow(x, 1.5),
      b.pow(x, 1.7),
      b.matmul(m, x),
      b.matmul(m, x, true),
      b.slice_rows(x, 0, 2),
      b.slice_rows(x, 1, 2),
      b.slice_rows(x, 1, 1),
      b.gather_rows(x, ir::make_index({0, 1}, 4)),
      b.gather_rows(x, ir::make_index({1, 0}, 4)),
      b.constant({1, 2}, {1, 2}),
      b.constant({1, 3}, {1, 2}),
      b.constant({1, 2}, {2, 1}),
      b.sum_to(x, {1, 1, true}),
      b.sum_to(x, {1, 1, false}),
  };
  for (std::size_t i = 0; i < different.size(); ++i)
    graph.outputs.emplace_back(std::to_string(i), different[i]);
  CHECK(ir::merge_common(graph).size() == graph.size());
}

TEST_CASE("states stay states through every pass") {
  Graph graph;
  ir::Builder b(graph);
  const Value x = b.input("x", {1, 2, true});
  const Value plain = b.tanh(x), state = b.tanh(x);  // equal values, one of them carried on
  const Value fixed = b.exp(b.param("p", {1, 2}));
  const Value uniform = b.square(b.broadcast(b.constant(2), {1, 2, true}));  // equal for all samples
  for (const Value v : {state, fixed, uniform}) graph.mark_state(v);
  graph.outputs = {
      {"plain", b.exp(plain)}, {"state", b.square(state)}, {"sum", b.mul(b.mul(x, fixed), uniform)}};
  for (const auto pass : {ir::merge_common, ir::remove_dead, ir::hoist_uniform, ir::compute_before_copies,
                          ir::sum_neighbours, ir::optimize})
    CHECK(count_states(pass(graph)) == 3);
}

TEST_CASE("cancelled or not, split gradients of whole programs are the gradient in two non-negative halves") {
  for (unsigned seed = 0; seed < programs; ++seed) {
    Graph program = random_program(seed, 25);
    ir::Builder b(program);
    const Value loss = program.output("loss");
    std::vector<Value> leaves;
    for (int i = 0; i < loss.id; ++i)
      if (program[Value{i}].is_input() || program[Value{i}].is_parameter()) leaves.push_back(Value{i});
    const auto gradients = ir::gradient(b, loss, b.constant(1), leaves);
    for (const ir::Cancel cancel : {ir::Cancel::never, ir::Cancel::per_layer}) {
      const auto halves = ir::split_gradient(b, loss, b.constant(1), leaves, cancel);
      Graph checked = program;
      checked.outputs.clear();
      for (std::size_t i = 0; i < leaves.size(); ++i) {
        if (!gradients[i]) continue;
        const std::string leaf = std::to_string(i);
        checked.outputs.emplace_back("gradient " + leaf, gradients[i]);
        if (halves[i].plus) checked.outputs.emplace_back("plus " + leaf, halves[i].plus);
        if (halves[i].minus) checked.outputs.emplace_back("minus " + leaf, halves[i].minus);
      }
      const Numbers results = interpret(ir::optimize(checked), random_numbers(program, 4, seed), 4);
      for (std::size_t i = 0; i < leaves.size(); ++i) {
        if (!gradients[i]) continue;
        const std::string leaf = std::to_string(i);
        const std::vector<double>& gradient = results.at("gradient " + leaf);
        std::vector<double> rest = gradient, none(gradient.size(), 0);
        double scale = 1;
        for (const auto& [half, sign] : {std::pair{"plus ", 1.0}, std::pair{"minus ", -1.0}})
          if (const auto found = results.find(half + leaf); found != results.end())
            for (std::size_t e = 0; e < rest.size(); ++e) {
              CHECK(found->second[e] >= 0);
              scale = std::max(scale, found->second[e]);
              rest[e] -= sign * found->second[e];
            }
        CHECK_MESSAGE(largest(rest) < 1e-12 * scale, "program ", seed, ", leaf ", i);
      }
    }
  }
}

}  // namespace unfurl::test

TEST_SUITE_END();
