#pragma once
// Files of codes whose text is short and whose code may be large, under another limit than that of everyday use.

#include <string>
#include <string_view>

#include "unfurl/code_files.hpp"

namespace unfurl::formats {

/// As unfurl::parse_quasi_cyclic, for at most so many ones, rows and columns of the lifted matrix.
Code parse_quasi_cyclic(std::string_view text, const std::string& name, int most);

/// As unfurl::parse_dem, for at most so many targets of all errors (repeated ones counted every time), detectors and
/// observables.
DetectorErrorModel parse_dem(std::string_view text, const std::string& name, int most);

}  // namespace unfurl::formats
