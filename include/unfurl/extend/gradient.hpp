/// Gradients of programs, for authors of algorithms and losses: what the built-in ones derive their updates with.
#pragma once

#include <vector>

#include "unfurl/extend/builder.hpp"

namespace unfurl::ir {

/// Gradients of `loss` times `seed` (of the loss's shape; for a scalar constant(1)) with respect to each of `wrt`, appended
/// to the builder's program by reverse accumulation. An absent Value means that the loss does not depend on it. For a
/// `loss` that is an array, linear in `wrt`, it is the adjoint map at `seed`.
std::vector<Value> gradient(Builder& builder, Value loss, Value seed, const std::vector<Value>& wrt);

/// A value, and the gradient that reaches it from elsewhere.
struct Seed {
  Value value, gradient;
};
/// The sum over the seeds of what each gives.
std::vector<Value> gradient(Builder& builder, const std::vector<Seed>& seeds, const std::vector<Value>& wrt);

/// Values s = f(s, w) that an iteration starts from and ends in.
struct FixedPoint {
  std::vector<Value> from, to;
};
/// Gradients of a scalar loss of what a fixed point ends in, by the implicit function theorem: with g the loss's slope in s, so
/// many iterations of the adjoint a = g + a df/ds from a = g, and then a df/dw beside what the loss has of w by itself. No
/// gradient may flow through `from` to w.
std::vector<Value> implicit_gradient(Builder& builder, Value loss, const FixedPoint& state, int iterations,
                                     const std::vector<Value>& wrt);

/// Where the two halves of a split gradient may cancel against each other, which keeps them from growing with depth.
enum class Cancel { never, per_layer };

/// The gradient as a difference of two non-negative halves that travel through the program separately
/// ([Hershey14]; the rules are those of multiplicative backpropagation). Equal to gradient() up to rounding. Throws
/// InternalError where an operation on the way has no rule for them.
std::vector<Split> split_gradient(Builder& builder, Value loss, Value seed, const std::vector<Value>& wrt,
                                  Cancel cancel = Cancel::never);

}  // namespace unfurl::ir
