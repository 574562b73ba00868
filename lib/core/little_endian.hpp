// Numbers as bytes, the least significant first.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace unfurl {

template <class Unsigned>
void put_little_endian(std::string& out, Unsigned bits) {
  for (std::size_t i = 0; i < sizeof bits; ++i) out += static_cast<char>((bits >> (8 * i)) & 0xff);
}

/// The number at byte `at`.
template <class Unsigned>
Unsigned get_little_endian(std::string_view bytes, std::size_t at) {
  Unsigned bits = 0;
  for (std::size_t i = 0; i < sizeof bits; ++i)
    bits |=
        static_cast<Unsigned>(static_cast<Unsigned>(static_cast<unsigned char>(bytes[at + i])) << (8 * i));
  return bits;
}

}  // namespace unfurl
