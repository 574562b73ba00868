// Amounts of memory as people read them.
#pragma once

#include <cstddef>
#include <string>

namespace unfurl::detail {

/// Bytes as "1.25 GB", "312 kB" or "40 B": three digits, rounded up, so that so much is enough.
std::string size_text(std::size_t bytes);

}  // namespace unfurl::detail
