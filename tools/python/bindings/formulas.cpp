// Formulas: what models are written with.
#include "formulas.hpp"

#include "unfurl/sample_matrices.hpp"

namespace unfurl::python {

namespace {

using detail::cat;

template <class F>
void binary(py::class_<Expr>& c, const char* name, const char* reversed, F f) {
  c.def(
      name, [f](const Expr& a, const Expr& b) { return f(Operand(a, here()), Operand(b, here())); },
      py::is_operator());
  c.def(
      reversed, [f](const Expr& a, const Expr& b) { return f(Operand(b, here()), Operand(a, here())); },
      py::is_operator());
}

void bind_handles(py::module_& m) {
  py::class_<Expr> expr(m, "Expr", doc("Expr"));
  expr.def(py::init<>())
      .def(py::init([](Number n) { return Expr(n.value, here()); }), py::arg("number"))
      .def("__bool__", [](const Expr& e) { return static_cast<bool>(e); })
      .def_property_readonly(
          "shape", [](const Expr& e) { return py::make_tuple(e.type().planes, e.type().rows); },
          "Planes and rows, of one sample.")
      .def("__neg__", [](const Expr& a) { return -Operand(a, here()); })
      .def(
          "__pow__", [](const Expr& a, double exponent) { return pow(a, exponent, here()); },
          py::is_operator())
      .def("__repr__", [](const Expr& e) {
        if (!e) return std::string("<no formula>");
        const ir::Type t = e.type();
        return cat("<formula '", e.node().text, "' [", t.planes, ", ", t.rows, "]>");
      });
  py::implicitly_convertible<Number, Expr>();
  binary(expr, "__add__", "__radd__", [](const Operand& a, const Operand& b) { return a + b; });
  binary(expr, "__sub__", "__rsub__", [](const Operand& a, const Operand& b) { return a - b; });
  binary(expr, "__mul__", "__rmul__", [](const Operand& a, const Operand& b) { return a * b; });
  binary(expr, "__matmul__", "__rmatmul__", [](const Operand& a, const Operand& b) { return a * b; });
  binary(expr, "__truediv__", "__rtruediv__", [](const Operand& a, const Operand& b) { return a / b; });
  expr.attr("__array_ufunc__") = py::none();  // NumPy's numbers leave formulas to formulas
  py::class_<Param, Expr>(m, "Param", doc("Param")).def_property_readonly("name", &Param::name);
  py::class_<Observed, Expr>(m, "Observed", doc("Observed")).def_property_readonly("name", &Observed::name);
  py::class_<Latent, Expr>(m, "Latent", doc("Latent")).def_property_readonly("name", &Latent::name);
}

/// A function of one formula and a line.
void unary(py::module_& m, const char* name, Expr (*f)(Expr, Where)) {
  m.def(
      name, [f](const Expr& a) { return f(a, here()); }, py::arg("a"), doc(name));
}
void pair(py::module_& m, const char* name, Expr (*f)(Expr, Expr, Where)) {
  m.def(
      name, [f](const Expr& a, const Expr& b) { return f(a, b, here()); }, py::arg("a"), py::arg("b"),
      doc(name));
}

void bind_functions(py::module_& m) {
  unary(m, "exp", exp);
  unary(m, "log", log);
  unary(m, "sqrt", sqrt);
  unary(m, "abs", abs);
  unary(m, "relu", relu);
  unary(m, "sigmoid", sigmoid);
  unary(m, "sum", sum);
  unary(m, "mean", mean);
  unary(m, "max", max);
  pair(m, "max", max);
  pair(m, "cwise", cwise);
  pair(m, "dot", dot);
  pair(m, "ratio_mask", ratio_mask);
  unary(m, "unit_columns", unit_columns);
  unary(m, "symmetric", symmetric);
  unary(m, "transpose", transpose);
  m.def(
      "pow", [](const Expr& a, double exponent) { return pow(a, exponent, here()); }, py::arg("a"),
      py::arg("exponent"), doc("pow"));
  m.def(
      "slice", [](const Expr& a, int first, int count) { return slice(a, first, count, here()); },
      py::arg("a"), py::arg("first"), py::arg("count"), doc("slice"));
  m.def(
      "rows_of", [](const Expr& a, int first, int count) { return rows_of(a, first, count, here()); },
      py::arg("matrix"), py::arg("first"), py::arg("count"), doc("rows_of"));
  m.def(
      "concatenate", [](std::vector<Expr> parts) { return concatenate(std::move(parts), here()); },
      py::arg("parts"), doc("concatenate"));
  m.def(
      "gather", [](const Expr& a, const std::vector<int>& entries) { return gather(a, entries, here()); },
      py::arg("a"), py::arg("entries"), doc("gather"));
  m.def(
      "reshape", [](const Expr& a, Extents dims) { return reshape(a, std::move(dims.dims), here()); },
      py::arg("a"), py::arg("dims"), doc("reshape"));
  m.def(
      "context", [](const Observed& v, int past, int ahead) { return context(v, past, ahead, here()); },
      py::arg("v"), py::arg("past"), py::arg("ahead") = 0, doc("context"));
  m.def(
      "previous", [](const Latent& x) { return previous(x); }, py::arg("x"), doc("previous"));
}

void bind_sample_matrices(py::module_& m) {
  m.def(
      "as_matrix", [](const Expr& a, int rows, int columns) { return as_matrix(a, rows, columns, here()); },
      py::arg("a"), py::arg("rows"), py::arg("columns"), doc("as_matrix"));
  unary(m, "as_vector", as_vector);
  m.def(
      "matrix_product",
      [](const Expr& a, const Expr& b, bool transpose_a, bool transpose_b) {
        return matrix_product(a, b, transpose_a, transpose_b, here());
      },
      py::arg("a"), py::arg("b"), py::arg("transpose_a") = false, py::arg("transpose_b") = false,
      doc("matrix_product"));
  pair(m, "solve", solve);
  unary(m, "log_determinant", log_determinant);
}

}  // namespace

void bind_formulas(py::module_& m) {
  bind_handles(m);
  bind_functions(m);
  bind_sample_matrices(m);
}

}  // namespace unfurl::python
