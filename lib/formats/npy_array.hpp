// One array of numpy, from wherever its bytes come.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "unfurl/error.hpp"
#include "unfurl/npz.hpp"

namespace unfurl {

/// Numbers that the arrays of an archive may have together, beside one for every byte of the file: what is compressed may
/// be much larger than the file.
inline constexpr std::uint64_t most_npy_numbers = std::uint64_t{1} << 27;

/// Fills all of the bytes, or throws.
using FillBytes = std::function<void(char* bytes, std::size_t size)>;

DataError damaged_npy(const std::string& why, const std::string& where);

/// The array in so many bytes; `budget` is how many numbers are left to read, and loses those of this array. Throws DataError,
/// naming `where`.
NpzArray read_npy_array(std::uint64_t size, const FillBytes& fill, const std::string& where,
                        std::uint64_t& budget);

}  // namespace unfurl
