// Cutting one call into parts that threads share.
#pragma once

#include <cstddef>

#include "unfurl/extend/backend.hpp"

namespace unfurl::exec {

/// Into how many parts, of about `part_entries` entries of the result (of what is summed) or more: a matter of the program and the batch,
/// never of the threads. 1: it stays whole.
template <class T>
int count_parts(const cpu::Call<T>& call, cpu::Cut cut, std::size_t part_entries);

/// Writes part number `part` of so many to `to`, without allocation where its operands had room before. False where
/// nothing is left for it.
template <class T>
bool take_part(const cpu::Call<T>& call, cpu::Cut cut, int part, int parts, cpu::Call<T>& to);

/// Whether each part gives a sum of its own, in place of the call's result, for add_parts().
template <class T>
bool is_sum(const cpu::Call<T>& call, cpu::Cut cut);

/// Gives the call its result from the sums of all parts, one after the other, in this order.
template <class T>
void add_parts(const cpu::Call<T>& call, const T* sums, int parts);

}  // namespace unfurl::exec
