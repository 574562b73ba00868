// Memory that grows, on the boundary of a cache line.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace unfurl::exec {

template <class T>
struct Arena {
  std::vector<T> storage;
  T* data = nullptr;

  void resize(std::size_t n) {
    constexpr std::size_t align = 64 / sizeof(T);
    if (storage.size() < n + align) storage.assign(n + align, T(0));
    const auto address = reinterpret_cast<std::uintptr_t>(storage.data());
    data = storage.data() + (64 - address % 64) % 64 / sizeof(T);
  }
};

}  // namespace unfurl::exec
