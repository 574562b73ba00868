// Files of codes, and arrays in files of NumPy as the library reads them.
#include "unfurl/code_files.hpp"

#include <pybind11/stl/filesystem.h>

#include "codes.hpp"
#include "unfurl/data_files.hpp"

namespace unfurl::python {

namespace {

py::array array_of(const NpzArray& a) {
  return own(a.values, std::vector<py::ssize_t>(a.shape.begin(), a.shape.end()));
}
py::dict arrays_by_name(const std::map<std::string, NpzArray>& arrays) {
  py::dict all;
  for (const auto& [name, array] : arrays) all[py::str(name)] = array_of(array);
  return all;
}

NpzArray array_from(const py::handle& given) {
  const auto a = py::array_t<double, py::array::c_style | py::array::forcecast>::ensure(given);
  if (!a) throw py::error_already_set();
  return {std::vector<std::size_t>(a.shape(), a.shape() + a.ndim()),
          std::vector<double>(a.data(), a.data() + a.size())};
}
std::map<std::string, NpzArray> arrays_from(const py::dict& given) {
  std::map<std::string, NpzArray> arrays;
  for (const auto& [name, array] : given) arrays[py::cast<std::string>(name)] = array_from(array);
  return arrays;
}

/// What read(path) gives, without the interpreter.
template <class F>
auto reads(F read) {
  return [read](const std::filesystem::path& path) {
    const py::gil_scoped_release release;
    return read(path);
  };
}

void bind_arrays(py::module_& m) {
  const auto path = py::arg("path"), arrays = py::arg("arrays");
  m.def(
      "read_npz", [](const std::filesystem::path& p) { return arrays_by_name(reads(&read_npz)(p)); }, path,
      doc("read_npz"));
  m.def(
      "read_npy", [](const std::filesystem::path& p) { return array_of(reads(&read_npy)(p)); }, path,
      doc("read_npy"));
  m.def(
      "read_arrays", [](const std::filesystem::path& p) { return arrays_by_name(reads(&read_arrays)(p)); },
      path, doc("read_arrays"));
  m.def(
      "write_arrays",
      [](const std::filesystem::path& p, const py::dict& given) {
        const auto all = arrays_from(given);
        const py::gil_scoped_release release;
        write_arrays(p, all);
      },
      path, arrays, doc("write_arrays"));
  m.def(
      "to_npy",
      [](const py::object& array, const std::string& kind) {
        return py::bytes(to_npy(array_from(array), kind));
      },
      py::arg("array"), py::arg("kind") = "f4", doc("to_npy"));
  m.def(
      "to_npz", [](const py::dict& given) { return py::bytes(to_npz(arrays_from(given))); }, arrays,
      doc("to_npz"));
}

}  // namespace

void bind_code_files(py::module_& m) {
  const auto text = py::arg("text"), matrix = py::arg("matrix");
  const auto name = py::arg("name") = "text";
  m.def("parse_alist", &parse_alist, text, name, doc("parse_alist"));
  m.def("to_alist", &to_alist, matrix, py::arg("padded") = true, "The text of an .alist file.");
  m.def("parse_dense", &parse_dense, text, name, doc("parse_dense"));
  m.def("to_dense", &to_dense, matrix, "A row a line, of 0 and 1.");
  m.def("parse_quasi_cyclic", &parse_quasi_cyclic, text, name, doc("parse_quasi_cyclic"));
  m.def("read_code", &read_code, py::arg("path"), py::call_guard<py::gil_scoped_release>(), doc("read_code"));
  using D = DetectorErrorModel;
  py::class_<D> dem(m, "DetectorErrorModel", doc("DetectorErrorModel"));
  py::class_<D::Mechanism>(dem, "Mechanism", "An error with the detectors and observables that it flips.")
      .def_readonly("probability", &D::Mechanism::probability)
      .def_readonly("detectors", &D::Mechanism::detectors)
      .def_readonly("observables", &D::Mechanism::observables);
  dem.def_readonly("detectors", &D::detectors)
      .def_readonly("observables", &D::observables)
      .def_readonly("errors", &D::errors)
      .def("code", &D::code, py::arg("name") = "code", doc("DetectorErrorModel.code"));
  m.def("parse_dem", &parse_dem, text, name, doc("parse_dem"));
  bind_arrays(m);
}

}  // namespace unfurl::python
