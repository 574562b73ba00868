/// Gradients of programs, for authors of algorithms and losses: what the built-in ones derive their updates with.
#pragma once

#include <vector>

#include "unfurl/extend/builder.hpp"

namespace unfurl::ir {

/// Gradients of `loss` times `seed` (of the loss's shape; for a scalar constant(1)) with respect to each of `wrt`, appended
/// to the builder's program by reverse accumulation. An absent Value means that the loss does not depend on it. For a
/// `loss` that is an array, linear in `wrt`, it is the adjoint map at `seed`.
std::vector<Value> gradient(Builder& builder, Value loss, Value seed, const std::vector<Value>& wrt);

/// Where the two halves of a split gradient may cancel against each other, which keeps them from growing with depth.
enum class Cancel { never, per_layer };

/// The gradient as a difference of two non-negative halves that travel through the program separately
/// ([Hershey14]; the rules are those of multiplicative backpropagation). Equal to gradient() up to rounding. Throws
/// InternalError where an operation on the way has no rule for them.
std::vector<Split> split_gradient(Builder& builder, Value loss, Value seed, const std::vector<Value>& wrt,
                                  Cancel cancel = Cancel::never);

}  // namespace unfurl::ir
