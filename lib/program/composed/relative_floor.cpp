#include "program/composed/relative_floor.hpp"

#include "core/floors.hpp"

namespace unfurl::ir {

Value relative_floor(Builder& b, Value data, Value known) {
  const Type t = b.type(data);
  const Value sum = b.sum_to(data, {1, 1, t.lanes});
  // Of nothing known the sum is 0, and so the mean.
  const Value mean = known
                         ? b.div(b.scale(sum, floors::share), b.maximum(b.sum_to(known, {1, 1, t.lanes}), 1))
                         : b.scale(sum, floors::share / (static_cast<double>(t.planes) * t.rows));
  const Value silent = b.scale(b.one_minus(b.greater(mean, 0)), floors::share);
  return b.stop_gradient(b.add(mean, silent));
}

}  // namespace unfurl::ir
