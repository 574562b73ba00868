// Schedules: how often a step runs, and which layers share which parameters.
#include "unfurl/schedule.hpp"

#include "algorithms.hpp"
#include "arrays.hpp"

namespace unfurl::python {

namespace {

void bind_places(py::module_& m) {
  py::class_<Places>(m, "Places", doc("Places"))
      .def(py::init<>())
      .def_readonly("first", &Places::first)
      .def_readonly("count", &Places::count);
  m.def("last", &last, py::arg("layers"), doc("last"));
  m.def("blocks", &blocks, py::arg("n"), doc("blocks"));
  m.def("layers", &layers, py::arg("first"), py::arg("count"), doc("layers"));
  m.def("readout", &readout, doc("readout"));
  py::class_<What>(m, "What", doc("What"))
      .def(py::init<const Param&>(), py::arg("p"))
      .def(py::init<std::string>(), py::arg("name"))
      .def("__repr__", [](const What& w) { return w.all() ? std::string("all") : "'" + w.name() + "'"; });
  py::implicitly_convertible<Param, What>();
  py::implicitly_convertible<py::str, What>();
  m.attr("all") = What(all);
  py::class_<Tying>(m, "Tying", doc("Tying"))
      .def_readonly("copy", &Tying::copy, doc("Tying.copy"))
      .def_readonly("frozen", &Tying::frozen, doc("Tying.frozen"))
      .def_readonly("scaled", &Tying::scaled, doc("Tying.scaled"))
      .def_property_readonly("copies", &Tying::copies);
}

}  // namespace

void bind_schedules(py::module_& m) {
  bind_places(m);
  py::class_<Schedule> c(m, "Schedule", doc("Schedule"));
  const auto what = py::arg("what"), n = py::arg("n");
  const auto self = py::return_value_policy::reference_internal;
  c.def(
       "tie", [](Schedule& s, const What& w) -> Schedule& { return s.tie(w, here()); }, what, self,
       "All places share one copy, as they do by default.")
      .def(
          "untie",
          [](Schedule& s, const What& w, const Places& p) -> Schedule& { return s.untie(w, p, here()); },
          what, py::arg("places") = Places{}, self, doc("Schedule.untie"))
      .def(
          "scale", [](Schedule& s, const What& w) -> Schedule& { return s.scale(w, here()); }, what, self,
          doc("Schedule.scale"))
      .def(
          "freeze", [](Schedule& s, const What& w) -> Schedule& { return s.freeze(w, here()); }, what, self,
          doc("Schedule.freeze"))
      .def(
          "frames", [](Schedule& s, int k) -> Schedule& { return s.frames(k, here()); }, n, self,
          doc("Schedule.frames"))
      .def(
          "tying", [](Schedule& s, const std::string& text) -> Schedule& { return s.tying(text, here()); },
          py::arg("text"), self, doc("Schedule.tying"))
      .def(
          "recompute_every", [](Schedule& s, int k) -> Schedule& { return s.recompute_every(k, here()); },
          py::arg("k"), self, doc("Schedule.recompute_every"))
      .def(
          "through_last", [](Schedule& s, int k) -> Schedule& { return s.through_last(k, here()); }, n, self,
          doc("Schedule.through_last"))
      .def(
          "implicit", [](Schedule& s, int k) -> Schedule& { return s.implicit(k, here()); }, n, self,
          doc("Schedule.implicit"))
      .def(
          "table", [](const Schedule& s) { return s.table(); }, doc("Schedule.table"))
      .def(
          "compile",
          [](const Schedule& s) {
            const py::gil_scoped_release release;
            return ArrayNetwork(s.compile());
          },
          doc("Schedule.compile"));
  m.def(
      "unroll",
      [](const Model& model, const AnyAlgorithm& algorithm, int layers) {
        return unroll(model, algorithm.pointer, layers, here());
      },
      py::arg("model"), py::arg("algorithm"), py::arg("layers"), doc("unroll"));
}

}  // namespace unfurl::python
