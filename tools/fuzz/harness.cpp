// The entry of libFuzzer, and the count of memory by the hooks of the sanitizer's allocator.
#include "harness.hpp"

#include <sanitizer/allocator_interface.h>

#include <algorithm>
#include <cstdint>
#include <ctime>

namespace unfurl::fuzz {

namespace {

constexpr std::size_t free_bytes = std::size_t{64} << 20;

bool counting = false;
std::ptrdiff_t live = 0, peak = 0;

void on_malloc(const volatile void*, std::size_t size) {
  if (!counting) return;
  live += static_cast<std::ptrdiff_t>(size);
  peak = std::max(peak, live);
}
void on_free(const volatile void* pointer) {
  if (counting && pointer != nullptr)
    live -= static_cast<std::ptrdiff_t>(__sanitizer_get_allocated_size(const_cast<const void*>(pointer)));
}

}  // namespace

MemoryLaw::MemoryLaw(std::size_t bytes) : bytes_(bytes) {
  static const int installed = __sanitizer_install_malloc_and_free_hooks(on_malloc, on_free);
  law(installed != 0, "the allocator takes hooks");
  live = peak = 0;
  counting = true;
}

MemoryLaw::~MemoryLaw() {
  counting = false;
  if (std::getenv("UNFURL_FUZZ_MEMORY") != nullptr)
    std::fprintf(stderr, "memory: %td bytes for an input of %zu\n", peak, bytes_);
  law(static_cast<std::size_t>(peak) <= 20 * bytes_ + free_bytes,
      "memory is at most 20 times the input and 64 MB");
}

}  // namespace unfurl::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::clock_t start = std::clock();  // of the processor: a busy machine is no hang
  unfurl::fuzz::read({reinterpret_cast<const char*>(data), size});
  unfurl::fuzz::law(std::clock() - start <= 5 * CLOCKS_PER_SEC, "an input takes at most 5 s");
  return 0;
}
