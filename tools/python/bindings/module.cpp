// The module: its parts, lines of Python code, and texts of the public headers.
#include <cstring>
#include <string_view>
#include <unordered_map>

#include "audio.hpp"
#include "codes.hpp"

namespace unfurl::python {

namespace {

/// Frames of files in this folder are the package's own; set when the module is imported.
std::string& package_folder() {
  static std::string folder;
  return folder;
}

const std::unordered_map<std::string_view, const char*>& texts() {
  static const std::unordered_map<std::string_view, const char*> all{
#include "documentation.inc"
  };
  return all;
}

}  // namespace

const char* doc(const std::string& name) {
  const auto found = texts().find(name);
  return found == texts().end() ? "" : found->second;
}

Where here() {
  PyFrameObject* frame = PyEval_GetFrame();
  Py_XINCREF(frame);
  Where where;
  while (frame) {
    const auto code = py::reinterpret_steal<py::object>(reinterpret_cast<PyObject*>(PyFrame_GetCode(frame)));
    const auto file = py::cast<std::string>(code.attr("co_filename"));
    const bool own = !package_folder().empty() && file.starts_with(package_folder());
    PyFrameObject* back = own ? PyFrame_GetBack(frame) : nullptr;
    if (!own) where = {file, PyFrame_GetLineNumber(frame)};
    Py_DECREF(frame);
    frame = back;
  }
  return where;
}

PYBIND11_MODULE(_unfurl, m) {
  m.doc() = "Declare a probabilistic model, pick an inference algorithm, get a trainable network.";
  m.def("_set_package_folder", [](const std::string& folder) { package_folder() = folder; });
  for (const auto bind : {bind_errors,     bind_data,       bind_formulas,   bind_models,
                          bind_factors,    bind_operators,  bind_complex,    bind_complex_operators,
                          bind_algorithms, bind_messages,   bind_network,    bind_schedules,
                          bind_losses,     bind_optimizers, bind_training,   bind_inference,
                          bind_formats,    bind_drawings,   bind_extensions, bind_gradients,
                          bind_codes,      bind_decoding,   bind_audio})
    bind(m);
}

}  // namespace unfurl::python
