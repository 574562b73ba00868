// Networks in files: checkpoints, and weights alone.
#include "unfurl/checkpoint.hpp"

#include <pybind11/stl/filesystem.h>

#include "network.hpp"
#include "store/network_text.hpp"
#include "unfurl/safetensors.hpp"

namespace unfurl::python {

void bind_files(py::module_& m, py::class_<ArrayNetwork>& c) {
  c.def("_save", [](const ArrayNetwork& n, const std::filesystem::path& path,
                    const std::string& declaration) { save(path, n, declaration); })
      .def_static("_load", [](const std::filesystem::path& path,
                              const Dims& dims) { return ArrayNetwork(load_network(path), dims); })
      .def("_shape_of", &shape_of)
      .def_property_readonly("_extents", [](const ArrayNetwork& n) { return n.dims; });
  m.def(
      "to_safetensors", [](const ArrayNetwork& n) { return py::bytes(to_safetensors(n)); },
      py::arg("network"), doc("to_safetensors"));
  c.def("_assign_safetensors", [](ArrayNetwork& n, const std::filesystem::path& path) {
    assign(read_safetensors(path), n, path.string());
  });
}

void bind_checkpoints(py::module_& m) {
  py::class_<Checkpoint>(m, "Checkpoint", doc("Checkpoint"))
      .def(py::init([](const ArrayNetwork& n, std::string declaration) {
             return Checkpoint{std::move(declaration), n.parameters(), {}, network_text(n)};
           }),
           py::arg("network"), py::arg("declaration") = "")
      .def_readonly("declaration", &Checkpoint::declaration, doc("Checkpoint.declaration"))
      .def_property_readonly(
          "epoch", [](const Checkpoint& c) { return c.training.epoch; }, doc("TrainingState.epoch"))
      .def("__getitem__",
           [](const Checkpoint& c, const std::string& name) {
             for (const Parameter& p : c.parameters)
               if (p.name == name) return values(p);
             throw py::key_error(name);
           })
      .def("names", [](const Checkpoint& c) {
        std::vector<std::string> names;
        for (const Parameter& p : c.parameters) names.push_back(p.name);
        return names;
      });
  m.def(
      "save", [](const std::filesystem::path& path, const Checkpoint& c) { save(path, c); }, py::arg("path"),
      py::arg("checkpoint"), doc("save"));
  m.def(
      "load", [](const std::filesystem::path& path) { return load(path); }, py::arg("path"), doc("load"));
  m.def(
      "assign", [](const Checkpoint& c, ArrayNetwork& n) { assign(c, n); }, py::arg("checkpoint"),
      py::arg("network"), doc("assign"));
}

}  // namespace unfurl::python
