// The memory and order of a program: what runs once, what runs per tile of samples, and where every value lives.
#pragma once

#include <memory>
#include <set>

#include "unfurl/extend/backend.hpp"
#include "unfurl/extend/program.hpp"

namespace unfurl::exec {

/// When a value is computed. Values without lanes that depend on parameters alone run once before the tiles; sums
/// over the samples accumulate during the tiles; what follows from those runs once afterwards.
enum class Phase { before, tile, sum, after };

struct Step {
  ir::Value value;
  Phase phase = Phase::before;
  int sign = 1;            ///< sums: added to or subtracted from their accumulator
  bool begins = false;     ///< sums: the first that their accumulator gets
  cpu::Kernels kernels{};  ///< absent for constants
};

/// Places of values, in entries. `offset` counts entries per lane in the tile arena and plain entries elsewhere.
struct Place {
  enum class Area { none, once, tile, sums, external } area = Area::none;
  std::size_t offset = 0;
  int rows = 0;  ///< in the tile arena: how far planes lie apart
};

/// Memory of a tile that lives for a while: a value with what lies inside it, and with results that take its place.
struct Block {
  std::size_t size = 0;  ///< entries per lane
  int birth = 0, death = 0;
};

/// Where blocks lie in a tile's memory.
struct BlockPlaces {
  std::vector<std::size_t> offset;  ///< per block, in entries per lane
  std::size_t size = 0;             ///< of all (the planned peak)
};

struct Plan {
  ir::Graph graph;
  std::vector<Phase> phase;  ///< per value
  std::vector<Place> place;  ///< per value; in the tile arena for a quantum of 1
  std::vector<int> block;    ///< per value in the tile arena
  std::vector<Block> blocks;
  BlockPlaces places;  ///< for a quantum of 1
  std::vector<Step> before, tile, after;
  std::size_t once_size = 0;        ///< entries that live through a run: prelude and postlude
  std::size_t tile_size = 0;        ///< entries per lane of a tile's arena (the planned peak)
  std::size_t sums_size = 0;        ///< entries of one slot of accumulators
  std::size_t total_size = 0;       ///< entries per lane without any reuse, for comparison
  int largest = 1;                  ///< entries per lane of the largest value
  std::vector<ir::Value> inputs;    ///< leaves with lanes
  std::vector<ir::Value> external;  ///< parameters and inputs without lanes: read where the caller keeps them
};

/// How values that are rows of others may lie inside them.
enum class Inside {
  whole,  ///< where they are as dense there as anywhere: of one plane
  apart,  ///< with planes apart, too, where all kernels take that
};

/// Of the program in operations that have kernels. Throws InternalError when a sum over samples flows back into per-sample
/// values, or an operation has neither kernels nor an expansion.
std::shared_ptr<const Plan> make_plan(const ir::Graph& optimized, Inside inside = Inside::apart);

/// Places of the blocks that are multiples of `quantum` entries per lane.
BlockPlaces place_blocks(const Plan& plan, int quantum);

/// The quantum for which every block begins where a vector register may be loaded, whatever the plan: vectorised loops take
/// other paths, to other bits, from where they are not aligned. Of lanes that fill whole registers it is 1.
int quantum(int lanes, std::size_t bytes);

/// Samples a tile holds: one layer's activations fit the cache, and the batch is cut evenly. Depends on the program and
/// the batch only, never on the threads, so that results do not.
int tile_lanes(const Plan& plan, int batch);

/// How a batch is cut: samples of a tile, tiles, and slots of accumulators, which tiles share in turn.
struct Tiling {
  int lanes = 0, tiles = 0, slots = 0;
};
/// With tiles of `fixed_lanes` samples, or, for 0, of as many as tile_lanes() says; with so many slots, as far as there are samples,
/// or, for 0, as the size of the sums makes best.
Tiling tiling(const Plan& plan, int batch, int fixed_lanes = 0, int wanted_slots = 0);

/// Entries that an executor allocates for a batch.
struct Footprint {
  std::size_t tiles = 0;  ///< of all threads
  std::size_t once = 0, sums = 0;
};
Footprint footprint(const Plan& plan, int batch, int threads, std::size_t bytes, int wanted_slots = 0);
/// Bytes of the index tables of a program, each counted once, if it is not among `counted`.
std::size_t table_bytes(const ir::Graph& graph, std::set<const void*>& counted);

/// Numbers of this many bytes in one vector register. In tiles of exactly this width every lane takes the same path
/// through every kernel (the loops of Eigen's products, and their remainders, add up in different orders), so a sample's
/// bits depend neither on its place nor on its neighbours.
int register_lanes(std::size_t bytes);

}  // namespace unfurl::exec
