/// Places in arrays, from counts that are `int`.
#pragma once

#include <cstddef>

namespace unfurl {

/// The number that is not negative, as an index.
constexpr std::size_t at(int i) { return static_cast<std::size_t>(i); }

}  // namespace unfurl
