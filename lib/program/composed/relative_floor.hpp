/// What counts as nothing beside data.
#pragma once

#include "unfurl/extend/builder.hpp"

namespace unfurl::ir {

/// For each sample floors::share of the mean entry of `data`, which is non-negative; of one where all entries are zero. It
/// has one row and plane, and no gradient flows through it. With `known`, 0 or 1 for every entry, the mean is over entries of 1;
/// the others are 0 in `data`.
Value relative_floor(Builder& b, Value data, Value known = {});

}  // namespace unfurl::ir
