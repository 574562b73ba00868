// Phases, accumulators, and first-fit placement by lifetime.
#include "backend/cpu/plan.hpp"

#include <algorithm>
#include <limits>
#include <numeric>

#include "backend/cpu/aliases.hpp"
#include "backend/cpu/first_fit.hpp"
#include "backend/cpu/kernels/kernels.hpp"
#include "backend/targets.hpp"
#include "core/simd.hpp"
#include "passes/passes.hpp"
#include "program/attributes.hpp"
#include "program/operations.hpp"
#include "program/places.hpp"
#include "unfurl/error.hpp"

namespace unfurl::exec {

namespace {

using detail::cat;
using ir::Graph;
using ir::Node;
using ir::Value;

bool is_external(const Graph& g, Value v) {
  return g[v].is_parameter() || (g[v].is_input() && !g.type(v).lanes);
}

/// The program in operations that have kernels; most have nothing else.
Graph lowered(const Graph& g) {
  const ir::Target cpu = targets::cpu();
  for (int i = 0; i < g.size(); ++i)
    if (const ir::Operation& op = *g[Value{i}].op; op.arity != 0 && !cpu.has(op)) return ir::lower(g, cpu);
  return g;
}

cpu::Kernels kernels_of(const Node& node) {
  return node.is_constant() ? cpu::Kernels{} : *cpu::find_kernels(*node.op);
}

std::vector<Phase> find_phases(const Graph& g) {
  std::vector<Phase> phase(static_cast<std::size_t>(g.size()), Phase::before);
  for (int i = 0; i < g.size(); ++i) {
    const Value v{i};
    const Node& node = g[v];
    bool reads_lanes = false, reads_sums = false;
    for (Value a : node.args) {
      reads_lanes |= g.type(a).lanes;
      reads_sums |= phase[at(a)] == Phase::sum || phase[at(a)] == Phase::after;
    }
    if (node.type.lanes && reads_sums)
      throw InternalError("a value per sample depends on a sum over samples", node.origin);
    if (reads_lanes && !node.type.lanes && reads_sums)
      throw InternalError("a sum over samples depends on another one", node.origin);
    if (node.type.lanes)
      phase[at(v)] = Phase::tile;
    else if (reads_lanes)
      phase[at(v)] = Phase::sum;
    else if (reads_sums)
      phase[at(v)] = Phase::after;
  }
  return phase;
}

/// Trees of additions and subtractions over sums share one accumulator: nothing but the total is ever stored. Outer products
/// of totals that such a tree adds go there, too.
class Accumulators {
 public:
  Accumulators(const Graph& g, const std::vector<Phase>& phase) : g_(g), phase_(phase) {
    uses_.assign(phase.size(), 0);
    for (int i = 0; i < g.size(); ++i)
      for (Value a : g[Value{i}].args) ++uses_[at(a)];
    for (const auto& [name, v] : g.outputs) uses_[at(v)] += 2;  // an output stays itself
    root_.assign(phase.size(), -1);
    sign_.assign(phase.size(), 1);
    std::vector<char> total(phase.size(), 0);  // a sum, or a tree of sums that nobody else reads
    for (int i = 0; i < g.size(); ++i) total[static_cast<std::size_t>(i)] = is_total(Value{i}, total);
    for (int i = g.size() - 1; i >= 0; --i)
      if (total[static_cast<std::size_t>(i)]) claim(Value{i});
  }
  int root(Value v) const { return root_[at(v)]; }
  int sign(Value v) const { return sign_[at(v)]; }
  /// Whether the value is the total of others, which are what is computed.
  bool adds(Value v) const { return phase_[at(v)] == Phase::after && g_[v].op->additive_sign; }

 private:
  bool is_total(Value v, const std::vector<char>& total) const {
    if (phase_[at(v)] == Phase::sum) return true;
    const auto& args = g_[v].args;
    return adds(v) && std::any_of(args.begin(), args.end(), [&](Value a) { return total[at(a)] != 0; }) &&
           std::all_of(args.begin(), args.end(), [&](Value a) {
             return uses_[at(a)] == 1 && g_.type(a).same_shape(g_.type(v)) && (total[at(a)] || is_late(a));
           });
  }
  /// Computed after the tiles by a kernel that can add to its result.
  bool is_late(Value v) const { return phase_[at(v)] == Phase::after && g_[v].op == &ir::ops::outer; }
  /// Passes the root on to operands, which come before; those that nobody claimed are roots themselves.
  void claim(Value v) {
    if (root_[at(v)] < 0) root_[at(v)] = v.id;
    if (!adds(v)) return;
    const auto& args = g_[v].args;
    for (std::size_t i = 0; i < args.size(); ++i) {
      root_[at(args[i])] = root_[at(v)];
      sign_[at(args[i])] = sign_[at(v)] * g_[v].op->additive_sign(static_cast<int>(i));
    }
  }
  const Graph& g_;
  const std::vector<Phase>& phase_;
  std::vector<int> uses_, root_, sign_;
};

void place_tile_values(Plan& plan, Inside inside) {
  const Graph& g = plan.graph;
  const std::vector<Alias> alias = find_aliases(g, plan.phase, inside);
  const std::size_t n = plan.phase.size();
  std::vector<int> birth(n, -1), death(n, -1);
  for (int i = 0; i < g.size(); ++i) {
    const Value v{i};
    if (plan.phase[at(v)] == Phase::tile) {
      const std::size_t root = at(alias[at(v)].root);
      const int born = g[v].is_input() ? 0 : i;
      birth[root] = birth[root] < 0 ? born : std::min(birth[root], born);
      death[root] = std::max(death[root], i);
    }
    for (Value a : g[v].args)
      if (plan.phase[at(a)] == Phase::tile) {
        const std::size_t root = at(alias[at(a)].root);
        death[root] = std::max(death[root], i);
      }
  }
  for (const auto& [name, v] : g.outputs)
    if (plan.phase[at(v)] == Phase::tile) death[at(alias[at(v)].root)] = g.size();

  std::vector<int> single(n, 0);  // values per root: only a root by itself may give its place away
  for (int i = 0; i < g.size(); ++i) ++single[at(alias[static_cast<std::size_t>(i)].root)];
  std::vector<int> order;
  for (int i = 0; i < g.size(); ++i)
    if (birth[static_cast<std::size_t>(i)] >= 0) order.push_back(i);
  std::stable_sort(order.begin(), order.end(), [&](int x, int y) {
    return birth[static_cast<std::size_t>(x)] < birth[static_cast<std::size_t>(y)];
  });

  // An elementwise result takes the place of an operand that dies with it: both then count as one block.
  std::vector<int> heir(n, -1), block_death = death;
  std::vector<char> inherits(n, 0);
  for (int i = g.size() - 1; i >= 0; --i) {
    const Value v{i};
    const Node& node = g[v];
    if (plan.phase[at(v)] != Phase::tile || !node.op->elementwise || single[at(v)] != 1 ||
        alias[at(v)].root != v)
      continue;
    for (Value a : node.args)
      if (plan.phase[at(a)] == Phase::tile && alias[at(a)].root == a && single[at(a)] == 1 &&
          death[at(a)] == i && heir[at(a)] < 0 && g.type(a).same_shape(node.type)) {
        heir[at(a)] = i;
        inherits[at(v)] = 1;
        block_death[at(a)] = block_death[at(v)];
        break;
      }
  }
  plan.block.assign(n, -1);
  for (int i : order) {
    const auto k = static_cast<std::size_t>(i);
    const std::size_t size = g.type(Value{i}).size();
    plan.total_size += size;
    plan.largest = std::max(plan.largest,
                            static_cast<int>(std::min<std::size_t>(size, std::numeric_limits<int>::max())));
    if (!inherits[k]) {
      plan.block[k] = static_cast<int>(plan.blocks.size());
      plan.blocks.push_back({size, birth[k], block_death[k]});
    }
    if (heir[k] >= 0) plan.block[static_cast<std::size_t>(heir[k])] = plan.block[k];
  }
  plan.places = place_blocks(plan, 1);
  for (int i = 0; i < g.size(); ++i)
    if (const auto k = static_cast<std::size_t>(i); plan.phase[k] == Phase::tile) {
      const Alias& a = alias[k];
      plan.block[k] = plan.block[at(a.root)];
      plan.place[k] = {Place::Area::tile,
                       plan.places.offset[static_cast<std::size_t>(plan.block[k])] + a.offset,
                       g.type(a.root).rows};
    }
  plan.tile_size = plan.places.size;
}

}  // namespace

BlockPlaces place_blocks(const Plan& plan, int quantum) {
  const auto q = static_cast<std::size_t>(quantum);
  BlockPlaces places;
  FirstFit fit;
  for (const Block& b : plan.blocks)
    places.offset.push_back(fit.place((b.size + q - 1) / q * q, b.birth, b.death));
  places.size = fit.peak;
  return places;
}

int quantum(int lanes, std::size_t bytes) {
  return static_cast<int>(std::size_t{64} /
                          std::gcd(std::size_t{64}, static_cast<std::size_t>(lanes) * bytes));
}

std::shared_ptr<const Plan> make_plan(const Graph& optimized, Inside inside) {
  (void)simd::level();  // throws where it cannot be had
  auto made = std::make_shared<Plan>();
  Plan& plan = *made;
  plan.graph = lowered(optimized);
  const Graph& g = plan.graph;
  plan.phase = find_phases(g);
  plan.place.resize(plan.phase.size());
  const Accumulators accumulators(g, plan.phase);
  std::vector<char> begun(plan.phase.size(), 0);
  for (int i = 0; i < g.size(); ++i) {
    const Value v{i};
    const Phase phase = plan.phase[at(v)];
    if (is_external(g, v)) {
      plan.external.push_back(v);
      plan.place[at(v)].area = Place::Area::external;
    } else if (phase == Phase::tile) {
      if (g[v].is_input())
        plan.inputs.push_back(v);
      else
        plan.tile.push_back({v, phase, 1, false, kernels_of(g[v])});
    } else if (accumulators.root(v) >= 0) {
      if (phase == Phase::sum) {
        char& had = begun[static_cast<std::size_t>(accumulators.root(v))];
        plan.tile.push_back({v, phase, accumulators.sign(v), had == 0, kernels_of(g[v])});
        had = 1;
      } else if (!accumulators.adds(v)) {
        plan.after.push_back({v, phase, accumulators.sign(v), false, kernels_of(g[v])});
      }
    } else {
      plan.place[at(v)] = {Place::Area::once, plan.once_size};
      plan.once_size += g.type(v).size();
      (phase == Phase::before ? plan.before : plan.after).push_back({v, phase, 1, false, kernels_of(g[v])});
    }
  }
  std::vector<std::size_t> slot(plan.phase.size(), 0);
  for (int i = 0; i < g.size(); ++i)
    if (accumulators.root(Value{i}) == i) {
      slot[static_cast<std::size_t>(i)] = plan.sums_size;
      plan.sums_size += g.type(Value{i}).size();
    }
  for (int i = 0; i < g.size(); ++i)
    if (const int root = accumulators.root(Value{i}); root >= 0)
      plan.place[static_cast<std::size_t>(i)] = {Place::Area::sums, slot[static_cast<std::size_t>(root)]};
  place_tile_values(plan, inside);
  return made;
}

int tile_lanes(const Plan& plan, int batch) {
  if (batch <= 1) return 1;
  constexpr int cache_entries = 256 * 1024;  // a megabyte of float: what a core keeps close
  int lanes = cache_entries / 3 / plan.largest / 16 * 16;
  lanes = std::clamp(lanes, 16, 128);        // wide, for every tile reads all parameters again
  lanes = std::min(lanes, (batch + 1) / 2);  // and yet two tiles
  const int tiles = (batch + lanes - 1) / lanes;
  const int even = (batch + tiles - 1) / tiles;  // of equal width, in whole vector registers
  return std::min(std::max(8, (even + 7) / 8 * 8), batch);
}

int register_lanes(std::size_t bytes) { return static_cast<int>(EIGEN_MAX_ALIGN_BYTES / bytes); }

}  // namespace unfurl::exec
