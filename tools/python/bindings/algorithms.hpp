/// Algorithms as one class, which every built-in one's options serve as.
#pragma once

#include "bind.hpp"
#include "unfurl/algorithms.hpp"

namespace unfurl::python {

struct AnyAlgorithm {
  AnyAlgorithm(AlgorithmPointer p) : pointer(std::move(p)) {}  // NOLINT: algorithms are algorithms
  template <class Options>
  explicit AnyAlgorithm(const Options& options) : pointer(options) {}
  AlgorithmPointer pointer;
};

template <class T, class... Fields>
void algorithm(py::module_& m, const char* name, Fields... fields) {
  options<T>(m, name, fields...);
  serves_as<T>(py::class_<AnyAlgorithm>(m.attr("Algorithm")));
}

}  // namespace unfurl::python
