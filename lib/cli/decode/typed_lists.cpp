// Lists of numbers and of bits, as they are typed.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "cli/decode/decode.hpp"

namespace unfurl::app {

std::vector<double> read_grid(const std::string& text, const char* option, double least, double most) {
  const auto fail = [&](const std::string& what) {
    throw DataError(what, fmt::format("{} {}", option, text),
                    fmt::format("first:last:step or a list a,b,c of numbers from {} to {}", least, most));
  };
  const auto split = [&](char separator) {
    std::vector<double> numbers;
    for (std::size_t from = 0; from <= text.size();) {
      const std::size_t end = std::min(text.find(separator, from), text.size());
      const std::string part = text.substr(from, end - from);
      const std::optional<double> n = read_number(part);
      if (!n) fail(fmt::format("'{}' is no number", part));
      numbers.push_back(*n);
      from = end + 1;
    }
    return numbers;
  };
  std::vector<double> grid;
  constexpr double most_points = 10000;
  if (text.find(':') == std::string::npos) {
    grid = split(',');
  } else {
    const std::vector<double> ends = split(':');
    if (ends.size() != 3) fail(fmt::format("a grid of {} numbers", ends.size()));
    const double steps = (ends[1] - ends[0]) / ends[2];
    if (!(steps >= 0) || !(steps < most_points)) fail("a grid without points, or of too many");
    // Multiples of the step, not sums: 0.1 added up is not what it is typed as.
    for (int i = 0; i <= static_cast<int>(std::floor(steps + 1e-9)); ++i)
      grid.push_back(std::round((ends[0] + i * ends[2]) * 1e12) / 1e12);
  }
  for (const double n : grid)
    if (!(n >= least && n <= most)) fail(fmt::format("{} is out of range", n));
  return grid;
}

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
