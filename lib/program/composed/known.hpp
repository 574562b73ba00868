/// Entries of data that may be missing.
#pragma once

#include <limits>

#include "unfurl/extend/builder.hpp"

namespace unfurl::ir {

/// 1 where an entry of data is a number, 0 where it is NaN and so `missing`.
inline Value is_known(Builder& b, Value data) {
  return b.greater(data, -std::numeric_limits<double>::infinity());
}

}  // namespace unfurl::ir
