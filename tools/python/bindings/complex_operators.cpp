// Complex linear operators.
#include "complex.hpp"

namespace unfurl::python {

void bind_complex_operators(py::module_& m) {
  using C = ComplexOperator;
  py::class_<C> c(m, "ComplexOperator", doc("ComplexOperator"));
  c.def(py::init<const Operator&>(), py::arg("real"))
      .def_property_readonly("text", &C::text)
      .def(
          "__call__", [](const C& a, const Complex& x) { return a(x, here()); }, py::arg("x"))
      .def(
          "__mul__", [](const C& a, const C& b) { return a * b; }, py::is_operator())
      .def(
          "__mul__", [](const C& a, const Complex& x) { return a * ComplexOperand(x, here()); },
          py::is_operator())
      .def(
          "__matmul__", [](const C& a, const C& b) { return a * b; }, py::is_operator())
      .def(
          "__matmul__", [](const C& a, const Complex& x) { return a * ComplexOperand(x, here()); },
          py::is_operator())
      .def(
          "__rmul__", [](const C& a, const C& b) { return b * a; }, py::is_operator())
      .def(
          "__rmul__", [](const C& a, const Expr& scale) { return Operand(scale, here()) * a; },
          py::is_operator())
      .def(
          "__rmul__", [](const C& a, const Complex& scale) { return ComplexOperand(scale, here()) * a; },
          py::is_operator())
      .def(
          "__add__", [](const C& a, const C& b) { return a + b; }, py::is_operator())
      .def(
          "__sub__", [](const C& a, const C& b) { return a - b; }, py::is_operator())
      .def("__neg__", [](const C& a) { return -a; })
      .def("__repr__", [](const C& a) { return "<operator " + a.text() + ">"; });
  py::implicitly_convertible<Operator, C>();
  c.attr("__array_ufunc__") = py::none();
  // A real operator maps either part of a complex operand by itself.
  py::class_<Operator> real(m.attr("Operator"));
  real.def(
      "__mul__", [](const Operator& a, const Complex& x) { return C(a) * ComplexOperand(x, here()); },
      py::is_operator());
  real.def(
      "__matmul__", [](const Operator& a, const Complex& x) { return C(a) * ComplexOperand(x, here()); },
      py::is_operator());
  // The same of a real matrix, such as a parameter.
  m.def(
      "dense", [](const Complex& matrix) { return dense(matrix); }, py::arg("matrix"), "A complex matrix.");
  m.def(
      "convolution",
      [](const Complex& kernel, const Windows& windows) { return convolution(kernel, windows); },
      py::arg("kernel"), py::arg("windows"), "Convolution with a complex kernel.");
  m.def("diagonal", &diagonal, py::arg("numbers"), doc("diagonal"));
  m.def("fourier_transform", &fourier_transform, doc("fourier_transform"));
  m.def(
      "adjoint", [](const C& a, Extents dims) { return adjoint(a, std::move(dims.dims)); }, py::arg("a"),
      py::arg("dims"), "The conjugate transpose.");
}

}  // namespace unfurl::python
