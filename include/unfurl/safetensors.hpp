#pragma once
/// Weights in the format of safetensors, which other programs read and write: 8 bytes little-endian length of a JSON header; the
/// header, which names type, shape and place of every array; the arrays, one after the other, row by row.

#include <cstddef>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "unfurl/network.hpp"

namespace unfurl {

/// An array of any number of dimensions; the last index is fastest.
struct Tensor {
  std::vector<std::size_t> shape;  ///< empty for a single number
  std::vector<double> values;
};

/// The parameters by their names, "W" or "W@3": of shape (planes, rows), vectors of shape (rows) and numbers of shape (1). As
/// float32 where that is exact, and as float64 otherwise; equal parameters give equal bytes. Throws DataError for values that a
/// parameter cannot take, and names that are not UTF-8.
std::string to_safetensors(const Network& network);

/// Every array of the bytes of such a file, of float64, float32, float16 or bfloat16. Throws DataError, naming `where`, unless
/// all is as the format demands: a header of at most 100 MB, names that come once, shapes that fit their bytes, arrays that lie
/// one after the other without gaps to the end.
std::map<std::string, Tensor> read_safetensors(std::string_view bytes, const std::string& where);
std::map<std::string, Tensor> read_safetensors(const std::filesystem::path& path);

/// Gives the network these values: an array for every parameter and no other, each of the shape that to_safetensors() writes, or
/// of (planes, rows). Throws DataError, naming `where`, for others, for numbers that are not finite, and for those that are not
/// in the parameter's space; the network is then unchanged.
void assign(const std::map<std::string, Tensor>& weights, Network& network, const std::string& where);

}  // namespace unfurl
