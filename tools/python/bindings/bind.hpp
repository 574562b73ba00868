/// What every binding file uses: lines of Python code, texts of the public headers, structs of options as classes.
#pragma once

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <string>
#include <utility>

#include "unfurl/error.hpp"

namespace unfurl::python {

namespace py = pybind11;

/// The line of Python that called: of the innermost frame outside of this package. Empty outside of Python.
Where here();

/// What the public headers say of a name, "Model.observed"; empty where they say nothing.
const char* doc(const std::string& name);

/// A field of a struct of options; constructors ask for those without a default.
template <class T, class M, bool is_required>
struct OptionField {
  static constexpr bool required = is_required;
  const char* name;
  M T::*member;
};
template <class T, class M>
OptionField<T, M, true> required(const char* name, M T::*member) {
  return {name, member};
}
template <class T, class M>
OptionField<T, M, false> option(const char* name, M T::*member) {
  return {name, member};
}

/// The field as an argument of the constructor, with its default in `standard`.
template <class T, class M, bool is_required>
auto argument(const OptionField<T, M, is_required>& field, const T& standard) {
  if constexpr (is_required)
    return py::arg(field.name);
  else
    return py::arg(field.name) = standard.*(field.member);
}

/// The constructor of a struct of options, which takes its fields by position or by name, the fields, and what it prints.
template <class T, class... M, bool... is_required>
void define(py::class_<T>& c, const char* name, OptionField<T, M, is_required>... fields) {
  [[maybe_unused]] const T standard{};
  c.def(py::init([fields...](M... values) {
          T t{};
          ((t.*(fields.member) = std::move(values)), ...);
          return t;
        }),
        argument(fields, standard)...);
  (c.def_readwrite(fields.name, fields.member, doc(std::string(name) + "." + fields.name)), ...);
  c.def("__repr__", [name, fields...]([[maybe_unused]] const T& t) {
    std::string text;
    [[maybe_unused]] const auto add = [&](const char* field, const py::object& value) {
      text += (text.empty() ? "" : ", ") + std::string(field) + "=" + std::string(py::repr(value));
    };
    (add(fields.name, py::cast(t.*(fields.member))), ...);
    return std::string(name) + "(" + text + ")";
  });
}
/// A struct of options as a class.
template <class T, class... M, bool... is_required>
py::class_<T> options(py::handle scope, const char* name, OptionField<T, M, is_required>... fields) {
  py::class_<T> c(scope, name, doc(name));
  define(c, name, fields...);
  return c;
}
/// Makes `Part` a `Whole` wherever one is asked for.
template <class Part, class Whole>
void serves_as(py::class_<Whole> whole) {
  whole.def(py::init([](const Part& part) { return Whole(part); }), py::arg("options"));
  py::implicitly_convertible<Part, Whole>();
}

// One function for each part of the library, in the order in which they depend on each other.
void bind_errors(py::module_& m);
void bind_data(py::module_& m);
void bind_formulas(py::module_& m);
void bind_models(py::module_& m);
void bind_factors(py::module_& m);
void bind_operators(py::module_& m);
void bind_complex(py::module_& m);
void bind_complex_operators(py::module_& m);
void bind_algorithms(py::module_& m);
void bind_messages(py::module_& m);
void bind_network(py::module_& m);
void bind_schedules(py::module_& m);
void bind_losses(py::module_& m);
void bind_optimizers(py::module_& m);
void bind_training(py::module_& m);
void bind_inference(py::module_& m);
void bind_formats(py::module_& m);
void bind_drawings(py::module_& m);
void bind_extensions(py::module_& m);
void bind_gradients(py::module_& m);

}  // namespace unfurl::python
