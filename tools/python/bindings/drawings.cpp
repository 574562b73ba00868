// Graphs: what is joined with what, and drawings of it.
#include <pybind11/stl/filesystem.h>

#include "arrays.hpp"
#include "unfurl/draw.hpp"
#include "unfurl/factor_graph.hpp"

namespace unfurl::python {

namespace {

void bind_factor_graph(py::module_& m) {
  py::class_<Degrees>(m, "Degrees", doc("Degrees"))
      .def_readonly("min", &Degrees::min)
      .def_readonly("mean", &Degrees::mean)
      .def_readonly("max", &Degrees::max);
  using G = FactorGraph;
  const auto variable = py::arg("variable"), factor = py::arg("factor");
  py::class_<G>(m, "FactorGraph", doc("FactorGraph"))
      .def(py::init<const Model&>(), py::arg("model"))
      .def("variables", &G::variables)
      .def("factors", &G::factors)
      .def("edges", &G::edges)
      .def("variable_name", &G::variable_name, variable, doc("FactorGraph.variable_name"))
      .def("factor_name", &G::factor_name, factor)
      .def("variables_of", &G::variables_of, factor, doc("FactorGraph.variables_of"))
      .def("factors_of", &G::factors_of, variable, doc("FactorGraph.factors_of"))
      .def("neighbours", &G::neighbours, variable, doc("FactorGraph.neighbours"))
      .def("given", &G::given, factor, doc("FactorGraph.given"))
      .def("is_bipartite", &G::is_bipartite, doc("FactorGraph.is_bipartite"))
      .def("components", &G::components, doc("FactorGraph.components"))
      .def("is_tree", &G::is_tree, doc("FactorGraph.is_tree"))
      .def("longest_path", &G::longest_path, doc("FactorGraph.longest_path"))
      .def("variable_degrees", &G::variable_degrees)
      .def("factor_degrees", &G::factor_degrees);
}

}  // namespace

void bind_drawings(py::module_& m) {
  bind_factor_graph(m);
  m.def("factor_dot", &factor_dot, py::arg("model"), doc("factor_dot"));
  m.def(
      "network_dot", [](const ArrayNetwork& n) { return network_dot(n); }, py::arg("network"),
      doc("network_dot"));
  m.def(
      "step_dot", [](const ArrayNetwork& n) { return step_dot(n); }, py::arg("network"), doc("step_dot"));
  m.def("to_svg", &to_svg, py::arg("dot"), doc("to_svg"));
  m.def("render", &render, py::arg("dot"), py::arg("out"), doc("render"));
  py::class_<Model> model(m.attr("Model"));
  model.def(
      "dot", [](const Model& self) { return factor_dot(self); }, doc("factor_dot"));
  model.def("_repr_svg_", [](const Model& self) { return to_svg(factor_dot(self)); });
}

}  // namespace unfurl::python
