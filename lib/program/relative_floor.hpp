/// What counts as nothing beside data.
#pragma once

#include "unfurl/extend/builder.hpp"

namespace unfurl::ir {

/// For each sample floors::share of the mean entry of `data`, which is non-negative; of one where all entries are zero. It
/// has one row and plane, and no gradient flows through it.
Value relative_floor(Builder& b, Value data);

}  // namespace unfurl::ir
