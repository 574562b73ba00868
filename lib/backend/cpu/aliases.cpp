#include "backend/cpu/aliases.hpp"

#include <algorithm>

#include "backend/cpu/kernels/kernels.hpp"
#include "program/places.hpp"

namespace unfurl::exec {

namespace {

using ir::Graph;
using ir::Node;
using ir::Value;

/// Whether the kernel of this node finds the planes of operands and result by their strides.
bool takes_planes_apart(const Graph& g, Value v) {
  const Node& node = g[v];
  if (node.is_constant() || node.op->arity == 0) return false;
  const cpu::Kernels& kernels = *cpu::find_kernels(*node.op);
  return kernels.planes_apart ||
         (kernels.cut == cpu::Cut::rows && std::all_of(node.args.begin(), node.args.end(), [&](Value a) {
            return g.type(a).rows == 1 || g.type(a).rows == node.type.rows;
          }));
}

/// Of every value, whether its planes may lie apart.
std::vector<char> may_lie_apart(const Graph& g, Inside inside) {
  std::vector<char> may(static_cast<std::size_t>(g.size()), 1);
  for (int i = 0; i < g.size(); ++i) {
    const Value v{i};
    if (inside == Inside::apart && takes_planes_apart(g, v)) continue;
    may[at(v)] = 0;
    for (Value a : g[v].args) may[at(a)] = 0;
  }
  for (const auto& [name, v] : g.outputs) may[at(v)] = 0;
  for (int i = 0; i < g.size(); ++i)
    if (g.type(Value{i}).planes == 1) may[static_cast<std::size_t>(i)] = 1;
  return may;
}

}  // namespace

std::vector<Alias> find_aliases(const Graph& g, const std::vector<Phase>& phase, Inside inside) {
  std::vector<Alias> alias(phase.size());
  for (int i = 0; i < g.size(); ++i) alias[static_cast<std::size_t>(i)].root = Value{i};
  const std::vector<char> apart = may_lie_apart(g, inside);
  std::vector<char> moved(phase.size(), 0);  // is, or holds, a part of something else
  for (int i = 0; i < g.size(); ++i) {
    const Value v{i};
    const Node& node = g[v];
    if (phase[at(v)] != Phase::tile) continue;
    if (node.op->parts == ir::Parts::result_of_operand && phase[at(node.args[0])] == Phase::tile &&
        apart[at(v)]) {
      const Alias& whole = alias[at(node.args[0])];
      alias[at(v)] = {whole.root,
                      whole.offset + static_cast<std::size_t>(node.op->first_row(node.attributes))};
      moved[at(v)] = moved[at(whole.root)] = 1;
    }
    if (node.op->parts != ir::Parts::operands_of_result) continue;
    std::size_t first_row = 0;
    for (Value part : node.args) {
      if (phase[at(part)] == Phase::tile && !moved[at(part)] && !g[part].is_input() && apart[at(part)] &&
          g[part].op->parts != ir::Parts::operands_of_result) {
        alias[at(part)] = {v, first_row};
        moved[at(part)] = 1;
      }
      first_row += static_cast<std::size_t>(g.type(part).rows);
    }
    moved[at(v)] = 1;
  }
  for (auto& a : alias)  // a slice of a part of a concatenation
    while (alias[at(a.root)].root != a.root)
      a = {alias[at(a.root)].root, a.offset + alias[at(a.root)].offset};
  return alias;
}

}  // namespace unfurl::exec
