// Networks as bytes, and back; conventional networks.
#include "network.hpp"
#include "store/checkpoint_bytes.hpp"
#include "store/network_text.hpp"

namespace unfurl::python {

py::tuple state_of(const ArrayNetwork& n) {
  const std::string bytes = encode({"", n.parameters(), {}, network_text(n)});
  return py::make_tuple(py::bytes(bytes), n.threads(), n.precision(), n.unrolled().backward.recompute_every,
                        n.dims);
}

ArrayNetwork network_of(const py::tuple& state) {
  if (state.size() != 5)
    throw DataError("the pickle holds no network of this version", here(), "unpickle it where it was made");
  const Checkpoint checkpoint = decode(py::cast<std::string>(state[0]), "pickle");
  Network n = unfurl::network_of(checkpoint);
  n.threads(py::cast<int>(state[1])).precision(py::cast<Precision>(state[2]));
  n.recompute_every(py::cast<int>(state[3]));
  return {std::move(n), py::cast<Dims>(state[4])};
}

void bind_feed_forward(py::module_& m) {
  using F = FeedForward;
  py::class_<F> c(m, "FeedForward", doc("FeedForward"));
  py::enum_<F::Activation>(c, "Activation")
      .value("linear", F::Activation::linear)
      .value("sigmoid", F::Activation::sigmoid);
  py::class_<ir::Type>(m, "Type", doc("Type"))
      .def(py::init([](int planes, int rows, Domain domain, bool lanes, int states) {
             return ir::Type{planes, rows, lanes, domain, states};
           }),
           py::arg("planes") = 1, py::arg("rows") = 1, py::arg("domain") = Domain::real,
           py::arg("lanes") = true, py::arg("states") = 0)
      .def_readonly("planes", &ir::Type::planes)
      .def_readonly("rows", &ir::Type::rows)
      .def_readonly("lanes", &ir::Type::lanes, "Whether every sample has its own.")
      .def_readonly("domain", &ir::Type::domain)
      .def_readonly("states", &ir::Type::states, doc("Type.states"))
      .def("__repr__", [](const ir::Type& t) { return to_string(t); });
  define(c, "FeedForward", required("input", &F::input), required("input_type", &F::input_type),
         required("hidden", &F::hidden), required("outputs", &F::outputs), required("output", &F::output),
         option("activation", &F::activation), option("log_input", &F::log_input), option("mean", &F::mean),
         option("deviation", &F::deviation), option("mask_of", &F::mask_of),
         option("mask_first", &F::mask_first), option("seed", &F::seed));
  m.def(
      "feed_forward", [](const F& options) { return ArrayNetwork(feed_forward(options)); },
      py::arg("options"), doc("feed_forward"));
}

}  // namespace unfurl::python
