// Cutting one call into parts that threads share.
#pragma once

#include <cstddef>

#include "unfurl/extend/backend.hpp"

namespace unfurl::exec {

/// Into how many parts, of about `part_entries` entries of the result or more: a matter of the program and the batch,
/// never of the threads. 1: it stays whole.
template <class T>
int count_parts(const cpu::Call<T>& call, cpu::Cut cut, std::size_t part_entries);

/// Writes part number `part` of so many to `to`, without allocation where its operands had room before. False where
/// nothing is left for it.
template <class T>
bool take_part(const cpu::Call<T>& call, cpu::Cut cut, int part, int parts, cpu::Call<T>& to);

}  // namespace unfurl::exec
