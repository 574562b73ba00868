/// Complex arguments of formulas.
#pragma once

#include <pybind11/complex.h>

#include "formulas.hpp"
#include "unfurl/complex.hpp"

namespace unfurl::python {

/// Several functions of two operands, one by one, as Python's operators; `reversed` where the class stands on the right.
template <class Class, class Other, class F>
void operation(Class& c, const char* name, F f) {
  using Self = typename Class::type;
  c.def(
      name, [f](const Self& a, const Other& b) { return f(a, b); }, py::is_operator());
}

}  // namespace unfurl::python
