/// Levels of x86-64 (v2: SSE4.2, v3: AVX2, v4: AVX-512), for each of which what is hot is compiled: lib/cmake/unfurl_levels.cmake.
#pragma once

#include <string>
#include <vector>

namespace unfurl::simd {

/// Of this library, ascending; one, "default", where processors have no such levels.
const std::vector<std::string>& levels();

/// The level that hot functions run at, such as "v3": the highest that the processor has, or what the environment variable
/// UNFURL_SIMD asked for when the program began. Throws DataError where that was none of levels(), or beyond the processor.
const std::string& level();

}  // namespace unfurl::simd
