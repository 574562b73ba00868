// Where passes and plans keep what they know of a value.
#pragma once

#include <cstddef>

#include "unfurl/extend/type.hpp"

namespace unfurl::ir {

constexpr std::size_t at(Value v) { return static_cast<std::size_t>(v.id); }

}  // namespace unfurl::ir
