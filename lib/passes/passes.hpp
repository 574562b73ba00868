// Transformations of programs. Each takes a program and returns a new one, or appends to it.
#pragma once

#include "unfurl/extend/gradient.hpp"
#include "unfurl/extend/target.hpp"

namespace unfurl::ir {

/// Throws InternalError where an operand does not come before its use or a type is not what the operation infers.
void verify(const Graph& graph);

/// One value for equal operations on equal operands.
Graph merge_common(const Graph& graph);

/// Only what the outputs need. Inputs and parameters that nothing reads disappear too.
Graph remove_dead(const Graph& graph);

/// What is equal for all samples is computed once, without lanes: the first iteration from a constant start, sums of
/// dictionary columns, evidence that is no data.
Graph hoist_uniform(const Graph& graph);

/// Functions of rows that are copied from other rows are computed of those, which are no more, and then copied: what factors
/// read of a variable, once for all its edges. The same bits.
Graph compute_before_copies(const Graph& graph);

/// Sums of rows that are copied to be summed become sums by neighbours, in the same order: the same bits.
Graph sum_neighbours(const Graph& graph);

/// Sums over samples of products, and differences of the probabilities of two states, where nobody else reads their parts: one
/// operation, in one pass over memory. Last digits differ.
Graph fuse(const Graph& graph);

/// Messages through tables that are normalised, and whose gradients come through the normalisation: one operation for both, and one for
/// each gradient. Last digits differ.
Graph normalize_messages(const Graph& graph);

/// Of a training program, whose output is "loss": of the values that layers carry, every so-manieth layer's is kept for the
/// gradient, and what lies between is computed again from it, just before it is read, once. The same bits in less memory
/// [Chen16]. What follows the last such layer stays, as its gradient comes first.
Graph recompute(const Graph& graph, int every);

/// The program after all passes of the pipeline (passes/pipeline.hpp).
Graph optimize(const Graph& graph);

/// Multiplications that are added up for one sample: in matrix products and convolutions, and what operations of others say
/// of theirs. What is the same for all samples is done once and counts nothing, nor do maps of entries.
struct Cost {
  double multiply_adds = 0;
  std::vector<double> layers{};  ///< of it, in each layer
};
Cost cost_of(const Graph& graph);

}  // namespace unfurl::ir
