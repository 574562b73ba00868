// The library's errors as Python exceptions, with what happened, where, and how to mend it.
#include "bind.hpp"
#include "unfurl/inference.hpp"

namespace unfurl::python {

namespace {

/// An exception class of the module, which lives as long as the process.
PyObject* make_class(py::module_& m, const char* name, PyObject* base) {
  PyObject* type =
      PyErr_NewExceptionWithDoc((std::string("unfurl.") + name).c_str(), doc(name), base, nullptr);
  if (!type) throw py::error_already_set();
  m.add_object(name, type);
  Py_INCREF(type);
  return type;
}

struct Classes {
  PyObject *error, *model, *schedule, *data, *numerical, *internal, *no_possible_state;
};
Classes& classes() {
  static Classes all{};
  return all;
}

/// Raises `type`. Where the library knows no line, it is the line of Python that called.
void raise(PyObject* type, const Error& e, std::optional<int> variable = {}) {
  const std::string where = e.where().empty() ? here().text() : e.where();
  const std::string text = DataError(e.what_happened(), where, e.mend()).what();
  const py::object value = py::reinterpret_borrow<py::object>(type)(text);
  value.attr("what_happened") = e.what_happened();
  value.attr("where") = where;
  value.attr("mend") = e.mend();
  if (variable) value.attr("variable") = *variable;
  PyErr_SetObject(type, value.ptr());
}

}  // namespace

void bind_errors(py::module_& m) {
  Classes& c = classes();
  c.error = make_class(m, "Error", PyExc_Exception);
  for (const char* text : {"what_happened", "where", "mend"})
    py::reinterpret_borrow<py::object>(c.error).attr(text) = "";
  c.model = make_class(m, "ModelError", c.error);
  c.schedule = make_class(m, "ScheduleError", c.error);
  c.data = make_class(m, "DataError", c.error);
  c.numerical = make_class(m, "NumericalError", c.error);
  c.internal = make_class(m, "InternalError", c.error);
  c.no_possible_state = make_class(m, "NoPossibleState", c.numerical);
  m.def("_refuse",
        [](const std::string& what, const std::string& mend) { throw DataError(what, here(), mend); });
  py::register_exception_translator([](std::exception_ptr p) {
    try {
      if (p) std::rethrow_exception(p);
    } catch (const NoPossibleState& e) {
      raise(classes().no_possible_state, e, e.variable);
    } catch (const ModelError& e) {
      raise(classes().model, e);
    } catch (const ScheduleError& e) {
      raise(classes().schedule, e);
    } catch (const DataError& e) {
      raise(classes().data, e);
    } catch (const NumericalError& e) {
      raise(classes().numerical, e);
    } catch (const InternalError& e) {
      raise(classes().internal, e);
    } catch (const Error& e) {
      raise(classes().error, e);
    }
  });
}

}  // namespace unfurl::python
