#include "passes/pipeline.hpp"

#include <chrono>
#include <utility>

#include "program/shared_indices.hpp"

namespace unfurl::ir {

namespace {

thread_local AfterPass watching;

}  // namespace

const std::vector<Pass>& pipeline() {
  static const std::vector<Pass> passes = {
      {"hoist_uniform", hoist_uniform, "what is equal for all samples is computed once"},
      {"compute_before_copies", compute_before_copies, "what is copied to many rows is computed before"},
      {"merge_common", merge_common, "equal values become one"},
      {"fuse", fuse, "small trees of operations become one"},
      {"normalize_messages", normalize_messages, "messages are normalised where they are computed"},
      {"sum_neighbours", sum_neighbours, "rows are summed from where they are copied from"},
      {"remove_dead", remove_dead, "what no output needs goes"},
  };
  return passes;
}

std::vector<Pass> training_pipeline(int recompute_every) {
  std::vector<Pass> passes = pipeline();
  if (recompute_every > 0)
    passes.push_back({"recompute", [=](const Graph& graph) { return recompute(graph, recompute_every); },
                      "what the gradient reads is kept for some layers, and computed again for others"});
  return passes;
}

Graph optimize(const Graph& graph, const std::vector<Pass>& passes, const AfterPass& after) {
  using clock = std::chrono::steady_clock;
  const SharedIndices indices;
  verify(graph);
  Graph out = graph;
  for (const Pass& pass : passes) {
    const auto start = clock::now();
    out = pass.run(out);
    if (after) after(pass, out, std::chrono::duration<double>(clock::now() - start).count());
  }
  verify(out);
  return out;
}

Graph optimize(const Graph& graph, const std::vector<Pass>& passes) {
  return optimize(graph, passes, watching);
}

Graph optimize(const Graph& graph) { return optimize(graph, pipeline()); }

PassWatch::PassWatch(AfterPass after) : before_(std::exchange(watching, std::move(after))) {}
PassWatch::~PassWatch() { watching = std::move(before_); }

}  // namespace unfurl::ir
