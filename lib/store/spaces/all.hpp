// The library's spaces: one file each, and one line here and in the table of all.cpp.
#pragma once

#include "unfurl/extend/space.hpp"

namespace unfurl::spaces {

using Pointer = std::shared_ptr<const SpaceType>;

Pointer free();
Pointer positive();
Pointer clipped();
Pointer nonneg();
Pointer unit_columns();
Pointer simplex();
Pointer stiefel();

/// The space that a checkpoint names; for a user's own, which is not in the table, one that only has the name.
Space by_name(const std::string& name, Domain domain);

}  // namespace unfurl::spaces
