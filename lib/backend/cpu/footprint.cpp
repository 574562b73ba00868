// The memory that an executor takes for a batch, before it runs.
#include <algorithm>

#include "backend/cpu/plan.hpp"
#include "program/attributes.hpp"

namespace unfurl::exec {

namespace {

/// Samples of a tile where each of so many slots shall have one, in whole vector registers as far as there are enough samples:
/// narrower tiles take as long as whole ones.
int lanes_of_slots(int batch, int slots) {
  constexpr int whole = 8;
  const int even = std::max(1, (batch + slots - 1) / slots), up = (even + whole - 1) / whole * whole;
  if ((batch + up - 1) / up >= slots) return up;
  return even < whole ? even : even / whole * whole;
}

}  // namespace

Tiling tiling(const Plan& plan, int batch, int fixed_lanes, int wanted_slots) {
  Tiling t;
  t.lanes = fixed_lanes > 0 ? fixed_lanes : tile_lanes(plan, batch);
  if (wanted_slots > 0) t.lanes = std::min(t.lanes, lanes_of_slots(batch, wanted_slots));
  t.tiles = batch == 0 ? 0 : (batch + t.lanes - 1) / t.lanes;
  // Accumulators cost memory traffic: few slots for large parameters. Never a function of the threads.
  const std::size_t most = wanted_slots > 0 ? static_cast<std::size_t>(wanted_slots)
                           : plan.sums_size == 0
                               ? 1024
                               : std::clamp<std::size_t>((std::size_t(1) << 21) / plan.sums_size, 4, 32);
  t.slots = std::min<int>(t.tiles, static_cast<int>(most));
  return t;
}

Footprint footprint(const Plan& plan, int batch, int threads, std::size_t bytes, int wanted_slots) {
  const auto [lanes, tiles, slots] = tiling(plan, batch, 0, wanted_slots);
  const auto entries = [&](int width) {
    return place_blocks(plan, quantum(width, bytes)).size * static_cast<std::size_t>(width);
  };
  std::size_t tile = tiles == 0 ? 0 : entries(std::min(lanes, batch));
  if (const int rest = batch % lanes; rest != 0) tile = std::max(tile, entries(rest));
  const auto workers = static_cast<std::size_t>(std::clamp(threads, 1, std::max(1, slots)));
  return {tile * workers, plan.once_size, plan.sums_size * static_cast<std::size_t>(std::max(1, slots))};
}

std::size_t table_bytes(const ir::Graph& graph, std::set<const void*>& counted) {
  std::size_t entries = 0;
  const auto add = [&](const ir::Index& index) {
    if (index && counted.insert(index.get()).second)
      entries += index->target.size() + index->offsets.size() + index->members.size();
  };
  for (int i = 0; i < graph.size(); ++i) {
    const ir::Attributes& attributes = graph[ir::Value{i}].attributes;
    if (const auto* indexed = attributes.find<ir::Indexed>()) add(indexed->index);
    if (const auto* neighbours = attributes.find<ir::Neighbours>()) {
      add(neighbours->from);
      add(neighbours->to);
    }
  }
  return entries * sizeof(int);
}

}  // namespace unfurl::exec
