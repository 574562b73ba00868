// Lists of bits.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "cli/decode/decode.hpp"

namespace unfurl::app {

std::vector<int> read_bits(const std::string& text, const char* option, int count) {
  const auto fail = [&](const std::string& what) {
    throw DataError(what, fmt::format("{} {}", option, text),
                    fmt::format("bits and ranges of them, from 0 to {}, as in 0-3,10", count - 1));
  };
  const char *from = text.data(), *end = from + text.size();
  const auto number = [&] {
    int n = 0;
    const auto [stop, error] = std::from_chars(from, end, n);
    if (error != std::errc()) fail("this is no list of bits");
    if (n < 0 || n >= count) fail(fmt::format("there is no bit {}", n));
    from = stop;
    return n;
  };
  std::vector<int> bits;
  while (from != end) {
    const int first = number();
    int last = first;
    if (from != end && *from == '-') {
      ++from;
      last = number();
    }
    if (last < first) fail(fmt::format("a range from {} to {}", first, last));
    for (int i = first; i <= last; ++i) bits.push_back(i);
    if (from == end) break;
    if (*from != ',' || ++from == end) fail("this is no list of bits");
  }
  std::sort(bits.begin(), bits.end());
  if (const auto twice = std::adjacent_find(bits.begin(), bits.end()); twice != bits.end())
    fail(fmt::format("bit {} is there twice", *twice));
  return bits;
}

}  // namespace unfurl::app
