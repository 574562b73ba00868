/// Matrices over GF(2) and words of bits as arrays of NumPy.
#pragma once

#include "arrays.hpp"
#include "unfurl/codes.hpp"

namespace unfurl::python {

using Bits = py::array_t<std::uint8_t, py::array::c_style | py::array::forcecast>;

/// An array of 0 and 1, of any type of numbers. Throws DataError naming `what` for other numbers.
Bits bits_of(const char* what, const py::handle& array);
/// Bits of the shape of an array.
inline py::array bit_array(const Word& bits, const std::vector<py::ssize_t>& shape) {
  return own(bits, shape);
}

void bind_codes(py::module_& m);
void bind_code_files(py::module_& m);
void bind_decoding(py::module_& m);

}  // namespace unfurl::python
