// Slots of accumulators, added up in slot order by any number of threads and of processes, to the same bits.
#pragma once

#include <cstddef>
#include <exception>
#include <utility>
#include <vector>

#include "unfurl/ranks.hpp"

namespace unfurl::exec {

/// `sums` has all slots, `size` entries each; afterwards the first has the sum of all, for every entry
///   sums[0] + sums[1] + sums[2] + ...  from left to right.
/// Denormals become 0 where that is asked for, in all threads alike.
template <class T>
void add_slots(T* sums, std::size_t size, int slots, int threads, bool flush_denormals);

/// How a rank's part of a run ended; of several ranks the worst counts.
enum class Ending : unsigned char { good, not_finite, failed };

/// For a rank in whose slots nothing is wrong, where another has failed.
std::exception_ptr failure_elsewhere();

/// The slots of a rank, first .. last - 1: neighbours, as many as the others have but for one.
std::pair<int, int> slots_of_rank(const Ranks& ranks, int slots);

/// The same sum where every rank has filled its own slots, for all ranks. Each adds up a share of the entries and gives it to the
/// others: a rank receives (slots / ranks + 1) * size entries in all. Denormals are as the caller's thread has them. Returns the
/// worst ending.
template <class T>
Ending add_slots(T* sums, std::size_t size, int slots, Ranks& ranks, Ending mine);

}  // namespace unfurl::exec
