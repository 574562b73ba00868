#pragma once
/// Numpy's .npz archives: named arrays, as numpy.savez and numpy.savez_compressed write them.

#include <cstddef>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace unfurl {

/// An array of any number of dimensions; the last index is fastest.
struct NpzArray {
  std::vector<std::size_t> shape;  ///< empty for a single number
  std::vector<double> values;      ///< 64-bit integers beyond 2^53 are rounded
};

/// Every array of an archive by its name, without ".npy". Reads booleans, integers and floats of any size up to eight
/// bytes, in either order of bytes and of indices. Throws DataError when the file is missing, damaged or no archive, or an
/// array is of another kind. Limits, looked at before an array is unpacked: headers of 10 000 bytes, as in numpy; stored or
/// deflated entries; one number for each byte of the file and 2^27 more (1 GB), all arrays together.
std::map<std::string, NpzArray> read_npz(const std::filesystem::path& path);

/// The array of a .npy file, as numpy.save writes it, under the same rules.
NpzArray read_npy(const std::filesystem::path& path);
/// The bytes of such a file, of numbers "f4" (single precision) or "u1" (0 .. 255).
std::string to_npy(const NpzArray& array, const std::string& kind);
/// The bytes of an archive of these arrays in single precision, as numpy.savez writes one: the same for the same arrays.
std::string to_npz(const std::map<std::string, NpzArray>& arrays);

}  // namespace unfurl
