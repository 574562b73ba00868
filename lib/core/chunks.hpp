// Loops over the entries of long arrays, in chunks of fixed size.
#pragma once

#include <Eigen/Core>
#include <algorithm>
#include <cstddef>

namespace unfurl {

/// body(begin, end) over all entries in chunks of fixed size, on several threads where that pays. Chunks do not depend on
/// the threads, and entries not on each other, so the bits stay.
inline constexpr std::ptrdiff_t chunk_entries = 1024;
template <class F>
void for_chunks(std::size_t n, [[maybe_unused]] int threads, F body) {
  const auto count = static_cast<std::ptrdiff_t>(n);
#pragma omp parallel for schedule(static) num_threads(threads) if (threads > 1 && count > 32 * chunk_entries)
  for (std::ptrdiff_t begin = 0; begin < count; begin += chunk_entries)
    body(begin, std::min(count, begin + chunk_entries));
}

/// to = exp(from) for at most a chunk, through an aligned buffer: the bits must not depend on where the vectors lie.
template <class T>
void exp_chunk(const T* from, T* to, std::ptrdiff_t n) {
  Eigen::Array<T, chunk_entries, 1> buffer;
  auto used = buffer.head(n);
  used = Eigen::Map<const Eigen::Array<T, Eigen::Dynamic, 1>>(from, n);
  used = used.exp();
  Eigen::Map<Eigen::Array<T, Eigen::Dynamic, 1>>(to, n) = used;
}

}  // namespace unfurl
