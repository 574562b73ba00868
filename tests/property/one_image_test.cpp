// One large sample: threads share every operation on its sites, to the same bits.
#include <doctest/doctest.h>

#include "backend/cpu/calls.hpp"
#include "backend/cpu/cut.hpp"
#include "backend/cpu/executor.hpp"
#include "property/laws.hpp"
#include "train/losses/program.hpp"

TEST_SUITE_BEGIN("property");

namespace unfurl::test {

namespace {

constexpr int side = 48;

std::vector<std::pair<int, int>> neighbours(int down, int right) {
  std::vector<std::pair<int, int>> list;
  for (int r = 0; r + down < side; ++r)
    for (int c = 0; c + right < side; ++c) list.emplace_back(r * side + c, (r + down) * side + c + right);
  return list;
}

/// Grids of many sites whose factors of one direction share their parameters.
Network image(const std::string& kind, int states) {
  Model m(kind);
  const auto u = m.features("u", {side, side}, states == 2 ? 1 : states);
  const auto x = m.discrete("x", {side, side}, states);
  m.factor("data", each(x), Field{m.param("scale", 1.0) * u + m.param("bias", 0.1)});
  for (const char* name : {"right", "down"}) {
    const Edges edges = pairs(x, *name == 'r' ? neighbours(0, 1) : neighbours(1, 0));
    const std::string parameter = std::string("J_") + name;
    if (kind == "table")
      m.factor(name, edges, Table{m.param(parameter, table(edges), 0.2)});
    else if (kind == "Potts")
      m.factor(name, edges, Potts{m.param(parameter, 0.3)});
    else
      m.factor(name, edges, Ising{m.param(parameter, 0.3)});
  }
  const AlgorithmPointer algorithm =
      kind == "mean field" ? AlgorithmPointer(MeanField{}) : AlgorithmPointer(SumProduct{});
  return unroll(m, algorithm, 3).untie(all).compile();
}

std::vector<std::pair<std::string, Network>> images() {
  std::vector<std::pair<std::string, Network>> list;
  for (const char* kind : {"table", "Potts"}) list.emplace_back(kind, image(kind, 5));
  for (const char* kind : {"mean field", "Ising"}) list.emplace_back(kind, image(kind, 2));
  return list;
}

ir::Graph step_of(const Network& network) {
  return training_program(network.unrolled(), loss::cross_entropy("x", "label"), Gradients::ordinary).graph;
}

Dataset data_for(const Network& network) {
  Random random(11);
  const ir::Type u = network.unrolled().signature.inputs[0].type;
  Dataset data;
  data.add("u", u.planes, u.rows, as_floats(exact_floats(random, static_cast<int>(u.size()), -1, 1)));
  std::vector<float> label;
  for (int i = 0; i < side * side; ++i) label.push_back(static_cast<float>(random.below(2)));
  data.add("label", 1, side * side, label);
  return data;
}

}  // namespace

TEST_CASE("every operation on the sites of one image is cut, forward and back") {
  for (const auto& [kind, network] : images()) {
    CAPTURE(kind);
    const auto plan = exec::make_plan(step_of(network));
    for (const exec::Step& step : plan->tile) {
      if (!step.kernels.f32) continue;
      const ir::Node& node = plan->graph[step.value];
      cpu::Call<float> call;
      call.out = exec::view_of<float, float>(node.type, nullptr, 1);
      std::size_t entries = call.out.size();
      for (const ir::Value a : node.args) {
        call.in.push_back(exec::view_of<const float, float>(plan->graph.type(a), nullptr, 1));
        entries = std::max(entries, call.in.back().size());
      }
      call.attributes = &node.attributes;
      CAPTURE(node.op->name);
      if (entries >= std::size_t{side} * side) CHECK(exec::count_parts(call, step.kernels.cut, 256) > 1);
    }
  }
}

TEST_CASE("a training step of one image has the same bits for any number of threads") {
  for (const auto& [kind, network] : images()) {
    CAPTURE(kind);
    const Dataset data = data_for(network);
    const TrainingProgram program =
        training_program(network.unrolled(), loss::cross_entropy("x", "label"), Gradients::ordinary);
    const auto run = [&](int threads, std::size_t part_entries) {
      exec::Executor<double> executor(exec::make_plan(program.graph), threads);
      executor.part_entries = part_entries;
      const double one = 1;
      executor.bind("batch.scale", &one);
      for (const Parameter& p : network.parameters()) executor.bind(p.name, p.values.data());
      exec::Exchange<double> exchange;
      exchange.load = [&](const std::string& input, int first, int lanes, double* to) {
        const Samples& s = data[input];
        for (std::size_t i = 0; i < s.size() * static_cast<std::size_t>(lanes); ++i)
          to[i] = static_cast<double>(s.values[i + static_cast<std::size_t>(first)]);
      };
      executor.run(1, exchange);
      std::vector<std::vector<double>> results;
      for (const auto& [name, v] : executor.plan().graph.outputs) {
        const double* from = executor.result(v);
        results.emplace_back(from, from + executor.plan().graph.type(v).size());
      }
      return results;
    };
    const auto whole = run(1, std::size_t{1} << 30), cut = run(1, 100);
    for (const int threads : {2, 3, 7}) CHECK(run(threads, 100) == cut);
    REQUIRE(whole.size() == cut.size());
    for (std::size_t i = 0; i < whole.size(); ++i)
      for (std::size_t k = 0; k < whole[i].size(); ++k)
        CHECK(std::abs(whole[i][k] - cut[i][k]) <= 1e-12 * (1 + std::abs(whole[i][k])));
  }
}

TEST_CASE("parts of a sum are added up, to what was there where that is asked for") {
  std::vector<double> numbers(3 * 1000);
  for (std::size_t i = 0; i < numbers.size(); ++i) numbers[i] = static_cast<double>(i % 17) - 8;
  double of_planes[3] = {};
  for (std::size_t i = 0; i < numbers.size(); ++i) of_planes[i / 1000] += numbers[i];
  for (const int accumulate : {0, 1, -1}) {
    std::vector<double> out(3, 5.0);
    cpu::Call<double> call;
    call.out = exec::view_of<double, double>({3, 1, true}, out.data(), 1);
    call.in.push_back(exec::view_of<const double, double>({3, 1000, true}, numbers.data(), 1));
    call.accumulate = accumulate;
    REQUIRE(exec::is_sum(call, cpu::Cut::sums));
    CHECK(!exec::is_sum(call, cpu::Cut::rows));
    const int parts = exec::count_parts(call, cpu::Cut::sums, 100);
    CHECK(parts > 10);
    std::vector<double> sums(3 * static_cast<std::size_t>(parts), 0);
    int rows = 0;
    for (int i = 0; i < parts; ++i) {
      cpu::Call<double> part;
      if (!exec::take_part(call, cpu::Cut::sums, i, parts, part)) continue;
      rows += part.in[0].rows;
      for (int p = 0; p < 3; ++p)
        for (int r = 0; r < part.in[0].rows; ++r)
          sums[static_cast<std::size_t>(3 * i + p)] += *part.in[0].row(p, r);
    }
    CHECK(rows == 1000);
    exec::add_parts(call, sums.data(), parts);
    for (std::size_t p = 0; p < 3; ++p)
      CHECK(out[p] == (accumulate == 0 ? of_planes[p] : 5 + accumulate * of_planes[p]));
  }
}

}  // namespace unfurl::test
