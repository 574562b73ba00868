// What several uses of one value contribute to its gradient.
#pragma once

#include "unfurl/extend/builder.hpp"

namespace unfurl::ir {

/// Sum of contributions to one value, of which there is at least one.
Value combine(Builder& b, const std::vector<Value>& parts);

}  // namespace unfurl::ir
