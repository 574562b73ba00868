// Complex formulas.
#include "complex.hpp"

#include "arrays.hpp"

namespace unfurl::python {

namespace {

using Number_ = std::complex<double>;

ComplexOperand at_line(const Complex& z) { return {z, here()}; }
Operand at_line(const Expr& e) { return {e, here()}; }

/// Both sides of an operator, with complex and with real operands.
template <class F>
void both(py::class_<Complex>& c, const char* name, const char* reversed, F f) {
  operation<py::class_<Complex>, Expr>(
      c, name, [f](const Complex& a, const Expr& b) { return f(at_line(a), at_line(b)); });
  operation<py::class_<Complex>, Complex>(
      c, name, [f](const Complex& a, const Complex& b) { return f(at_line(a), at_line(b)); });
  if constexpr (requires { f(at_line(Expr()), at_line(Complex())); })
    operation<py::class_<Complex>, Expr>(
        c, reversed, [f](const Complex& a, const Expr& b) { return f(at_line(b), at_line(a)); });
  operation<py::class_<Complex>, Complex>(
      c, reversed, [f](const Complex& a, const Complex& b) { return f(at_line(b), at_line(a)); });
}

void bind_complex_class(py::module_& m) {
  py::class_<Complex> c(m, "Complex", doc("Complex"));
  c.def(py::init([](Number_ n) { return Complex(n, here()); }), py::arg("number"))
      .def(py::init([](const Expr& re, const Expr& im) { return Complex(re, im, here()); }),
           py::arg("real_part"), py::arg("imaginary_part"))
      .def_static(
          "of_pair", [](const Expr& pair) { return Complex::of_pair(pair, here()); }, py::arg("pair"),
          doc("Complex.of_pair"))
      .def_property_readonly(
          "pair", [](const Complex& z) { return z.pair(); }, doc("Complex.pair"))
      .def_property_readonly("real", [](const Complex& z) { return z.real(here()); })
      .def_property_readonly("imag", [](const Complex& z) { return z.imag(here()); })
      .def_property_readonly("shape",
                             [](const Complex& z) { return py::make_tuple(z.type().planes, z.type().rows); })
      .def("__bool__", [](const Complex& z) { return static_cast<bool>(z); })
      .def("__neg__", [](const Complex& z) { return -at_line(z); });
  py::implicitly_convertible<Number_, Complex>();
  c.attr("__array_ufunc__") = py::none();
  both(c, "__add__", "__radd__", [](const auto& a, const auto& b) { return a + b; });
  both(c, "__sub__", "__rsub__", [](const auto& a, const auto& b) { return a - b; });
  both(c, "__mul__", "__rmul__", [](const auto& a, const auto& b) { return a * b; });
  operation<py::class_<Complex>, Expr>(
      c, "__truediv__", [](const Complex& a, const Expr& b) { return at_line(a) / at_line(b); });
  operation<py::class_<Complex>, Complex>(
      c, "__truediv__", [](const Complex& a, const Complex& b) { return at_line(a) / at_line(b); });
  operation<py::class_<Complex>, Complex>(
      c, "__rtruediv__", [](const Complex& a, const Complex& b) { return at_line(b) / at_line(a); });
  py::class_<ComplexParam, Complex>(m, "ComplexParam", doc("ComplexParam"))
      .def_property_readonly("param", &ComplexParam::param);
  py::class_<ComplexLatent, Complex>(m, "ComplexLatent", doc("ComplexLatent"))
      .def_property_readonly("latent", &ComplexLatent::latent, doc("ComplexLatent.latent"));
}

void bind_declarations(py::module_& m) {
  const auto model = py::arg("m"), name = py::arg("name");
  m.def(
      "complex_observed",
      [](Model& of, const std::string& n, Extents d) {
        return complex_observed(of, n, std::move(d.dims), here());
      },
      model, name, py::arg("dims"), doc("complex_observed"));
  m.def(
      "complex_observed_matrix",
      [](Model& of, const std::string& n, int rows, int columns) {
        return complex_observed_matrix(of, n, rows, columns, here());
      },
      model, name, py::arg("rows"), py::arg("columns"), doc("complex_observed_matrix"));
  m.def(
      "complex_latent",
      [](Model& of, const std::string& n, Extents d) {
        return complex_latent(of, n, std::move(d.dims), here());
      },
      model, name, py::arg("dims"), doc("complex_latent"));
  m.def(
      "complex_param",
      [](Model& of, const std::string& n, const Extent& extent,
         const py::array_t<Number_, py::array::c_style | py::array::forcecast>& initial, const Space& space) {
        return complex_param(of, n, extent, {initial.data(), initial.data() + initial.size()}, space, here());
      },
      model, name, py::arg("extent"), py::arg("initial"), py::arg("space") = Space(Domain::real),
      doc("complex_param"));
}

void bind_functions(py::module_& m) {
  const auto z = py::arg("z");
  m.def(
      "conj", [](const Complex& v) { return conj(v, here()); }, z, doc("conj"));
  m.def(
      "abs2", [](const Complex& v) { return abs2(v, here()); }, z, doc("abs2"));
  m.def(
      "abs", [](const Complex& v) { return abs(v, here()); }, z, "The magnitudes of complex numbers.");
  m.def(
      "sum", [](const Complex& v) { return sum(v, here()); }, z, "Over all entries of each sample.");
  m.def(
      "soft_threshold", [](const Complex& v, const Expr& t) { return soft_threshold(v, t, here()); }, z,
      py::arg("threshold"), doc("soft_threshold"));
  m.def(
      "cwise", [](const Complex& a, const Expr& b) { return cwise(a, b, here()); }, py::arg("a"),
      py::arg("b"), "The elementwise product.");
  m.def(
      "cwise", [](const Expr& a, const Complex& b) { return cwise(a, b, here()); }, py::arg("a"),
      py::arg("b"), "The elementwise product.");
  m.def(
      "cwise", [](const Complex& a, const Complex& b) { return cwise(a, b, here()); }, py::arg("a"),
      py::arg("b"), "The elementwise product.");
  m.def(
      "dot", [](const Complex& a, const Complex& b) { return dot(a, b, here()); }, py::arg("a"), py::arg("b"),
      "sum conj(a) b over all entries: a complex scalar.");
  m.def(
      "slice", [](const Complex& v, int first, int count) { return slice(v, first, count, here()); }, z,
      py::arg("first"), py::arg("count"), "Entries of a vector.");
  m.def(
      "gather", [](const Complex& v, const std::vector<int>& entries) { return gather(v, entries, here()); },
      z, py::arg("entries"), "Entries of a vector, in this order.");
}

}  // namespace

void bind_complex(py::module_& m) {
  bind_complex_class(m);
  bind_declarations(m);
  bind_functions(m);
  options<ComplexSquaredError>(m, "ComplexSquaredError", required("target", &ComplexSquaredError::target),
                               required("approximation", &ComplexSquaredError::approximation));
  options<ComplexL1>(m, "ComplexL1", required("weight", &ComplexL1::weight), required("x", &ComplexL1::x));
  const py::class_<FactorSpec> spec(m.attr("FactorSpec"));
  serves_as<ComplexSquaredError>(spec);
  serves_as<ComplexL1>(spec);
}

}  // namespace unfurl::python
