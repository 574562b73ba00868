// Models given by tables, and their files.
#include "unfurl/formats.hpp"

#include <pybind11/stl/filesystem.h>

#include "arrays.hpp"

namespace unfurl::python {

namespace {

void bind_table_model(py::module_& m) {
  using T = TableModel;
  py::class_<T> c(m, "TableModel", doc("TableModel"));
  py::enum_<T::Kind>(c, "Kind").value("markov", T::Kind::markov).value("bayes", T::Kind::bayes);
  py::class_<T::Factor> factor(c, "Factor",
                               "A table over some variables, row by row: the last variable fastest.");
  factor
      .def(py::init([](std::vector<int> scope, const py::array_t<double>& values) {
             return T::Factor{std::move(scope), numbers_of(values)};
           }),
           py::arg("scope"), py::arg("values"))
      .def_readonly("scope", &T::Factor::scope)
      .def_property_readonly("values", [](const T::Factor& f) { return own(f.values); });
  c.def(py::init([](std::vector<int> states, std::vector<T::Factor> factors, T::Kind kind) {
          return T{kind, std::move(states), std::move(factors)};
        }),
        py::arg("states"), py::arg("factors"), py::arg("kind") = T::Kind::markov)
      .def_readonly("kind", &T::kind)
      .def_readonly("states", &T::states)
      .def_readonly("factors", &T::factors)
      .def("__repr__", [](const T& t) {
        return detail::cat("<TableModel of ", t.states.size(), " variables, ", t.factors.size(), " factors>");
      });
  m.def("log_value", &log_value, py::arg("model"), py::arg("states"), doc("log_value"));
}

void bind_conditioned(py::module_& m) {
  using C = ConditionedModel;
  py::class_<C>(m, "ConditionedModel", doc("ConditionedModel"))
      .def_readonly("model", &C::model, doc("ConditionedModel.model"))
      .def_readonly("log_constant", &C::log_constant, doc("ConditionedModel.log_constant"))
      .def_readonly("states", &C::states)
      .def_readonly("place", &C::place, doc("ConditionedModel.place"))
      .def_readonly("known", &C::known, doc("ConditionedModel.known"))
      .def(
          "all_marginals",
          [](const C& c, const std::vector<std::vector<double>>& marginals) {
            return arrays_of(c.all_marginals(marginals));
          },
          py::arg("marginals"), doc("ConditionedModel.all_marginals"))
      .def("all_states", &C::all_states, py::arg("states"))
      .def("sequence", &C::sequence, doc("ConditionedModel.sequence"));
  m.def("condition", &condition, py::arg("model"), py::arg("evidence") = Evidence{}, doc("condition"));
}

}  // namespace

void bind_formats(py::module_& m) {
  bind_table_model(m);
  bind_conditioned(m);
  const auto text = py::arg("text"), model = py::arg("model"), path = py::arg("path");
  const auto name = py::arg("name") = "text";
  m.def("parse_uai", &parse_uai, text, name, doc("parse_uai"));
  m.def("to_uai", &to_uai, model, "The text of a .uai file.");
  m.def("parse_fg", &parse_fg, text, name, doc("parse_fg"));
  m.def("to_fg", &to_fg, model, "The text of an .fg file.");
  m.def("parse_evidence", &parse_evidence, text, model, name, doc("parse_evidence"));
  m.def("to_evid", &to_evid, py::arg("evidence"), "The text of an .evid file.");
  m.def("read_text", &read_text, path, doc("read_text"));
  m.def("read_model", &read_model, path, doc("read_model"));
  m.def("read_evidence", &read_evidence, path, model, "Evidence from a file.");
  m.def(
      "parse_mar", [](std::string_view t, const std::string& n) { return arrays_of(parse_mar(t, n)); }, text,
      name, doc("parse_mar"));
  m.def("to_mar", &to_mar, py::arg("marginals"), "The text of a .MAR file.");
  m.def("parse_pr", &parse_pr, text, name, "log Z in nats.");
  m.def("to_pr", &to_pr, py::arg("log_partition"), "The text of a .PR file.");
  m.def("parse_mpe", &parse_mpe, text, name, "A state per variable.");
  m.def("to_mpe", &to_mpe, py::arg("states"), "The text of an .MPE file.");
}

}  // namespace unfurl::python
