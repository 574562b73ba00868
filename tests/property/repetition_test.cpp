// Layers that are written by copying are those that the algorithm would have written, and cost nodes, not edges.
#include <doctest/doctest.h>

#include "backend/cpu/plan.hpp"
#include "network/runner.hpp"
#include "program/shared_indices.hpp"
#include "property/laws.hpp"
#include "train/losses/program.hpp"
#include "unfurl/extend/algorithm.hpp"

TEST_SUITE_BEGIN("property");

namespace unfurl::test {

namespace {

/// An algorithm that asks in every part which layer it is in: its layers are never copied.
class Counting final : public Algorithm {
 public:
  explicit Counting(AlgorithmPointer algorithm) : algorithm_(std::move(algorithm)) {}
  std::string name() const override { return algorithm_->name(); }
  void check(const Model& model) const override { algorithm_->check(model); }
  std::vector<OwnedParameter> parameters(const Model& model) const override {
    return algorithm_->parameters(model);
  }
  State initial(StepContext& c) const override { return algorithm_->initial(c); }
  State step(StepContext& c, const State& state) const override {
    (void)c.layer();
    return algorithm_->step(c, state);
  }
  Readouts readout(StepContext& c, const State& state) const override {
    (void)c.layer();
    return algorithm_->readout(c, state);
  }
  Readouts on_request(StepContext& c, const State& state) const override {
    (void)c.layer();
    return algorithm_->on_request(c, state);
  }

 private:
  AlgorithmPointer algorithm_;
};

void check_same(const Unrolled& copied, const Unrolled& written) {
  CHECK(copied.graph.text() == written.graph.text());
  CHECK(copied.signature.readouts == written.signature.readouts);
  CHECK(copied.signature.on_request == written.signature.on_request);
  REQUIRE(copied.parameters.size() == written.parameters.size());
  for (std::size_t i = 0; i < copied.parameters.size(); ++i) {
    CHECK(copied.parameters[i].name == written.parameters[i].name);
    CHECK(copied.parameters[i].places == written.parameters[i].places);
    CHECK(copied.parameters[i].trained == written.parameters[i].trained);
  }
}

Model grid(int side, int states, bool shared) {
  Model m("grid");
  const auto x = m.discrete("x", {side, side}, states);
  m.factor("data", each(x), Field{m.features("u", {side, side}, states == 2 ? 1 : states)});
  const Edges edges = grid4(x);
  const Param J = shared ? m.param("J", 0.3) : m.param("J", per_edge(edges), 0.3);
  if (states == 2)
    m.factor("smooth", edges, Ising{J});
  else
    m.factor("smooth", edges, Potts{J});
  return m;
}

/// Every variable in three checks of six.
Model code(int n) {
  Model m("code");
  const auto x = m.discrete("x", {n}, 2);
  m.factor("received", each(x), Field{m.observed("y", {n})});
  std::vector<std::vector<int>> checks;
  for (int shift : {0, 1, 5})
    for (int c = 0; c < n / 6; ++c) {
      checks.emplace_back();
      for (int k = 0; k < 6; ++k) checks.back().push_back((c * 6 + k * (1 + shift) + shift) % n);
    }
  m.factor("checks", tuples(x, checks), Parity{});
  return m;
}

struct Compiled {
  ir::SharedIndices::Cost cost;  ///< in entries of index tables
  int nodes = 0, run_nodes = 0, step_nodes = 0;
  std::size_t run_entries = 0;  ///< of a sample's memory
};

Compiled compile(const Model& model, const AlgorithmPointer& algorithm, int layers) {
  const ir::SharedIndices indices;
  const Network network = unroll(model, algorithm, layers).untie(all).compile();
  Compiled c;
  const auto plan = exec::make_plan(program_of(network.unrolled(), {}, {}));
  c.nodes = network.unrolled().graph.size();
  c.run_nodes = plan->graph.size();
  c.run_entries = plan->tile_size;
  c.step_nodes = training_program(network.unrolled(), loss::cross_entropy("x", "label"), Gradients::ordinary)
                     .graph.size();
  c.cost = indices.cost();
  return c;
}

struct Kind {
  const char* name;
  std::function<Model(int size)> model;  ///< with edges proportional to it
  AlgorithmPointer algorithm;
};

std::vector<Kind> kinds() {
  return {
      {"binary BP", [](int size) { return grid(size, 2, false); }, SumProduct{}},
      {"damped BP", [](int size) { return grid(size, 2, false); }, SumProduct{.damping = 0.5}},
      {"min-sum", [](int size) { return grid(size, 2, true); }, MaxProduct{}},
      {"Potts", [](int size) { return grid(size, 5, true); }, SumProduct{}},
      {"mean field", [](int size) { return grid(size, 2, true); }, MeanField{}},
      {"coloured", [](int size) { return grid(size, 2, true); }, MeanField{.order = UpdateOrder::coloured}},
      {"code", [](int size) { return code(6 * size * size / 4); },
       SumProduct{.message_weights = MessageWeights::per_edge}}};
}

}  // namespace

TEST_CASE("layers that are copied are those that the algorithm writes") {
  constexpr int layers = 6;
  for (const Case& c : all_cases()) {
    CAPTURE(c.name);
    for (const char* tying : {"tied", "untied", "scaled", "readout", "last:2", "blocks:2"}) {
      CAPTURE(tying);
      const auto of = [&](const AlgorithmPointer& algorithm) {
        return unroll(c.model, algorithm, layers).tying(tying);
      };
      const AlgorithmPointer counting = std::make_shared<Counting>(c.algorithm);
      check_same(of(c.algorithm).compile().unrolled(), of(counting).compile().unrolled());
      check_same(of(c.algorithm).through_last(2).compile().unrolled(),
                 of(counting).through_last(2).compile().unrolled());
    }
  }
}

TEST_CASE("so are those of a fixed point, and of samples of several frames") {
  for (const Case& c : all_cases()) {
    CAPTURE(c.name);
    const AlgorithmPointer counting = std::make_shared<Counting>(c.algorithm);
    check_same(unroll(c.model, c.algorithm, 5).implicit(3).compile().unrolled(),
               unroll(c.model, counting, 5).implicit(3).compile().unrolled());
    if (c.model.discretes().empty() && c.model.continuous().empty())
      check_same(unroll(c.model, c.algorithm, 5).frames(2).compile().unrolled(),
                 unroll(c.model, counting, 5).frames(2).compile().unrolled());
  }
}

TEST_CASE("compilation looks at edges as often whatever the number of layers") {
  for (const Kind& kind : kinds()) {
    CAPTURE(std::string(kind.name));
    const Model model = kind.model(8), larger = kind.model(16);
    const Compiled few = compile(model, kind.algorithm, 6), many = compile(model, kind.algorithm, 48);
    CHECK(few.cost.made == many.cost.made);
    CHECK(few.run_entries == many.run_entries);  // and so does what a run remembers
    // Tables of states, not of edges, may be asked for in every layer.
    const std::size_t more = many.cost.asked - few.cost.asked;
    CHECK(more <= 42 * 32);
    CHECK(more ==
          compile(larger, kind.algorithm, 48).cost.asked - compile(larger, kind.algorithm, 6).cost.asked);
    // Nodes are as many in every layer.
    const Compiled most = compile(model, kind.algorithm, 90);
    CHECK(most.nodes - many.nodes == many.nodes - few.nodes);
    CHECK(most.run_nodes - many.run_nodes == many.run_nodes - few.run_nodes);
    CHECK(most.step_nodes - many.step_nodes == many.step_nodes - few.step_nodes);
  }
}

TEST_CASE("compilation costs in proportion to edges, and nodes do not grow with them") {
  for (const Kind& kind : kinds()) {
    CAPTURE(std::string(kind.name));
    const Compiled small = compile(kind.model(12), kind.algorithm, 8),
                   large = compile(kind.model(24), kind.algorithm, 8);
    CHECK(large.cost.asked <= small.cost.asked * 9 / 2);  // four times the sites, and less of a border
    CHECK(large.cost.made <= small.cost.made * 9 / 2);
    CHECK(large.nodes == small.nodes);
    CHECK(large.step_nodes == small.step_nodes);
    const auto edges = static_cast<std::size_t>(make_layout(kind.model(24)).variables[0].edges);
    CHECK(large.cost.asked <= 60 * edges);
  }
}

}  // namespace unfurl::test
