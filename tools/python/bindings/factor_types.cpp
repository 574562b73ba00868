// Factor types of one's own.
#include "extend.hpp"

namespace unfurl::python {

namespace {

/// What Python answers to one of the functions of FactorType, or what the library does where it does not say.
class PythonFactorType : public FactorType {
 public:
  std::string name() const override {
    const py::gil_scoped_acquire gil;
    const py::function f = py::get_override(static_cast<const FactorType*>(this), "name");
    return f ? py::cast<std::string>(f())
             : py::cast<std::string>(py::type::of(py::cast(this)).attr("__name__"));
  }
  void check(const Model::FactorDeclaration& factor) const override {
    PYBIND11_OVERRIDE_PURE(void, FactorType, check, factor);
  }
  Serves serves() const override {
    const py::gil_scoped_acquire gil;
    const py::function f = py::get_override(static_cast<const FactorType*>(this), "serves");
    if (!f)
      throw InternalError("a factor type does not say what it serves", here(), "write its method `serves`");
    return static_cast<Serves>(py::cast<unsigned>(py::int_(f())));
  }
  ir::Value log_table(ir::Builder& b, const FactorGroup& group) const override {
    PYBIND11_OVERRIDE(ir::Value, FactorType, log_table, b, group);
  }
  ir::Value energy(ir::Builder& b, const FactorGroup& group) const override {
    PYBIND11_OVERRIDE(ir::Value, FactorType, energy, b, group);
  }
  double curvature(const Model::FactorDeclaration& factor) const override {
    PYBIND11_OVERRIDE(double, FactorType, curvature, factor);
  }
  bool splits() const override { PYBIND11_OVERRIDE(bool, FactorType, splits, ); }
  ir::Value proximal(ir::Builder& b, const FactorGroup& group, ir::Value z, ir::Value step,
                     Domain domain) const override {
    PYBIND11_OVERRIDE(ir::Value, FactorType, proximal, b, group, z, step, domain);
  }
  ir::Value posterior_mean(ir::Builder& b, const FactorGroup& group, ir::Value z,
                           ir::Value variance) const override {
    PYBIND11_OVERRIDE(ir::Value, FactorType, posterior_mean, b, group, z, variance);
  }
};

}  // namespace

void bind_factor_types(py::module_& m, py::module_& e) {
  py::enum_<Semiring>(e, "Semiring", doc("Semiring")).value("sum", Semiring::sum).value("max", Semiring::max);
  py::enum_<Serves>(e, "Serves", py::arithmetic(), doc("Serves"))
      .value("nothing", Serves::nothing)
      .value("table", Serves::table)
      .value("energy", Serves::energy)
      .value("proximal", Serves::proximal)
      .value("least_squares", Serves::least_squares)
      .value("weighted_l1", Serves::weighted_l1)
      .value("separable", Serves::separable)
      .value("posterior_mean", Serves::posterior_mean);
  py::class_<FactorGroup>(e, "FactorGroup", doc("FactorGroup"))
      .def_readonly("args", &FactorGroup::args, doc("FactorGroup.args"))
      .def_readonly("count", &FactorGroup::count, doc("FactorGroup.count"))
      .def_readonly("semiring", &FactorGroup::semiring)
      .def_property_readonly("numbers", [](const FactorGroup& g) { return g.declaration->spec.numbers; })
      .def(
          "energy",
          [](const FactorGroup& g, ir::Builder& b) { return g.declaration->spec.type->energy(b, g); },
          py::arg("b"), doc("FactorType.energy"));
  py::class_<FactorType, PythonFactorType>(e, "FactorType", doc("FactorType"))
      .def(py::init<>())
      .def("name", &FactorType::name)
      .def("check", &FactorType::check, py::arg("factor"), doc("FactorType.check"))
      .def("serves", &FactorType::serves, doc("FactorType.serves"))
      .def("log_table", &FactorType::log_table, py::arg("b"), py::arg("group"), doc("FactorType.log_table"))
      .def("energy", &FactorType::energy, py::arg("b"), py::arg("group"), doc("FactorType.energy"))
      .def("curvature", &FactorType::curvature, py::arg("factor"), doc("FactorType.curvature"))
      .def("proximal", &FactorType::proximal, py::arg("b"), py::arg("group"), py::arg("z"), py::arg("step"),
           py::arg("domain"), doc("FactorType.proximal"));
  // Models keep a pointer; types are few, and stay.
  py::class_<FactorSpec>(m.attr("FactorSpec"))
      .def(py::init([](const py::object& type, std::vector<Expr> args, std::vector<double> numbers) {
             const auto* t = py::cast<const FactorType*>(type);
             (void)py::object(type).release();
             return FactorSpec{t, std::move(args), std::move(numbers)};
           }),
           py::arg("type"), py::arg("args"), py::arg("numbers") = std::vector<double>(),
           "A factor of one's own type, which lives until the end of the program.");
}

}  // namespace unfurl::python
