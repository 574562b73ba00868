#include "program/composed/group_norms.hpp"

#include "unfurl/extend/convolution.hpp"

namespace unfurl::ir {

GroupNorms group_norms(Builder& b, Value x, const Index& groups) {
  const Value size = b.type(x).domain == Domain::nonneg ? x : b.abs(x);
  const Value stacked = reshape(b, size, b.type(size).rows, 1);
  const Value largest = reshape(b, b.segment_max_planes(stacked, groups), 1, groups->count);
  // The unit is a constant to gradients: norms do not depend on it.
  const Value unit = b.stop_gradient(largest), is_zero = b.one_minus(b.greater(unit, 0));
  const Value ratio = b.div(size, b.gather_rows(b.add(unit, is_zero), groups));
  const Value square = b.segment_sum_rows(b.square(ratio), groups);
  return {b.mul(unit, b.sqrt(b.add(square, is_zero))), is_zero};
}

}  // namespace unfurl::ir
