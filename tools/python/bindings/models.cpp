// Models: variables, data, parameters, and the factors that join them.
#include <pybind11/functional.h>

#include "arrays.hpp"
#include "formulas.hpp"
#include "unfurl/model.hpp"

namespace unfurl::python {

namespace {

void bind_spaces(py::module_& m) {
  py::enum_<Domain>(m, "Domain", doc("Domain"))
      .value("real", Domain::real)
      .value("nonneg", Domain::nonneg)
      .value("index", Domain::index);
  m.attr("real") = Domain::real;
  m.attr("nonneg") = Domain::nonneg;
  py::enum_<Positivity>(m, "Positivity", doc("Positivity"))
      .value("log", Positivity::log)
      .value("projected", Positivity::projected);
  py::class_<Space>(m, "Space", doc("Space"))
      .def(py::init<Domain>(), py::arg("domain") = Domain::real)
      .def_property_readonly("name", &Space::name, doc("Space.name"))
      .def_property_readonly("domain", &Space::domain, doc("Space.domain"))
      .def(
          "__eq__", [](const Space& a, const Space& b) { return a == b; }, py::is_operator())
      .def(
          "nearest",
          [](const Space& s, const py::array_t<double>& values) {
            const int rows = values.ndim() < 2 ? 1 : static_cast<int>(values.shape(0));
            const int columns = static_cast<int>(values.size()) / std::max(1, rows);
            return own(s.nearest(rows, columns, numbers_of(values)), {rows, columns});
          },
          py::arg("values"), doc("Space.nearest"))
      .def("__repr__", [](const Space& s) { return "space." + s.name(); });
  py::implicitly_convertible<Domain, Space>();
  py::module_ space = m.def_submodule("space", "The spaces that parameters live in.");
  space.def("named", &space::named, py::arg("name"), doc("space.named"));
  for (const char* name : {"free", "positive", "clipped", "unit_columns", "simplex", "stiefel"})
    space.attr(name) = space::named(name);
}

void bind_edges(py::module_& m) {
  py::class_<VariableGroup>(m, "VariableGroup", doc("VariableGroup"))
      .def_readonly("dims", &VariableGroup::dims)
      .def_readonly("states", &VariableGroup::states, doc("VariableGroup.states"))
      .def_readonly("name", &VariableGroup::name)
      .def_property_readonly("size", &VariableGroup::size)
      .def_property_readonly("is_real", &VariableGroup::is_real);
  for (const char* name : {"Discrete", "Continuous"}) m.attr(name) = m.attr("VariableGroup");
  py::class_<Edges>(m, "Edges", doc("Edges"))
      .def_readonly("groups", &Edges::groups)
      .def_readonly("slots", &Edges::slots)
      .def_readonly("scopes", &Edges::scopes, doc("Edges.scopes"))
      .def_property_readonly("count", &Edges::count)
      .def_property_readonly("arity", &Edges::arity)
      .def_property_readonly(
          "table_size", [](const Edges& e) { return e.table_size(here()); }, doc("Edges.table_size"))
      .def("__len__", &Edges::count);
  const auto x = py::arg("x");
  m.def("each", &each, x, doc("each"));
  m.def(
      "grid4", [](const VariableGroup& v) { return grid4(v, here()); }, x, doc("grid4"));
  m.def("chain", &chain, x, doc("chain"));
  m.def("all_pairs", &all_pairs, x, doc("all_pairs"));
  using List = std::vector<std::pair<int, int>>;
  m.def(
      "pairs", [](const VariableGroup& v, const List& list) { return pairs(v, list, here()); }, x,
      py::arg("list"), "Factors of two variables of a group.");
  m.def(
      "pairs",
      [](const VariableGroup& v, const VariableGroup& y, const List& list) {
        return pairs(v, y, list, here());
      },
      x, py::arg("y"), py::arg("list"), "Factors of a variable of each group.");
  using Scopes = std::vector<std::vector<int>>;
  m.def(
      "tuples", [](const VariableGroup& v, const Scopes& scopes) { return tuples(v, scopes, here()); }, x,
      py::arg("scopes"), doc("tuples"));
  m.def(
      "tuples",
      [](const std::vector<VariableGroup>& groups, const Scopes& scopes) {
        return tuples(groups, scopes, here());
      },
      py::arg("groups"), py::arg("scopes"), "scopes[i][k] is the variable of groups[k] in factor i.");
  py::class_<Extent>(m, "Extent", doc("Extent"))
      .def_readonly("planes", &Extent::planes)
      .def_readonly("rows", &Extent::rows);
  m.def("scalar", &scalar, "One number.");
  m.def("vector", &vector, py::arg("n"), "n numbers.");
  m.def("matrix", &matrix, py::arg("rows"), py::arg("columns"), "A matrix.");
  m.def("per_edge", &per_edge, py::arg("edges"), doc("per_edge"));
  m.def(
      "table", [](const Edges& e) { return table(e, here()); }, py::arg("edges"), doc("table"));
  m.def(
      "table_per_edge", [](const Edges& e) { return table_per_edge(e, here()); }, py::arg("edges"),
      doc("table_per_edge"));
}

void bind_declarations(py::module_& m) {
  using P = Model::ParamDeclaration;
  py::class_<P>(m, "ParamDeclaration")
      .def_readonly("name", &P::name)
      .def_property_readonly("initial",
                             [](const P& p) {
                               return own(p.initial, {p.type.planes, p.type.rows});
                             })
      .def_readonly("space", &P::space)
      .def_property_readonly("where", [](const P& p) { return p.where.text(); });
  using O = Model::ObservedDeclaration;
  py::class_<O>(m, "ObservedDeclaration")
      .def_readonly("name", &O::name)
      .def_property_readonly("shape", [](const O& o) { return py::make_tuple(o.type.planes, o.type.rows); })
      .def_readonly("gaps", &O::gaps, doc("ObservedDeclaration.gaps"))
      .def_property_readonly("where", [](const O& o) { return o.where.text(); });
  using L = Model::LatentDeclaration;
  py::class_<L>(m, "LatentDeclaration")
      .def_readonly("name", &L::name)
      .def_property_readonly("size", [](const L& l) { return l.type.rows; })
      .def_property_readonly("where", [](const L& l) { return l.where.text(); });
  using V = Model::VariableDeclaration;
  py::class_<V>(m, "VariableDeclaration")
      .def_readonly("variable", &V::variable)
      .def_property_readonly("where", [](const V& v) { return v.where.text(); });
  using F = Model::FactorDeclaration;
  py::class_<F>(m, "FactorDeclaration")
      .def_readonly("name", &F::name)
      .def_readonly("edges", &F::edges)
      .def_property_readonly("where", [](const F& f) { return f.where.text(); })
      .def("describe", &F::describe)
      .def("__repr__", &F::describe);
  using R = Model::ReadoutDeclaration;
  py::class_<R>(m, "ReadoutDeclaration")
      .def_readonly("name", &R::name)
      .def_readonly("expression", &R::expression)
      .def_property_readonly("where", [](const R& r) { return r.where.text(); });
}

Param array_param(Model& m, const std::string& name, const py::handle& initial, const Space& space) {
  const py::array a = py::array::ensure(initial);
  if (!a || a.ndim() > 2)
    throw ModelError("the initial values of parameter '" + name + "' are no vector and no matrix", here(),
                     "give its extent, then its values: m.param(name, per_edge(...), values)");
  const Extent extent = a.ndim() == 0   ? scalar()
                        : a.ndim() == 1 ? vector(static_cast<int>(a.size()))
                                        : matrix(static_cast<int>(a.shape(0)), static_cast<int>(a.shape(1)));
  return m.param(name, extent, numbers_of(a), space, here());
}

void bind_model(py::module_& m) {
  const auto name = py::arg("name"), dims = py::arg("dims");
  const auto standard = py::arg("space") = Space(Domain::real);
  py::class_<FactorSpec>(m, "FactorSpec", doc("FactorSpec"));
  py::class_<Model> model(m, "Model", doc("Model"));
  model.def(py::init<std::string>(), name)
      .def_property_readonly("name", [](const Model& self) { return self.name(); })
      .def(
          "observed",
          [](Model& self, const std::string& n, Extents d, Domain domain) {
            return self.observed(n, std::move(d.dims), domain, here());
          },
          name, dims, py::arg("domain") = Domain::real, doc("Model.observed"))
      .def(
          "features",
          [](Model& self, const std::string& n, Extents d, int features, Domain domain) {
            return self.features(n, std::move(d.dims), features, domain, here());
          },
          name, dims, py::arg("features"), py::arg("domain") = Domain::real, doc("Model.features"))
      .def(
          "discrete",
          [](Model& self, const std::string& n, Extents d, int states) {
            return self.discrete(n, std::move(d.dims), states, here());
          },
          name, dims, py::arg("states"), doc("Model.discrete"))
      .def(
          "evidence",
          [](Model& self, const std::string& n, const VariableGroup& x) { self.evidence(n, x, here()); },
          name, py::arg("x"), doc("Model.evidence"))
      .def(
          "latent",
          [](Model& self, const std::string& n, Extents d, Domain domain) {
            return self.latent(n, std::move(d.dims), domain, here());
          },
          name, dims, py::arg("domain") = Domain::real, doc("Model.latent"))
      .def(
          "continuous",
          [](Model& self, const std::string& n, Extents d) {
            return self.continuous(n, std::move(d.dims), here());
          },
          name, dims, doc("Model.continuous"))
      .def(
          "param",
          [](Model& self, const std::string& n, Number initial, const Space& space) {
            return self.param(n, initial.value, space, here());
          },
          name, py::arg("initial"), standard, doc("Model.param"))
      .def(
          "param",
          [](Model& self, const std::string& n, Extent extent, const py::object& initial,
             const Space& space) {
            auto values = values_of("parameter '" + n + "'", initial, {extent.planes, extent.rows});
            return self.param(n, extent, std::move(values), space, here());
          },
          name, py::arg("extent"), py::arg("initial"), standard,
          "Initial values for an extent: one, or an array.")
      .def("param", array_param, name, py::arg("initial"), standard,
           "A vector or matrix with these initial values.")
      .def(
          "factor",
          [](Model& self, const std::string& n, const Edges& edges, const FactorSpec& spec) {
            self.factor(n, edges, spec, here());
          },
          name, py::arg("edges"), py::arg("spec"), doc("Model.factor"))
      .def(
          "factor",
          [](Model& self, const std::string& n, const FactorSpec& spec) { self.factor(n, spec, here()); },
          name, py::arg("spec"), "A factor over latents and data.")
      .def(
          "start",
          [](Model& self, const Latent& latent, const Expr& value) { self.start(latent, value, here()); },
          py::arg("latent"), py::arg("value"), doc("Model.start"))
      .def(
          "readout", [](Model& self, const std::string& n, const Expr& e) { self.readout(n, e, here()); },
          name, py::arg("expression"), doc("Model.readout"))
      .def(
          "family",
          [](Model& self, std::function<Model(const Structure&)> member) { self.family(std::move(member)); },
          py::arg("member"), doc("Model.family"))
      .def("has_factors", &Model::has_factors, doc("Model.has_factors"))
      .def("__repr__", [](const Model& self) { return "<Model '" + self.name() + "'>"; })
      .def("__copy__", [](const Model& self) { return Model(self); });
  const auto list = [&](const char* of, auto get) { model.def(of, get, "What was declared so far."); };
  list("params", [](const Model& self) { return self.params(); });
  list("observed", [](const Model& self) { return self.observed(); });
  list("latents", [](const Model& self) { return self.latents(); });
  list("discretes", [](const Model& self) { return self.discretes(); });
  list("continuous", [](const Model& self) { return self.continuous(); });
  list("factors", [](const Model& self) { return self.factors(); });
  list("readouts", [](const Model& self) { return self.readouts(); });
}

}  // namespace

void bind_models(py::module_& m) {
  bind_spaces(m);
  bind_edges(m);
  bind_declarations(m);
  bind_model(m);
}

}  // namespace unfurl::python
