// What is said where a program takes more memory than there is.
#pragma once

#include <new>
#include <stdexcept>

#include "backend/cpu/arena.hpp"
#include "backend/cpu/plan.hpp"

namespace unfurl::exec {

/// Throws Error where `entries` numbers of `bytes` each are more than the memory of this machine, swap and all: the system may
/// promise them, and end the process when they are used. Names the largest value of the program and who asked for it.
void require_memory(const Plan& plan, double entries, std::size_t bytes);
/// That error, where the system refused.
[[noreturn]] void refuse_memory(const Plan& plan, double entries, std::size_t bytes);

/// Makes room for so many numbers, or throws that error.
template <class T>
void reserve(Arena<T>& arena, const Plan& plan, std::size_t entries) {
  const auto wanted = static_cast<double>(entries);
  if (entries > arena.storage.size()) require_memory(plan, wanted, sizeof(T));
  try {
    arena.resize(entries);
  } catch (const std::bad_alloc&) {
    refuse_memory(plan, wanted, sizeof(T));
  } catch (const std::length_error&) {
    refuse_memory(plan, wanted, sizeof(T));
  }
}

}  // namespace unfurl::exec
