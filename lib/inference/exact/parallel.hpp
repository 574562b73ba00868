// Loops shared by threads, whose bits do not depend on them: every number is computed by one.
#pragma once

#include <cstddef>

namespace unfurl::junction {

/// Calls body(i) for i from 0 to n, by several threads where that is worth starting them: for `work` table entries.
template <class Body>
void for_each_index(std::size_t n, std::size_t work, int threads, const Body& body) {
  constexpr std::size_t enough = 1 << 16;
  if (threads <= 1 || n < 2 || work < enough) {  // even a team of one thread costs more than a small table
    for (std::size_t i = 0; i < n; ++i) body(i);
    return;
  }
#pragma omp parallel for schedule(dynamic, 1) num_threads(threads)
  for (std::size_t i = 0; i < n; ++i) body(i);
}

}  // namespace unfurl::junction
