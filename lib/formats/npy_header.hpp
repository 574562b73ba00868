// Headers of numpy's .npy files: what the numbers are, in which order, and how many.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace unfurl {

/// The longest header that is read, as in numpy (`max_header_size`): headers of plain arrays have a hundred bytes.
inline constexpr std::size_t most_npy_header = 10000;

struct NpyHeader {
  std::string descr;     ///< order of bytes, kind of number and its bytes: "<f4"
  bool fortran = false;  ///< the first index is fastest
  std::vector<std::size_t> shape;
};

/// Reads a dictionary as Python 2 and 3 write it. Throws DataError, naming `where`.
NpyHeader parse_npy_header(std::string_view text, const std::string& where);

}  // namespace unfurl
