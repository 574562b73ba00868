// Numbers too small for full precision become zero while an object of this class lives, in its thread, if wanted.
#pragma once

#if defined(__SSE2__)
#include <xmmintrin.h>
#elif defined(__aarch64__)
#include <cstdint>
#endif

namespace unfurl::exec {

/// Multiplicative updates drive most activations towards zero without end, and arithmetic on denormal numbers is a hundred
/// times slower. What they stand for is zero in all but name. Other processors compute on, slowly.
class FlushDenormals {
 public:
#if defined(__SSE2__)
  explicit FlushDenormals(bool wanted) : before_(_mm_getcsr()) {
    if (wanted) _mm_setcsr(before_ | 0x8040);  // of results, and of operands
  }
  ~FlushDenormals() { _mm_setcsr(before_); }
#elif defined(__aarch64__)
  explicit FlushDenormals(bool wanted) {
    asm volatile("mrs %0, fpcr" : "=r"(before_));
    if (wanted) asm volatile("msr fpcr, %0" ::"r"(before_ | std::uint64_t{1} << 24));
  }
  ~FlushDenormals() { asm volatile("msr fpcr, %0" ::"r"(before_)); }
#else
  explicit FlushDenormals(bool) {}
  ~FlushDenormals() {}
#endif
  FlushDenormals(const FlushDenormals&) = delete;
  FlushDenormals& operator=(const FlushDenormals&) = delete;

 private:
#if defined(__SSE2__)
  unsigned before_;
#elif defined(__aarch64__)
  std::uint64_t before_;
#endif
};

}  // namespace unfurl::exec
