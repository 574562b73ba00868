// Linear operators of formulas.
#include "unfurl/operators.hpp"

#include <pybind11/functional.h>

#include "arrays.hpp"
#include "formulas.hpp"

namespace unfurl::python {

namespace {

void bind_operator(py::module_& m) {
  py::class_<Operator> c(m, "Operator", doc("Operator"));
  c.def_property_readonly("text", &Operator::text)
      .def(
          "__call__", [](const Operator& a, const Expr& x) { return a(x, here()); }, py::arg("x"))
      .def(
          "__mul__", [](const Operator& a, const Operator& b) { return a * b; }, py::is_operator())
      .def(
          "__mul__", [](const Operator& a, const Expr& x) { return a * Operand(x, here()); },
          py::is_operator())
      .def(
          "__matmul__", [](const Operator& a, const Operator& b) { return a * b; }, py::is_operator())
      .def(
          "__matmul__", [](const Operator& a, const Expr& x) { return a * Operand(x, here()); },
          py::is_operator())
      .def(
          "__rmul__", [](const Operator& a, const Expr& scale) { return Operand(scale, here()) * a; },
          py::is_operator())
      .def(
          "__add__", [](const Operator& a, const Operator& b) { return a + b; }, py::is_operator())
      .def(
          "__sub__", [](const Operator& a, const Operator& b) { return a - b; }, py::is_operator())
      .def("__neg__", [](const Operator& a) { return -a; })
      .def("__repr__", [](const Operator& a) { return "<operator " + a.text() + ">"; });
  c.attr("__array_ufunc__") = py::none();
}

void bind_windows(py::module_& m) {
  py::enum_<Border>(m, "Border", doc("Border"))
      .value("zero", Border::zero)
      .value("nearest", Border::nearest)
      .value("circular", Border::circular)
      .value("mirror", Border::mirror);
  options<Windows>(m, "Windows", option("height", &Windows::height), option("width", &Windows::width),
                   option("stride_down", &Windows::stride_down),
                   option("stride_right", &Windows::stride_right),
                   option("padding_down", &Windows::padding_down),
                   option("padding_right", &Windows::padding_right), option("border", &Windows::border));
}

void bind_analytic_weight(py::module_& m) {
  py::enum_<AnalyticWeight>(m, "AnalyticWeight", doc("AnalyticWeight"))
      .value("automatic", AnalyticWeight::automatic)
      .value("closed_form", AnalyticWeight::closed_form)
      .value("projected_gradient", AnalyticWeight::projected_gradient);
  m.def(
      "analytic_weight",
      [](const py::array_t<double>& matrix, AnalyticWeight by, double ridge) {
        if (matrix.ndim() != 2)
          throw ModelError("the analytic weight is that of a matrix", here(),
                           "give an array [rows, columns]");
        const auto rows = static_cast<int>(matrix.shape(0)), columns = static_cast<int>(matrix.shape(1));
        return own(analytic_weight(numbers_of(matrix), rows, columns, by, ridge), {rows, columns});
      },
      py::arg("matrix"), py::arg("by") = AnalyticWeight::automatic, py::arg("ridge") = 0,
      doc("analytic_weight"));
}

}  // namespace

void bind_operators(py::module_& m) {
  bind_operator(m);
  bind_windows(m);
  bind_analytic_weight(m);
  m.def(
      "dense", [](const Expr& matrix) { return dense(matrix); }, py::arg("matrix"), doc("dense"));
  m.def(
      "convolution", [](const Expr& kernel, const Windows& windows) { return convolution(kernel, windows); },
      py::arg("kernel"), py::arg("windows"), doc("convolution"));
  m.def("fourier", &fourier, py::arg("real_part"), py::arg("imaginary_part") = Expr(), doc("fourier"));
  m.def("mask", &mask, py::arg("entries"), doc("mask"));
  m.def(
      "sketch", [](int rows, std::uint64_t seed) { return sketch(rows, seed); }, py::arg("rows"),
      py::arg("seed") = 1, doc("sketch"));
  m.def(
      "sketch",
      [](const py::array_t<double>& matrix) {
        return sketch(static_cast<int>(matrix.ndim() > 0 ? matrix.shape(0) : 1), numbers_of(matrix));
      },
      py::arg("matrix"), "A fixed matrix, [rows, columns].");
  m.def("identity", &identity, doc("identity"));
  m.def("differences", &differences, doc("differences"));
  m.def("grid_differences", &grid_differences, doc("grid_differences"));
  m.def("linear", &linear, py::arg("text"), py::arg("apply"), doc("linear"));
  m.def(
      "adjoint", [](const Operator& a, const Extents& dims) { return adjoint(a, dims.dims); }, py::arg("a"),
      py::arg("dims"), doc("adjoint"));
}

}  // namespace unfurl::python
