#pragma once
// Files of codes whose text is short and whose code may be large, under another limit than that of everyday use.

#include <string>
#include <string_view>

#include "unfurl/code_files.hpp"

namespace unfurl::formats {

/// Rows of a matrix that is read from digits or made from a few: an empty one takes 24 bytes, and a digit of the text.
inline constexpr int most_rows = 1 << 20;

/// Throws DataError, naming `where`, for more.
inline void check_rows(std::size_t rows, const std::string& where) {
  if (rows > most_rows)
    throw DataError(detail::cat("the matrix has more than ", most_rows, " rows"), where,
                    "write it as an alist, which may have more");
}

/// As unfurl::parse_quasi_cyclic, for at most so many rows and columns of the lifted matrix, and ones beside one a byte.
Code parse_quasi_cyclic(std::string_view text, const std::string& name, int most);

/// As unfurl::parse_dem, for at most so many repeated instructions and targets, detectors and observables, beside one for every
/// 16 bytes of the text.
DetectorErrorModel parse_dem(std::string_view text, const std::string& name, int most);

}  // namespace unfurl::formats
