// Texts that gzip compressed.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace unfurl::formats {

/// True for what begins as a file of gzip.
bool is_gzip(std::string_view bytes);

/// Unpacks a file of gzip, one member or several. Throws DataError, naming the file `name`, for a damaged one, and for
/// one that unpacks to more than `most` bytes: before any is unpacked where the file says so itself.
std::string gunzip(std::string_view bytes, std::size_t most, const std::string& name);

}  // namespace unfurl::formats
