// What updates one after the other cost: programs, their memory and their gradients grow as the graph does, whatever its
// shape and whatever the order.
#include <doctest/doctest.h>

#include "backend/cpu/plan.hpp"
#include "grad/evaluate.hpp"
#include "model/states.hpp"
#include "passes/passes.hpp"
#include "program/attributes.hpp"
#include "property/laws.hpp"
#include "train/losses/program.hpp"
#include "unfurl/extend/builder.hpp"
#include "unroll/unroll.hpp"

TEST_SUITE_BEGIN("property");

namespace unfurl::test {

namespace {

using Pairs = std::vector<std::pair<int, int>>;

struct Shape {
  const char* name;
  int (*variables)(int n);
  Pairs (*pairs)(int n);
};

int as_many(int n) { return n; }
int one_more(int n) { return n + 1; }
int twice(int n) { return 2 * n; }
int grid_size(int n) { return 8 * n; }

Pairs chain_of(int n) {
  Pairs p;
  for (int i = 0; i + 1 < n; ++i) p.emplace_back(i, i + 1);
  return p;
}
Pairs star(int n) {  // the hub comes first
  Pairs p;
  for (int i = 1; i <= n; ++i) p.emplace_back(0, i);
  return p;
}
Pairs star_of_leaves(int n) {  // the hub comes last
  Pairs p;
  for (int i = 0; i < n; ++i) p.emplace_back(i, n);
  return p;
}
Pairs fan(int n) {  // one variable that all of a chain know, and every one of them is updated alone
  Pairs p = star(n);
  for (int i = 1; i < n; ++i) p.emplace_back(i, i + 1);
  return p;
}
Pairs comb(int n) {  // observations first, which are updated together, then what is hidden
  Pairs p;
  for (int i = 0; i < n; ++i) p.emplace_back(i, n + i);
  for (int i = 0; i + 1 < n; ++i) p.emplace_back(n + i, n + i + 1);
  return p;
}
Pairs band(int n) {  // a grid of eight rows, column by column
  Pairs p;
  for (int i = 0; i < 8 * n; ++i) {
    if (i % 8 < 7) p.emplace_back(i, i + 1);
    if (i + 8 < 8 * n) p.emplace_back(i, i + 8);
  }
  return p;
}

const Shape shapes[] = {
    {"chain", as_many, chain_of}, {"star", one_more, star}, {"leaves", one_more, star_of_leaves},
    {"fan", one_more, fan},       {"comb", twice, comb},    {"band", grid_size, band}};

Model model_of(const Shape& shape, int n, int states) {
  Model m(shape.name);
  const auto x = m.discrete("x", {shape.variables(n)}, states);
  const Edges edges = pairs(x, shape.pairs(n));
  if (states == 2)
    m.factor("data", each(x), Field{m.param("g", 1) * m.observed("y", {shape.variables(n)})});
  else
    m.factor("data", each(x),
             Table{m.param("h", {states, x.size()}, std::vector<double>(at(states * x.size())))});
  m.factor(
      "pairs", edges,
      Table{m.param("T", table_per_edge(edges), std::vector<double>(at(states * states * edges.count())))});
  return m;
}

/// Entries of everything that a program and its plan hold.
double cost(const ir::Graph& graph) {
  const auto plan = exec::make_plan(graph);
  std::size_t entries = plan->tile_size + plan->once_size + plan->sums_size;
  for (int i = 0; i < graph.size(); ++i) {
    const ir::Node& node = graph[ir::Value{i}];
    entries += 1 + node.args.size() + node.type.size();
    if (const auto* table = node.attributes.find<ir::Indexed>())
      entries += table->index->target.size() + table->index->offsets.size();
    if (const auto* constant = node.attributes.find<ir::Constant>(); constant && constant->data)
      entries += constant->data->size();
  }
  return static_cast<double>(entries);
}

double cost_of_step(const Model& m, const AlgorithmPointer& algorithm) {
  const StepPrograms programs = step_programs(m, *algorithm);
  return cost(programs.step) + cost(programs.on_request);
}
double cost_of_training(const Model& m, const AlgorithmPointer& algorithm) {
  const Network network = unroll(m, algorithm, 2).untie(all).compile();
  return cost(training_program(network.unrolled(), loss::cross_entropy("x", "x"), Gradients::ordinary).graph);
}

/// What doubling adds, doubles. A square would make it four times as much.
template <class Cost>
void check_linear(const Shape& shape, int states, const AlgorithmPointer& algorithm, Cost cost_of) {
  const auto at_size = [&](int n) { return cost_of(model_of(shape, n, states), algorithm); };
  const double one = at_size(24), two = at_size(48), four = at_size(96);
  INFO(shape.name << ", " << algorithm->name() << ", " << states << " states: " << one << ", " << two << ", "
                  << four);
  CHECK(four - two <= 2.05 * (two - one));
}

}  // namespace

TEST_CASE("programs of updates in any order grow as the graph does") {
  for (const Shape& shape : shapes)
    for (const UpdateOrder order : {UpdateOrder::flooding, UpdateOrder::coloured, UpdateOrder::sequential,
                                    UpdateOrder::forward_backward}) {
      CAPTURE(static_cast<int>(order));
      const AlgorithmPointer algorithms[] = {SumProduct{.damping = 0.3,
                                                        .message_weights = MessageWeights::per_edge,
                                                        .order = order,
                                                        .evidence_messages = true},
                                             MaxProduct{.order = order}, TreeReweighted{.order = order},
                                             FractionalBeliefPropagation{.order = order},
                                             MeanField{.damping = 0.2, .order = order}};
      for (const AlgorithmPointer& algorithm : algorithms) {
        check_linear(shape, 2, algorithm, cost_of_step);
        check_linear(shape, 2, algorithm, cost_of_training);
      }
      check_linear(shape, 3, SumProduct{.order = order}, cost_of_training);
    }
}

TEST_CASE("gradients of slices cost what the slices hold, with gaps and overlaps") {
  // Slice i holds rows 3 i .. 3 i + width, and counts i + 1 times.
  const auto program = [](int n, int width) {
    ir::Graph graph;
    ir::Builder b(graph);
    const ir::Value x = b.input("x", {1, 3 * n + width, true});
    ir::Value loss;
    for (int i = 0; i < n; ++i) {
      const ir::Value part = b.scale(b.sum_all(b.slice_rows(x, 3 * i, width)), i + 1);
      loss = loss ? b.add(loss, part) : part;
    }
    graph.outputs = {{"gradient", ir::gradient(b, loss, b.constant(1), {x})[0]}};
    return ir::optimize(graph);
  };
  for (const int width : {1, 3, 7}) {
    CAPTURE(width);
    const int n = 20, rows = 3 * n + width;
    const auto found = evaluate<double>(program(n, width), {}, 1).at("gradient");
    for (int r = 0; r < rows; ++r) {
      double expected = 0;
      for (int i = 0; i < n; ++i) expected += r >= 3 * i && r < 3 * i + width ? i + 1 : 0;
      CHECK(found[at(r)] == expected);
    }
    const double one = cost(program(50, width)), two = cost(program(100, width)),
                 four = cost(program(200, width));
    CHECK(four - two <= 2.05 * (two - one));
  }
}

TEST_CASE("the index of a table's states is there once, however many messages ask for it") {
  Model m("one");
  const Edges edges = tuples(m.discrete("x", {4}, 3), {{0, 1, 2, 3}});
  CHECK(state_of(edges, 2) == state_of(edges, 2));
  CHECK(state_of(edges, 2) != state_of(edges, 1));
}

}  // namespace unfurl::test

TEST_SUITE_END();
