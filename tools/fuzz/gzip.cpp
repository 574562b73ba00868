// Compressed texts: they may unpack to a megabyte here.
#include "formats/gzip.hpp"
#include "harness.hpp"

void unfurl::fuzz::read(std::string_view input) {
  constexpr std::size_t most = 1 << 20;
  std::string text;
  if (accepted(input.size(), [&] { text = formats::gunzip(input, most, "input"); }))
    law(text.size() <= most, "the limit holds");
}
