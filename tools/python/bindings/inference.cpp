// Inference without training: exact, and by an algorithm until marginals stand still.
#include "unfurl/inference.hpp"

#include "algorithms.hpp"
#include "arrays.hpp"
#include "unfurl/exact.hpp"

namespace unfurl::python {

namespace {

ExactOptions exact_options(double most_memory, std::vector<std::vector<int>> scopes, int threads) {
  return {most_memory, std::move(scopes), threads};
}

/// exact() or most_probable(), `f`, of a model with values or of a network.
template <class F>
auto of_model(F f) {
  return [f](const Model& model, const py::object& data, int sample,
             const std::map<std::string, py::object>& values, double most_memory,
             std::vector<std::vector<int>> scopes, int threads) {
    const Data given(model, data);
    ParameterValues numbers;
    for (const auto& [name, array] : values) numbers[name] = numbers_of(array);
    const ExactOptions options = exact_options(most_memory, std::move(scopes), threads);
    const py::gil_scoped_release release;
    return f(model, numbers, *given, sample, options);
  };
}
template <class F>
auto of_network(F f) {
  return [f](const ArrayNetwork& network, const py::object& data, int sample, double most_memory,
             std::vector<std::vector<int>> scopes, int threads) {
    const Data given(network, data.is_none() ? py::dict() : data, false);
    const ExactOptions options = exact_options(most_memory, std::move(scopes), threads);
    const py::gil_scoped_release release;
    return f(network, *given, sample, options);
  };
}

template <class F>
void bind_exactly(py::module_& m, const char* name, F f) {
  const ExactOptions standard;
  const auto data = py::arg("data") = py::none();
  const auto sample = py::arg("sample") = 0;
  const auto memory = py::arg("most_memory") = standard.most_memory;
  const auto scopes = py::arg("scopes") = standard.scopes;
  const auto threads = py::arg("threads") = standard.threads;
  m.def(name, of_model(f), py::arg("model"), data, sample, py::arg("values") = py::dict(), memory, scopes,
        threads, doc(name));
  m.def(name, of_network(f), py::arg("network"), data, sample, memory, scopes, threads,
        "The same for the model and the current parameters of a network.");
}

void bind_exact(py::module_& m) {
  using E = ExactResult;
  py::class_<E>(m, "ExactResult", doc("ExactResult"))
      .def_property_readonly(
          "marginals", [](const E& e) { return arrays_of(e.marginals); }, doc("ExactResult.marginals"))
      .def_property_readonly(
          "joints", [](const E& e) { return arrays_of(e.joints); }, doc("ExactResult.joints"))
      .def_readonly("log_partition", &E::log_partition, doc("ExactResult.log_partition"))
      .def_readonly("treewidth", &E::treewidth, doc("ExactResult.treewidth"))
      .def_readonly("bytes", &E::bytes, doc("ExactResult.bytes"));
  using M = MostProbable;
  py::class_<M>(m, "MostProbable", doc("MostProbable"))
      .def_readonly("states", &M::states, doc("MostProbable.states"))
      .def_property_readonly(
          "log_max_marginals", [](const M& r) { return arrays_of(r.log_max_marginals); },
          doc("MostProbable.log_max_marginals"))
      .def_readonly("log_value", &M::log_value, doc("MostProbable.log_value"))
      .def_readonly("treewidth", &M::treewidth)
      .def_readonly("bytes", &M::bytes);
  bind_exactly(m, "exact", [](const auto&... args) { return exact(args...); });
  bind_exactly(m, "most_probable", [](const auto&... args) { return most_probable(args...); });
}

void bind_approximate(py::module_& m) {
  using R = InferenceResult;
  py::class_<R>(m, "InferenceResult", doc("InferenceResult"))
      .def_property_readonly(
          "marginals", [](const R& r) { return arrays_of(r.marginals); }, doc("InferenceResult.marginals"))
      .def_readonly("states", &R::states, doc("InferenceResult.states"))
      .def_readonly("log_value", &R::log_value, doc("InferenceResult.log_value"))
      .def_readonly("optimal", &R::optimal, doc("InferenceResult.optimal"))
      .def_readonly("log_partition", &R::log_partition, doc("InferenceResult.log_partition"))
      .def_property_readonly(
          "factor_marginals", [](const R& r) { return arrays_of(r.factor_marginals); },
          doc("InferenceResult.factor_marginals"))
      .def_readonly("iterations", &R::iterations, doc("InferenceResult.iterations"))
      .def_readonly("largest_change", &R::largest_change, doc("InferenceResult.largest_change"))
      .def_readonly("converged", &R::converged, doc("InferenceResult.converged"));
  const InferenceOptions standard;
  m.def(
      "_infer",
      [](const Model& model, const AnyAlgorithm& algorithm, const py::object& data, int sample,
         int iterations, std::optional<double> tolerance, bool factor_marginals, bool decode, int threads) {
        const Data given(model, data);
        const InferenceOptions options{iterations, tolerance, factor_marginals, decode, threads};
        const py::gil_scoped_release release;
        return infer(model, algorithm.pointer, *given, sample, options);
      },
      py::arg("model"), py::arg("algorithm"), py::arg("data") = py::none(), py::arg("sample") = 0,
      py::arg("iterations") = standard.iterations, py::arg("tolerance") = standard.tolerance,
      py::arg("factor_marginals") = standard.factor_marginals, py::arg("decode") = standard.decode,
      py::arg("threads") = standard.threads, doc("infer"));
  py::class_<Decoded>(m, "Decoded", doc("Decoded"))
      .def_readonly("states", &Decoded::states, doc("Decoded.states"))
      .def_readonly("log_value", &Decoded::log_value, doc("Decoded.log_value"))
      .def_readonly("optimal", &Decoded::optimal, doc("Decoded.optimal"));
  m.def(
      "decode",
      [](const Model& model, const std::vector<std::vector<double>>& beliefs, const py::object& data,
         int sample) {
        const Data given(model, data);
        const py::gil_scoped_release release;
        return decode(model, beliefs, *given, sample);
      },
      py::arg("model"), py::arg("beliefs"), py::arg("data") = py::none(), py::arg("sample") = 0,
      doc("decode"));
}

}  // namespace

void bind_inference(py::module_& m) {
  bind_exact(m);
  bind_approximate(m);
}

}  // namespace unfurl::python
