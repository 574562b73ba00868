// Algorithms over latents, and what all algorithms share.
#include "algorithms.hpp"

#include "unfurl/common_components.hpp"
#include "unfurl/extend/algorithm.hpp"
#include "unfurl/linear_gaussian.hpp"

namespace unfurl::python {

namespace {

void bind_proximal(py::module_& m) {
  options<SupportSelection>(m, "SupportSelection", option("per_layer", &SupportSelection::per_layer),
                            option("most", &SupportSelection::most));
  using P = ProximalGradient;
  py::class_<P> proximal(m, "ProximalGradient", doc("ProximalGradient"));
  py::enum_<P::Form>(proximal, "Form").value("ista", P::Form::ista).value("lista", P::Form::lista);
  py::enum_<P::Weight>(proximal, "Weight")
      .value("transpose", P::Weight::transpose)
      .value("coupled", P::Weight::coupled)
      .value("analytic", P::Weight::analytic);
  define(proximal, "ProximalGradient", option("form", &P::form), option("accelerated", &P::accelerated),
         option("step", &P::step), option("weight", &P::weight), option("selection", &P::selection),
         option("turns", &P::turns), option("ridge", &P::ridge));
  serves_as<P>(py::class_<AnyAlgorithm>(m.attr("Algorithm")));
  using H = HyperLista;
  py::class_<H> hyper(m, "HyperLista", doc("HyperLista"));
  py::enum_<H::Count>(hyper, "Count")
      .value("rounded", H::Count::rounded)
      .value("quantile", H::Count::quantile)
      .value("fractional", H::Count::fractional);
  define(hyper, "HyperLista", option("threshold", &H::threshold), option("momentum", &H::momentum),
         option("selection", &H::selection), option("step", &H::step), option("count", &H::count),
         option("counts_support", &H::counts_support), option("floor", &H::floor), option("ridge", &H::ridge),
         option("block", &H::block), option("local", &H::local));
  serves_as<H>(py::class_<AnyAlgorithm>(m.attr("Algorithm")));
  algorithm<ChambollePock>(m, "ChambollePock", option("primal_step", &ChambollePock::primal_step),
                           option("dual_step", &ChambollePock::dual_step));
  algorithm<Admm>(m, "Admm", option("penalty", &Admm::penalty), option("step", &Admm::step));
}

void bind_others(py::module_& m) {
  algorithm<MultiplicativeUpdate>(m, "MultiplicativeUpdate",
                                  option("initial", &MultiplicativeUpdate::initial),
                                  option("exponent", &MultiplicativeUpdate::exponent));
  algorithm<Amp>(m, "Amp", option("scale", &Amp::scale));
  algorithm<Oamp>(m, "Oamp", option("noise", &Oamp::noise),
                  option("divergence_free", &Oamp::divergence_free));
  using I = InterferenceCancellation;
  algorithm<I>(m, "InterferenceCancellation", option("remaining_variance", &I::remaining_variance),
               option("hard", &I::hard), option("damping", &I::damping));
  using E = ExpectationPropagation;
  algorithm<E>(m, "ExpectationPropagation", option("damping", &E::damping),
               option("least_variance", &E::least_variance), option("averaged", &E::averaged));
  algorithm<FluryGautschi>(m, "FluryGautschi", option("inner", &FluryGautschi::inner));
  algorithm<PairAngles>(m, "PairAngles", option("step", &PairAngles::step));
  algorithm<CayleyDescent>(m, "CayleyDescent", option("step", &CayleyDescent::step));
}

}  // namespace

void bind_algorithms(py::module_& m) {
  py::class_<AnyAlgorithm>(m, "Algorithm",
                           "An inference algorithm: the options of a built-in one, or a short name.")
      .def(py::init([](const std::string& name) { return AnyAlgorithm(algorithm_by_name(name)); }),
           py::arg("name"))
      .def_property_readonly("name", [](const AnyAlgorithm& a) { return a.pointer->name(); })
      .def("__repr__", [](const AnyAlgorithm& a) { return "<algorithm '" + a.pointer->name() + "'>"; });
  py::implicitly_convertible<py::str, AnyAlgorithm>();
  m.def(
      "algorithm_by_name", [](const std::string& name) { return AnyAlgorithm(algorithm_by_name(name)); },
      py::arg("name"), doc("algorithm_by_name"));
  m.def(
      "name_algorithm",
      [](const std::string& name, const AnyAlgorithm& a) { name_algorithm(name, a.pointer); },
      py::arg("name"), py::arg("algorithm"), doc("name_algorithm"));
  m.def("algorithm_names", &algorithm_names, doc("algorithm_names"));
  bind_proximal(m);
  bind_others(m);
}

}  // namespace unfurl::python
