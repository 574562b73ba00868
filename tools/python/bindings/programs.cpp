// Programs, for losses, factors and algorithms of one's own: unfurl.extend.
#include "extend.hpp"
#include "unfurl/extend/gradient.hpp"

namespace unfurl::python {

namespace {

using ir::Builder;
using ir::Value;

void bind_leaves(py::class_<Builder>& b) {
  b.def("type", &Builder::type, py::arg("v"))
      .def("input", &Builder::input, py::arg("name"), py::arg("type"))
      .def(
          "constant", [](Builder& self, double number) { return self.constant(number); }, py::arg("number"))
      .def(
          "constant",
          [](Builder& self, const py::array_t<double>& data, const ir::Type& type) {
            return self.constant(numbers_of(data), type);
          },
          py::arg("data"), py::arg("type"))
      .def("zeros", &Builder::zeros, py::arg("type"));
}

void bind_entries(py::class_<Builder>& b) {
  const auto a = py::arg("a");
  using Unary = Value (Builder::*)(Value);
  const std::pair<const char*, Unary> unary[] = {
      {"neg", &Builder::neg},
      {"exp", &Builder::exp},
      {"log", &Builder::log},
      {"sqrt", &Builder::sqrt},
      {"square", &Builder::square},
      {"abs", &Builder::abs},
      {"sign", &Builder::sign},
      {"one_minus", &Builder::one_minus},
      {"relu", &Builder::relu},
      {"sigmoid", &Builder::sigmoid},
      {"tanh", &Builder::tanh},
      {"softplus", &Builder::softplus},
      {"log_cosh", &Builder::log_cosh},
      {"zero_if_infinite", &Builder::zero_if_infinite},
      {"positive_only", &Builder::positive_only},
      {"stop_gradient", &Builder::stop_gradient},
      {"log_sum_exp_planes", &Builder::log_sum_exp_planes},
      {"normalize_planes", &Builder::normalize_planes},
      {"max_planes", &Builder::max_planes},
  };
  for (const auto& [name, f] : unary) b.def(name, f, a, doc(std::string("Builder.") + name));
  using Binary = Value (Builder::*)(Value, Value);
  const std::pair<const char*, Binary> binary[] = {
      {"add", &Builder::add},
      {"sub", &Builder::sub},
      {"mul", &Builder::mul},
      {"div", &Builder::div},
      {"where", &Builder::where},
      {"multiply_no_nan", &Builder::multiply_no_nan},
      {"soft_threshold", &Builder::soft_threshold},
      {"ratio_mask", &Builder::ratio_mask},
      {"squared_difference", &Builder::squared_difference},
      {"pow", &Builder::pow},
  };
  for (const auto& [name, f] : binary) b.def(name, f, a, py::arg("b"), doc(std::string("Builder.") + name));
  b.def("pow", py::overload_cast<Value, double>(&Builder::pow), a, py::arg("exponent"))
      .def("scale", &Builder::scale, a, py::arg("factor"))
      .def("maximum", &Builder::maximum, a, py::arg("least"), doc("Builder.maximum"))
      .def("greater", &Builder::greater, a, py::arg("threshold"), doc("Builder.greater"));
}

void bind_shapes(py::class_<Builder>& b) {
  using Parts = std::vector<Value>;
  const auto a = py::arg("a"), target = py::arg("target"), count = py::arg("count");
  const auto transpose = py::arg("transpose") = false;
  b.def(
       "matmul", [](Builder& self, Value m, Value x, bool t) { return self.matmul(m, x, t); }, py::arg("m"),
       py::arg("x"), transpose, doc("Builder.matmul"))
      .def("sum_to", &Builder::sum_to, a, py::arg("shape"), doc("Builder.sum_to"))
      .def("broadcast", &Builder::broadcast, a, py::arg("shape"))
      .def("slice_rows", &Builder::slice_rows, a, py::arg("begin"), count)
      .def("pad_rows", &Builder::pad_rows, a, py::arg("begin"), count, doc("Builder.pad_rows"))
      .def(
          "concat_rows", [](Builder& self, Parts parts) { return self.concat_rows(std::move(parts)); },
          py::arg("parts"))
      .def(
          "concat_planes", [](Builder& self, Parts parts) { return self.concat_planes(std::move(parts)); },
          py::arg("parts"))
      .def("plane", &Builder::plane, a, py::arg("p"), doc("Builder.plane"))
      .def("one_hot", &Builder::one_hot, py::arg("labels"), py::arg("states"), doc("Builder.one_hot"))
      .def(
          "gather_rows",
          [](Builder& self, Value v, std::vector<int> to) {
            return self.gather_rows(v, ir::make_index(std::move(to), self.type(v).rows));
          },
          a, target, "Row i of the result is row target[i].")
      .def(
          "segment_sum_rows",
          [](Builder& self, Value v, std::vector<int> to, int n) {
            return self.segment_sum_rows(v, ir::make_index(std::move(to), n));
          },
          a, target, count, "Row i is added to row target[i] of `count`.");
}

}  // namespace

void bind_extensions(py::module_& m) {
  py::module_ e =
      m.def_submodule("extend", "For authors of losses, factors and algorithms, which write programs.");
  bind_programs(e);
  bind_factor_types(m, e);
  bind_algorithm_types(m, e);
}

void bind_programs(py::module_& e) {
  py::class_<Value>(e, "Value", doc("Value"))
      .def("__bool__", [](Value v) { return static_cast<bool>(v); })
      .def("__repr__", [](Value v) { return detail::cat("%", v.id); });
  py::class_<Builder> b(e, "Builder", doc("Builder"));
  bind_leaves(b);
  bind_entries(b);
  bind_shapes(b);
  e.def(
      "gradient",
      [](Builder& builder, Value loss, Value seed, const std::vector<Value>& wrt) {
        return ir::gradient(builder, loss, seed, wrt);
      },
      py::arg("builder"), py::arg("loss"), py::arg("seed"), py::arg("wrt"), doc("gradient"));
}

}  // namespace unfurl::python
