// What is said where a program takes more memory than there is.
#pragma once

#include "backend/cpu/plan.hpp"

namespace unfurl::exec {

/// Throws Error where `entries` numbers of `bytes` each are more than the memory of this machine, swap and all: the system may
/// promise them, and end the process when they are used. Names the largest value of the program and who asked for it.
void require_memory(const Plan& plan, double entries, std::size_t bytes);
/// That error, where the system refused.
[[noreturn]] void refuse_memory(const Plan& plan, double entries, std::size_t bytes);

}  // namespace unfurl::exec
