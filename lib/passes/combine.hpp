// What several uses of one value contribute to its gradient.
#pragma once

#include "unfurl/extend/builder.hpp"

namespace unfurl::ir {

/// Sum of contributions to one value, of which there is at least one.
Value combine(Builder& b, const std::vector<Value>& parts);

/// Takes one more of the values that are to be combined. Those per sample are summed as they come, in the order in which
/// combine() would: of what every layer reads the gradient is one array then, not one for each layer.
void collect(Builder& b, std::vector<Value>& parts, Value part);

}  // namespace unfurl::ir
