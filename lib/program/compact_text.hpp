// Programs as texts to keep: what is long and comes often stands there once.
#pragma once

#include <string>

#include "unfurl/extend/program.hpp"

namespace unfurl::ir {

/// As Graph::text(), but index tables and lists of numbers that several operations have stand in lines of their own, before the
/// first of these, which name them:
///   table @0 (1 0 1 of 2)
///   %3:[1, 3, lanes] = gather_rows %2 index=@0
/// program_from_text() reads this, too.
std::string compact_text(const Graph& program);

}  // namespace unfurl::ir
