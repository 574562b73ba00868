#include "train/memory_limit.hpp"

#include <omp.h>

#include <algorithm>

#include "backend/cpu/plan.hpp"
#include "core/size_text.hpp"
#include "network/runner.hpp"

namespace unfurl {

using detail::cat;
using detail::size_text;

namespace {

/// Layers of a program that are computed again when every so-manieth one's values are kept: all but the last run of them.
int layers_again(int layers, int every) { return every == 0 ? 0 : (layers - 1) / every * every; }

/// Every number of layers between those that are kept which makes another number of runs, those first that compute least again.
std::vector<int> choices(int layers) {
  std::vector<int> all{0};
  for (int runs = 2; runs <= layers; ++runs) {
    const int every = (layers + runs - 1) / runs;
    if (every != all.back()) all.push_back(every);
  }
  std::stable_sort(all.begin(), all.end(),
                   [&](int a, int b) { return layers_again(layers, a) < layers_again(layers, b); });
  return all;
}

std::size_t numbers_of(const Unrolled& network) {
  std::size_t n = 0;
  for (const Parameter& p : network.parameters) n += p.values.size();
  return n;
}

}  // namespace

StepMemory memory_of(const TrainingProgram& program, const Unrolled& network, const StepShape& shape) {
  const auto plan = exec::make_plan(program.graph);
  const exec::Footprint entries =
      exec::footprint(*plan, shape.samples, shape.threads, shape.bytes, shape.slots);
  std::set<const void*> counted;
  StepMemory m;
  m.values = entries.tiles * shape.bytes;
  m.sums = (entries.once + entries.sums) * shape.bytes;
  m.tables = exec::table_bytes(network.graph, counted) + exec::table_bytes(plan->graph, counted);
  m.parameters = numbers_of(network) * (2 * sizeof(double) + shape.bytes);  // as they are and as they were
  return m;
}

std::size_t memory_of(const OptimizerRule& rule, const TrainingProgram& program, const Unrolled& network,
                      std::size_t bytes) {
  std::size_t numbers = 0, most = 0, most_whole = 0;
  for (const std::size_t i : program.trained) {
    const Parameter& p = network.parameters[i];
    const Space space = p.in();
    const SpaceType& moves = space.type().with(rule.positivity());
    const std::size_t n = p.values.size();
    numbers += n * (rule.memory(moves).size() + (moves.has_coordinates() ? 1 : 0));
    most = std::max(most, n);
    if (!moves.entrywise()) most_whole = std::max(most_whole, n);
  }
  return (numbers + most + most_whole) * bytes;
}

StepMemory fit_in(std::size_t limit, TrainingProgram& program, const Unrolled& network,
                  const OptimizerRule& rule, const StepShape& shape) {
  const std::size_t optimizer = memory_of(rule, program, network, shape.bytes);
  const ir::Graph all = program.graph;
  StepMemory least;
  for (const int every : choices(network.signature.layers)) {
    program.graph = ir::recompute(all, every);
    StepMemory m = memory_of(program, network, shape);
    m.optimizer = optimizer;
    m.recompute_every = every;
    if (m.total() <= limit) return m;
    if (every == 0 || m.total() < least.total()) least = m;
  }
  throw ScheduleError(
      cat("a training step of ", shape.samples, shape.samples == 1 ? " sample" : " samples",
          " needs at least ", size_text(least.total()), ", and is to take ", size_text(limit)),
      cat(size_text(least.values), " for values of layers, ", size_text(least.sums), " for gradients, ",
          size_text(least.parameters + least.optimizer), " for parameters, ", size_text(least.tables),
          " for index tables"),
      cat("allow as much, or take smaller batches",
          shape.threads > 1 && shape.samples > 1 ? " or fewer threads" : ""));
}

namespace {

StepShape shape_of(const Network& network, int samples) {
  if (samples < 1)
    throw DataError(cat("the memory of ", samples, " samples"), "", "ask for that of at least one");
  return {samples, network.threads() > 0 ? network.threads() : omp_get_max_threads(),
          network.precision() == Precision::f32 ? sizeof(float) : sizeof(double)};
}

}  // namespace

RunMemory run_memory(const Network& network, int samples) {
  const StepShape shape = shape_of(network, samples);
  const Unrolled& u = network.unrolled();
  const auto plan = exec::make_plan(program_of(u, {}, {}));
  const exec::Footprint entries = exec::footprint(*plan, samples, shape.threads, shape.bytes);
  std::set<const void*> counted;
  RunMemory m;
  m.values = entries.tiles * shape.bytes;
  m.once = (entries.once + entries.sums) * shape.bytes;
  m.tables = exec::table_bytes(u.graph, counted) + exec::table_bytes(plan->graph, counted);
  m.parameters = numbers_of(u) * (sizeof(double) + shape.bytes);
  return m;
}

StepMemory step_memory(const Network& network, const Loss& loss, const Optimizer& optimizer, int samples,
                       std::optional<std::size_t> limit) {
  const StepShape shape = shape_of(network, samples);
  if (!loss.per_sample || !optimizer)
    throw ScheduleError("the memory of a training step without a loss or an optimizer", "", "give both");
  const OptimizerRule& rule = *optimizer;
  const Unrolled& u = network.unrolled();
  const int every = limit ? 0 : u.backward.recompute_every;
  TrainingProgram program =
      training_program(u, loss, rule.split() ? Gradients::split : Gradients::ordinary,
                       rule.cancel_per_layer() ? ir::Cancel::per_layer : ir::Cancel::never, 0, every);
  if (limit) return fit_in(*limit, program, u, rule, shape);
  StepMemory m = memory_of(program, u, shape);
  m.optimizer = memory_of(rule, program, u, shape.bytes);
  m.recompute_every = every;
  return m;
}

}  // namespace unfurl
