// Checkpoints as bytes, without files.
#pragma once

#include <string>
#include <string_view>

#include "unfurl/checkpoint.hpp"

namespace unfurl {

/// The contents of a checkpoint file. Throws DataError for values that are not finite and names that are not UTF-8.
std::string encode(const Checkpoint& checkpoint);

/// The checkpoint in the contents of a file; `where` names the file in errors. Any bytes that encode() did not write
/// throw DataError.
Checkpoint decode(std::string_view bytes, const std::string& where);

/// Arrays may lie in one place together. Read, each takes its own memory, so what is read once more is limited: 24 MB, or
/// six times the bytes that are there.
bool repeats_within_limit(std::size_t repeated, std::size_t bytes);

/// Throws DataError, naming the array, for a value that is not finite.
void check_finite(const std::string& name, const std::vector<double>& values, const std::string& where);

/// Throws DataError unless a parameter has as many values as its shape says, all finite and in its space.
void check_values(const Parameter& parameter, const std::string& where);

}  // namespace unfurl
