// Algorithms and losses of one's own.
#include <pybind11/functional.h>

#include "algorithms.hpp"
#include "extend.hpp"
#include "unfurl/train.hpp"

namespace unfurl::python {

namespace {

/// The functions of Algorithm, as Python writes them.
class PythonAlgorithm final : public Algorithm {
 public:
  explicit PythonAlgorithm(py::object object) : object_(std::move(object)) {}
  ~PythonAlgorithm() override {
    if (!Py_IsInitialized()) {  // a named one, which outlives Python: nobody would give the lock
      (void)object_.release();
      return;
    }
    const py::gil_scoped_acquire gil;
    object_ = {};
  }
  PythonAlgorithm(const PythonAlgorithm&) = delete;
  PythonAlgorithm& operator=(const PythonAlgorithm&) = delete;

  std::string name() const override { return ask<std::string>("name"); }
  void check(const Model& model) const override {
    const py::gil_scoped_acquire gil;
    object_.attr("check")(model);
  }
  std::vector<OwnedParameter> parameters(const Model& model) const override {
    return ask<std::vector<OwnedParameter>>("parameters", model);
  }
  State initial(StepContext& c) const override { return ask<State>("initial", &c); }
  State step(StepContext& c, const State& state) const override { return ask<State>("step", &c, state); }
  Readouts readout(StepContext& c, const State& state) const override {
    return ask<Readouts>("readout", &c, state);
  }

 private:
  template <class R, class... Args>
  R ask(const char* function, const Args&... args) const {
    const py::gil_scoped_acquire gil;
    return py::cast<R>(object_.attr(function)(args...));
  }
  py::object object_;
};

/// What a class of Python begins with.
struct AlgorithmBase {};

void bind_context(py::module_& e) {
  py::class_<OwnedParameter>(e, "OwnedParameter", doc("OwnedParameter"))
      .def(py::init([](std::string name, const py::array_t<double>& initial, std::optional<Space> space) {
             const bool matrix = initial.ndim() == 2;
             const int planes = matrix ? static_cast<int>(initial.shape(0)) : 1;
             const ir::Type type{planes, static_cast<int>(initial.size()) / std::max(1, planes), false,
                                 space ? space->domain() : Domain::real};
             return OwnedParameter{
                 .name = std::move(name), .type = type, .initial = numbers_of(initial), .space = space};
           }),
           py::arg("name"), py::arg("initial"), py::arg("space") = py::none());
  using C = StepContext;
  py::class_<C>(e, "StepContext", doc("StepContext"))
      .def_property_readonly("model", [](const C& c) { return Model(c.model()); })
      .def_property_readonly(
          "builder", [](C& c) { return &c.builder(); }, py::return_value_policy::reference)
      .def_property_readonly("layer", &C::layer, doc("StepContext.layer"))
      .def_property_readonly("layers", &C::layers)
      .def("evaluate", &C::evaluate, py::arg("e"), doc("StepContext.evaluate"))
      .def("parameter", &C::parameter, py::arg("name"), doc("StepContext.parameter"))
      .def("set_latent", &C::set_latent, py::arg("latent"), py::arg("value"), doc("StepContext.set_latent"))
      .def("start", &C::start, py::arg("latent"), py::arg("otherwise"), doc("StepContext.start"))
      .def("group", &C::group, py::arg("declaration"), doc("StepContext.group"))
      .def("unary", &C::unary, py::arg("variables"), doc("StepContext.unary"));
}

void bind_own_losses(py::module_& m, py::module_& e) {
  py::class_<LossContext>(e, "LossContext", doc("LossContext"))
      .def_property_readonly(
          "builder", [](LossContext& c) { return &c.builder; }, py::return_value_policy::reference)
      .def(
          "result", [](LossContext& c, const std::string& name) { return c.result(name); }, py::arg("name"),
          doc("LossContext.result"))
      .def(
          "target",
          [](LossContext& c, const std::string& name, const ir::Type& type) { return c.target(name, type); },
          py::arg("name"), py::arg("type"), doc("LossContext.target"));
  py::class_<Loss>(m.attr("Loss"))
      .def(py::init(
               [](std::function<ir::Value(LossContext&)> per_sample) { return Loss{std::move(per_sample)}; }),
           py::arg("per_sample"), doc("Loss.per_sample"));
}

}  // namespace

AlgorithmPointer algorithm_of(const py::object& object) { return std::make_shared<PythonAlgorithm>(object); }

void bind_algorithm_types(py::module_& m, py::module_& e) {
  bind_context(e);
  py::class_<AlgorithmBase>(e, "AlgorithmType", doc("Algorithm"), py::dynamic_attr())
      .def(py::init<>())
      .def("name",
           [](const py::object& self) { return py::cast<std::string>(py::type::of(self).attr("__name__")); })
      .def(
          "check", [](const AlgorithmBase&, const Model&) {}, py::arg("model"), doc("Algorithm.check"))
      .def(
          "parameters", [](const AlgorithmBase&, const Model&) { return std::vector<OwnedParameter>(); },
          py::arg("model"), "The parameters that it owns, a list of OwnedParameter.");
  py::class_<AnyAlgorithm>(m.attr("Algorithm"))
      .def(py::init([](const AlgorithmBase& base) {
             return AnyAlgorithm(algorithm_of(py::cast(&base, py::return_value_policy::reference)));
           }),
           py::arg("own"));
  py::implicitly_convertible<AlgorithmBase, AnyAlgorithm>();
  bind_own_losses(m, e);
}

}  // namespace unfurl::python
