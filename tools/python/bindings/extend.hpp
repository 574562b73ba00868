/// For losses, factors and algorithms of one's own, written in Python: they write programs, which run without Python.
#pragma once

#include "arrays.hpp"
#include "unfurl/extend/algorithm.hpp"

namespace unfurl::python {

/// An algorithm that is an object of Python, which lives as long as whatever was unrolled with it.
AlgorithmPointer algorithm_of(const py::object& object);

void bind_programs(py::module_& extend);
void bind_factor_types(py::module_& m, py::module_& extend);
void bind_algorithm_types(py::module_& m, py::module_& extend);

}  // namespace unfurl::python
