// Networks: their parameters, running them, and keeping them.
#include "unfurl/network.hpp"

#include <chrono>

#include "arrays.hpp"
#include "network.hpp"
#include "unfurl/cost.hpp"
#include "unfurl/draw.hpp"

namespace unfurl::python {

namespace {

using detail::cat;

/// A parameter of a network, where it lies.
struct Handle {
  ParameterStore store;
  std::size_t index;
  Parameter& operator*() { return store[index]; }
  const Parameter& operator*() const { return store[index]; }
};

Handle find(ArrayNetwork& n, const std::string& name) {
  const Parameter& p = n.parameter(name);
  return {n.unrolled().parameters.share(), static_cast<std::size_t>(&p - n.parameters().data())};
}

void assign_values(ArrayNetwork& n, const std::string& name, const py::handle& array) {
  for (Parameter& p : n.parameters())
    if (p.name == name) {
      p.values = values_of(cat("parameter '", name, "'"), array, p.type);
      return;
    }
  for (const Parameter& p : n.parameters())
    if (p.base == name) return n.set(name, values_of(cat("parameter '", name, "'"), array, p.type));
  (void)n.parameter(name);  // says which there are
}

void bind_parameters(py::module_& m) {
  py::class_<Handle>(m, "Parameter", doc("Parameter"))
      .def_property_readonly("name", [](const Handle& h) { return (*h).name; })
      .def_property_readonly(
          "base", [](const Handle& h) { return (*h).base; }, doc("Parameter.base"))
      .def_property_readonly("copy", [](const Handle& h) { return (*h).copy; })
      .def_property_readonly("shape",
                             [](const Handle& h) { return py::make_tuple((*h).type.planes, (*h).type.rows); })
      .def_property(
          "trained", [](const Handle& h) { return (*h).trained; },
          [](Handle& h, bool trained) { (*h).trained = trained; })
      .def_property(
          "values", [](const Handle& h) { return values(*h); },
          [](Handle& h, const py::object& array) {
            (*h).values = values_of(cat("parameter '", (*h).name, "'"), array, (*h).type);
          },
          doc("Parameter.values"))
      .def_property_readonly(
          "places", [](const Handle& h) { return (*h).places; }, doc("Parameter.places"))
      .def_property_readonly("space", [](const Handle& h) { return (*h).in(); })
      .def_property_readonly(
          "scale_of", [](const Handle& h) { return (*h).scale_of; }, doc("Parameter.scale_of"))
      .def("__repr__", [](const Handle& h) {
        return cat("<parameter '", (*h).name, "' [", (*h).type.planes, ", ", (*h).type.rows, "]>");
      });
}

/// Data for networks that observe nothing: one sample.
Dataset one_sample() { return Dataset().add("sample", 1, 1, {0}); }

py::object results(const ArrayNetwork& n, Dataset all, const py::object& names) {
  if (!all.parts().empty()) return py::cast(std::move(all));
  py::dict by_name = dictionary(n, std::move(all));
  return py::isinstance<py::str>(names) ? py::object(by_name[names]) : py::object(by_name);
}

std::vector<std::string> list_of(const py::object& names) {
  if (names.is_none()) return {};
  if (py::isinstance<py::str>(names)) return {py::cast<std::string>(names)};
  return py::cast<std::vector<std::string>>(names);
}

py::object run(const ArrayNetwork& n, const py::object& data, const py::object& names,
               std::optional<int> layer) {
  const std::vector<std::string> wanted = list_of(names);
  Dataset all;
  if (data.is_none() && n.unrolled().signature.inputs.empty()) {
    all = n.run(one_sample(), wanted, layer);
  } else {
    const Data given(n, data.is_none() ? py::dict() : data, false);
    const py::gil_scoped_release release;
    all = n.run(*given, wanted, layer);
  }
  return results(n, std::move(all), names);
}

/// A runner with the network whose arrays it takes.
struct ArrayRunner {
  Runner runner;
  const ArrayNetwork* network;
};

/// Seconds that one call of the C++ runner takes, for comparison with those of Python.
double seconds_of_run(ArrayRunner& r, const py::object& data, int calls) {
  const Data given(*r.network, data, false);
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < calls; ++i) (void)r.runner.run(*given);
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count() / calls;
}

void bind_runner(py::module_& m) {
  py::class_<ArrayRunner>(m, "Runner", doc("Runner"))
      .def(
          "run",
          [](ArrayRunner& r, const py::object& data) {
            const Data given(*r.network, data, false);
            Dataset all;
            {
              const py::gil_scoped_release release;
              all = r.runner.run(*given);
            }
            return results(*r.network, std::move(all), py::none());
          },
          py::arg("data"), doc("Runner.run"))
      .def("_seconds_of_run", &seconds_of_run, py::arg("data"), py::arg("calls"))
      .def_property_readonly(
          "memory", [](const ArrayRunner& r) { return r.runner.memory(); }, doc("Runner.memory"));
}

void bind_running(py::class_<ArrayNetwork>& c) {
  const auto names = py::arg("names") = py::none(), layer = py::arg("layer") = py::none();
  c.def("run", &run, py::arg("data") = py::none(), names, layer, doc("Network.run"))
      .def("__call__", &run, py::arg("data") = py::none(), names, layer, doc("Network.run"))
      .def(
          "runner",
          [](const ArrayNetwork& n, const py::object& wanted, std::optional<int> at) {
            return ArrayRunner{n.runner(list_of(wanted), at), &n};
          },
          names, layer, py::keep_alive<0, 1>(), doc("Network.runner"))
      .def(
          "stream",
          [](const ArrayNetwork& n, const py::object& wanted, std::optional<int> at) {
            return ArrayRunner{n.stream(list_of(wanted), at), &n};
          },
          names, layer, py::keep_alive<0, 1>(), doc("Network.stream"))
      .def(
          "threads", [](const ArrayNetwork& n) { return n.threads(); }, "How many it uses; 0: all.")
      .def(
          "threads",
          [](ArrayNetwork& n, int count) -> ArrayNetwork& {
            n.threads(count);
            return n;
          },
          py::arg("n"), py::return_value_policy::reference_internal, doc("Network.threads"))
      .def("precision", [](const ArrayNetwork& n) { return n.precision(); })
      .def(
          "precision",
          [](ArrayNetwork& n, Precision p) -> ArrayNetwork& {
            n.precision(p);
            return n;
          },
          py::arg("p"), py::return_value_policy::reference_internal, doc("Network.precision"));
}

void bind_made(py::class_<ArrayNetwork>& c) {
  c.def(
       "frames", [](const ArrayNetwork& n, int frames) { return ArrayNetwork(n.frames(frames)); },
       py::arg("n"), doc("Network.frames"))
      .def(
          "of",
          [](const ArrayNetwork& n, const Structure& structure) { return ArrayNetwork(n.of(structure)); },
          py::arg("structure"), doc("Network.of"))
      .def(
          "bind",
          [](ArrayNetwork& n, const ArrayNetwork& other) -> ArrayNetwork& {
            n.bind(other);
            return n;
          },
          py::arg("other"), py::return_value_policy::reference_internal, doc("Network.bind"))
      .def(
          "recompute_every",
          [](ArrayNetwork& n, int k) -> ArrayNetwork& {
            n.recompute_every(k);
            return n;
          },
          py::arg("k"), py::return_value_policy::reference_internal, doc("Network.recompute_every"))
      .def_property_readonly("layers", &Network::layers)
      .def_property_readonly(
          "inputs",
          [](const ArrayNetwork& n) {
            py::dict all;
            for (const Input& i : n.unrolled().signature.inputs)
              all[py::str(i.name)] = py::make_tuple(i.type.planes, i.type.rows);
            return all;
          },
          "Planes and rows of what the network observes, by name.")
      .def_property_readonly(
          "results", [](const ArrayNetwork& n) { return n.unrolled().signature.results(); },
          "Names of all results, those on request last.")
      .def_property_readonly(
          "readouts", [](const ArrayNetwork& n) { return n.unrolled().signature.readouts; },
          "Names of the results that run() gives unless others are asked for.")
      .def_property_readonly(
          "model",
          [](const ArrayNetwork& n) -> std::optional<Model> {
            const auto& model = n.unrolled().made_by.model;
            return model ? std::optional(*model) : std::nullopt;
          },
          "The model that it was unrolled from; None where there is none.")
      .def_property_readonly(
          "log_beliefs", [](const ArrayNetwork& n) { return n.unrolled().signature.log_beliefs; },
          doc("Signature.log_beliefs"))
      .def("text", &Network::text, doc("Network.text"))
      .def(
          "multiply_adds", [](const ArrayNetwork& n) { return multiply_adds(n); }, doc("multiply_adds"))
      .def(
          "dot", [](const ArrayNetwork& n) { return network_dot(n); }, doc("network_dot"))
      .def("_repr_svg_", [](const ArrayNetwork& n) { return to_svg(network_dot(n)); })
      .def("__repr__", [](const ArrayNetwork& n) {
        return cat("<Network of ", n.layers(), " layers, ", n.trained_count(), " trained numbers>");
      });
}

void bind_stored(py::class_<ArrayNetwork>& c) {
  c.def(
       "parameters",
       [](ArrayNetwork& n) {
         std::vector<Handle> all;
         for (std::size_t i = 0; i < n.parameters().size(); ++i)
           all.push_back({n.unrolled().parameters.share(), i});
         return all;
       },
       doc("Network.parameters"))
      .def("parameter", &find, py::arg("name"), doc("Network.parameter"))
      .def(
          "__getitem__",
          [](const ArrayNetwork& n, const std::string& name) { return values(n.parameter(name)); },
          py::arg("name"), "Values of a parameter, [planes, rows].")
      .def("__setitem__", &assign_values, py::arg("name"), py::arg("values"))
      .def("set", &assign_values, py::arg("base"), py::arg("values"), doc("Network.set"))
      .def_property_readonly("trained_count", &Network::trained_count, doc("Network.trained_count"))
      .def("__copy__", [](const ArrayNetwork& n) { return ArrayNetwork(n); })
      .def(
          "__deepcopy__", [](const ArrayNetwork& n, const py::dict&) { return ArrayNetwork(n); },
          py::arg("memo"))
      .def(py::pickle(&state_of, &network_of));
}

}  // namespace

void bind_network(py::module_& m) {
  py::enum_<Precision>(m, "Precision").value("f32", Precision::f32).value("f64", Precision::f64);
  bind_parameters(m);
  bind_runner(m);
  py::class_<ArrayNetwork> network(m, "Network", doc("Network"));
  bind_running(network);
  bind_made(network);
  bind_stored(network);
  bind_files(m, network);
  bind_checkpoints(m);
  bind_feed_forward(m);
}

}  // namespace unfurl::python
