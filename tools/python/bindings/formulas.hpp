/// Arguments of formulas: numbers of any kind, extents, and algorithms' and factors' own classes.
#pragma once

#include "bind.hpp"
#include "unfurl/formulas.hpp"

namespace unfurl::python {

/// A real number: of Python, or a scalar of NumPy.
struct Number {
  double value = 0;
};

/// Extents of an array: a number, or several.
struct Extents {
  std::vector<int> dims;
};

}  // namespace unfurl::python

namespace pybind11::detail {

template <>
struct type_caster<unfurl::python::Number> {
  PYBIND11_TYPE_CASTER(unfurl::python::Number, const_name("float"));
  bool load(handle source, bool) {
    const bool scalar = hasattr(source, "ndim") && hasattr(source, "__float__") &&
                        source.attr("ndim").cast<object>().equal(int_(0));
    if (PyBool_Check(source.ptr()) || !(PyFloat_Check(source.ptr()) || PyLong_Check(source.ptr()) || scalar))
      return false;
    value.value = PyFloat_AsDouble(source.ptr());
    if (!PyErr_Occurred()) return true;
    PyErr_Clear();  // of a complex scalar
    return false;
  }
  static handle cast(const unfurl::python::Number& n, return_value_policy, handle) {
    return PyFloat_FromDouble(n.value);
  }
};

template <>
struct type_caster<unfurl::python::Extents> {
  PYBIND11_TYPE_CASTER(unfurl::python::Extents, const_name("Union[int, Sequence[int]]"));
  bool load(handle source, bool) {
    make_caster<int> one;
    make_caster<std::vector<int>> several;
    if (one.load(source, false))
      value.dims = {cast_op<int>(one)};
    else if (several.load(source, true))
      value.dims = cast_op<std::vector<int>&>(several);
    else
      return false;
    return true;
  }
  static handle cast(const unfurl::python::Extents& e, return_value_policy policy, handle parent) {
    return make_caster<std::vector<int>>::cast(e.dims, policy, parent);
  }
};

}  // namespace pybind11::detail
