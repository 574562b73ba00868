/// Between NumPy's arrays, whose first axis counts samples, and the library's data sets.
#pragma once

#include <map>
#include <vector>

#include "bind.hpp"
#include "unfurl/network.hpp"

namespace unfurl::python {

/// Extents of arrays by name, without samples and planes.
using Dims = std::map<std::string, std::vector<int>>;
/// Those of everything that the model of a network declares; none where the network has no model.
Dims dims_of(const Network& network);

/// A network and the extents of its arrays.
class ArrayNetwork : public Network {
 public:
  explicit ArrayNetwork(Network network);
  ArrayNetwork(Network network, Dims extents) : Network(std::move(network)), dims(std::move(extents)) {}
  Dims dims;
};

/// An array of numbers that stays with the vector it was made of.
template <class T>
py::array_t<T> own(std::vector<T> values, const std::vector<py::ssize_t>& shape) {
  auto* kept = new std::vector<T>(std::move(values));
  const py::capsule owner(kept, [](void* p) { delete static_cast<std::vector<T>*>(p); });
  return py::array_t<T>(shape, kept->data(), owner);
}
py::array_t<double> own(std::vector<double> values);
/// A list of arrays of one dimension.
py::list arrays_of(const std::vector<std::vector<double>>& all);
/// Numbers of an array of any shape, row by row.
std::vector<double> numbers_of(const py::handle& array);
/// The same of a parameter of [planes, rows]: a number for all entries, or an array of as many numbers, flat or in this shape
/// or one whose product it is. Throws ModelError naming `what`.
std::vector<double> values_of(const std::string& what, const py::handle& array, const ir::Type& type);

/// [samples, ...] as samples of [planes, rows], complex numbers as pairs: `type` says which, where it is known; else an array
/// of two dimensions or fewer has one plane, one of three [samples, planes, rows]. Throws DataError for shapes that do not fit.
Samples samples_of(const std::string& name, const py::handle& array, const ir::Type* type);
/// Extents of one sample of a result: planes, where there are several, and those that the model declares, or rows.
std::vector<py::ssize_t> shape_of(const ArrayNetwork& network, const std::string& name, int planes, int rows);

/// Data that a caller gave: a Dataset as it is, or made of a dictionary of arrays or of one array.
class Data {
 public:
  /// For a network, whose inputs have its shapes; one array is its only input. `all`: with arrays that it does not observe, too.
  Data(const ArrayNetwork& network, const py::handle& data, bool all);
  /// For a model.
  Data(const Model& model, const py::handle& data);
  const Dataset& operator*() const { return given_ ? *given_ : own_; }
  const Dataset* operator->() const { return &**this; }

 private:
  const Dataset* given_ = nullptr;
  Dataset own_;
};
/// One array of targets as the network's result of like shape has it.
Samples target_of(const ArrayNetwork& network, const std::string& name, const py::handle& array);

/// Results by name, [samples, ...]; nothing is copied.
py::dict dictionary(const ArrayNetwork& network, Dataset results);

}  // namespace unfurl::python
