// Single arrays of numpy.
#include <cmath>

#include "formats/npz_bytes.hpp"
#include "harness.hpp"

void unfurl::fuzz::read(std::string_view input) {
  NpzArray array;
  if (!accepted(input.size(), [&] { array = decode_npy(input, "input"); })) return;
  std::size_t count = 1;
  for (const std::size_t extent : array.shape) count *= extent;
  law(count == array.values.size(), "the numbers fill the shape");
  const NpzArray back = decode_npy(to_npy(array, "f4"), "written");
  law(back.shape == array.shape, "what is written has the same shape");
  for (std::size_t i = 0; i < array.values.size(); ++i) {
    const auto single = static_cast<double>(static_cast<float>(array.values[i]));
    law(back.values[i] == single || (std::isnan(back.values[i]) && std::isnan(single)),
        "what is written reads back equal, in single precision");
  }
}
