// Arrays that other programs computed: numpy's .npy files of real or complex numbers.
#pragma once

#include <doctest/doctest.h>

#include <complex>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <numeric>
#include <string>
#include <vector>

#include "formats/npy_header.hpp"

namespace unfurl::test {

/// An array, the last index fastest; real numbers have imaginary parts of 0.
struct NpyArray {
  std::vector<std::size_t> shape;
  std::vector<std::complex<double>> values;
  std::vector<double> real() const {
    std::vector<double> parts;
    for (const auto& z : values) parts.push_back(z.real());
    return parts;
  }
};

/// float64, complex128, int64 and int8, little-endian.
inline NpyArray read_npy(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string bytes((std::istreambuf_iterator<char>(file)), {});
  REQUIRE_MESSAGE(bytes.size() > 10, path.string(), " is missing or empty");
  const std::size_t length =
      static_cast<unsigned char>(bytes[8]) + 256U * static_cast<unsigned char>(bytes[9]);
  const NpyHeader header = parse_npy_header(std::string_view(bytes).substr(10, length), path.string());
  REQUIRE_MESSAGE(!header.fortran, path.string());
  NpyArray array{header.shape, {}};
  array.values.resize(
      std::accumulate(header.shape.begin(), header.shape.end(), std::size_t{1}, std::multiplies<>()));
  const auto fill = [&](auto number) {
    REQUIRE_MESSAGE(bytes.size() == 10 + length + array.values.size() * sizeof(number), path.string());
    for (std::size_t i = 0; i < array.values.size(); ++i) {
      std::memcpy(&number, bytes.data() + 10 + length + i * sizeof(number), sizeof(number));
      if constexpr (std::is_arithmetic_v<decltype(number)>)
        array.values[i] = static_cast<double>(number);
      else
        array.values[i] = number;
    }
  };
  if (header.descr == "<c16")
    fill(std::complex<double>());
  else if (header.descr == "<f8")
    fill(double());
  else if (header.descr == "<i8")
    fill(std::int64_t());
  else if (header.descr == "|i1")
    fill(std::int8_t());
  else
    FAIL(path.string(), " holds ", header.descr);
  return array;
}

}  // namespace unfurl::test
