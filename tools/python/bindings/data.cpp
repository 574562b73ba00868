// Data sets, for samples of several structures and data that are used more than once; else dictionaries of arrays do.
#include "arrays.hpp"

namespace unfurl::python {

namespace {

/// The numbers of one array, [samples, planes, rows] or [samples, rows], where they lie.
py::array view(py::object self, const std::string& name) {
  const Samples& s = py::cast<const Dataset&>(self)[name];
  std::vector<py::ssize_t> shape{s.count(), s.planes, s.rows};
  if (s.planes == 1) shape.erase(shape.begin() + 1);
  return py::array_t<float>(shape, s.values.data(), self);
}

}  // namespace

void bind_data(py::module_& m) {
  m.attr("missing") = std::numeric_limits<float>::quiet_NaN();
  py::class_<Dataset> data(m, "Dataset", doc("Dataset"));
  data.def(py::init<>())
      .def(py::init([](const py::dict& arrays) {
             Dataset d;
             for (const auto& [name, array] : arrays) {
               const auto n = py::cast<std::string>(name);
               d.add(n, samples_of(n, array, nullptr), here());
             }
             return d;
           }),
           py::arg("arrays"), "Arrays by name, [samples, rows] or [samples, planes, rows].")
      .def(
          "add",
          [](Dataset& d, const std::string& name, const py::object& array) -> Dataset& {
            if (d.has(name))  // views of it may be in use
              throw DataError("the data have '" + name + "' already", here(), "make another data set");
            return d.add(name, samples_of(name, array, nullptr), here());
          },
          py::arg("name"), py::arg("array"), doc("Dataset.add"), py::return_value_policy::reference_internal)
      .def(
          "add",
          [](Dataset& d, const Structure& structure, const Dataset& part) -> Dataset& {
            return d.add(structure, part, here());
          },
          py::arg("structure"), py::arg("part"), "Adds samples of another structure.",
          py::return_value_policy::reference_internal)
      .def("__getitem__", &view, py::arg("name"), "The array itself; nothing is copied.")
      .def("__contains__", &Dataset::has)
      .def("__len__", &Dataset::samples)
      .def_property_readonly("samples", &Dataset::samples, doc("Dataset.samples"))
      .def("slice", &Dataset::slice, py::arg("first"), py::arg("count"), doc("Dataset.slice"))
      .def("names",
           [](const Dataset& d) {
             std::vector<std::string> names;
             for (const auto& [name, samples] : d.arrays()) names.push_back(name);
             return names;
           })
      .def(
          "parts",
          [](const Dataset& d) {
            py::dict parts;
            for (const auto& [structure, part] : d.parts()) parts[py::tuple(py::cast(structure))] = part;
            return parts;
          },
          doc("Dataset.parts"));
}

}  // namespace unfurl::python
