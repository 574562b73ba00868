// The one list of spaces: a new one is a file that defines `Pointer spaces::name()`, and a line here.
#pragma once

#include "unfurl/extend/space.hpp"

// clang-format off
#define UNFURL_SPACES(each) \
  each(free) \
  each(nonneg) \
  each(positive) \
  each(clipped) \
  each(unit_columns) \
  each(simplex) \
  each(stiefel)
// clang-format on

namespace unfurl::spaces {

using Pointer = std::shared_ptr<const SpaceType>;

#define UNFURL_DECLARE(name) Pointer name();
UNFURL_SPACES(UNFURL_DECLARE)
#undef UNFURL_DECLARE

/// The space that a checkpoint names; for a user's own, which is not in the table, one that only has the name.
Space by_name(const std::string& name, Domain domain);

}  // namespace unfurl::spaces
