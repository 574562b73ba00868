// Euclidean norms of groups of entries.
#pragma once

#include "unfurl/extend/builder.hpp"

namespace unfurl::ir {

struct GroupNorms {
  Value value;    ///< [1, groups]
  Value is_zero;  ///< 1 where it is zero, else 0
};
/// Of [1, rows] by groups of rows. In units of a group's largest entry, so that squares neither vanish nor overflow; the
/// gradient of a norm of zero is zero.
GroupNorms group_norms(Builder& b, Value x, const Index& groups);

}  // namespace unfurl::ir
