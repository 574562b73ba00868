#pragma once
/// What the harnesses share. A harness is one file: it defines read(), and its name is that of its parser.

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "unfurl/error.hpp"

namespace unfurl::fuzz {

/// Reads an input, which may be anything, and checks the laws of what it holds.
void read(std::string_view input);

/// Ends the program, so that the input is kept, unless a law holds.
inline void law(bool holds, const char* statement) {
  if (holds) return;
  std::fprintf(stderr, "broken law: %s\n", statement);
  std::abort();
}

/// While it lives, counts the memory that is allocated; at its end, this must have been at most 20 times `bytes` and 64 MB.
class MemoryLaw {
 public:
  explicit MemoryLaw(std::size_t bytes);
  MemoryLaw(const MemoryLaw&) = delete;
  MemoryLaw& operator=(const MemoryLaw&) = delete;
  ~MemoryLaw();

 private:
  std::size_t bytes_;
};

/// What a parser makes of an input, under the law of memory. False where the parser refuses it, as is its right, in words
/// that are fit for a terminal; any other exception is a fault.
template <class Parse>
bool accepted(std::size_t bytes, const Parse& parse) {
  try {
    const MemoryLaw law(bytes);
    parse();
    return true;
  } catch (const DataError& error) {
    for (const char* c = error.what(); *c != '\0'; ++c)
      law((*c < 0 || *c >= ' ' || *c == '\n') && *c != '\x7f', "errors hold no control characters");
    return false;
  }
}

}  // namespace unfurl::fuzz
