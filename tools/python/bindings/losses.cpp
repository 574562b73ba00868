// Losses.
#include "training.hpp"

namespace unfurl::python {

void bind_losses(py::module_& m) {
  py::class_<Loss>(m, "Loss", doc("Loss"))
      .def("every_layer", &Loss::every_layer, doc("Loss.every_layer"))
      .def("near_tied", &Loss::near_tied, py::arg("weight"), doc("Loss.near_tied"))
      .def("near_zero", &Loss::near_zero, py::arg("weight"), doc("Loss.near_zero"))
      .def(
          "__add__", [](const Loss& a, const Loss& b) { return a + b; }, py::is_operator())
      .def(
          "__mul__", [](const Loss& a, double weight) { return weight * a; }, py::is_operator())
      .def(
          "__rmul__", [](const Loss& a, double weight) { return weight * a; }, py::is_operator());
  py::module_ l = m.def_submodule("loss", "Losses per sample.");
  using loss::Sites;
  py::class_<Sites> sites(l, "Sites", doc("loss.Sites"));
  define(sites, "Sites", option("weights", &Sites::weights), option("gaps", &Sites::gaps));
  const auto standard = py::arg("sites") = Sites();
  l.def(
      "cross_entropy",
      [](const std::string& variable, const std::string& labels, const Sites& s) {
        return loss::cross_entropy(variable, labels, s);
      },
      py::arg("variable"), py::arg("labels"), standard, doc("loss.cross_entropy"));
  l.def(
      "cross_entropy",
      [](const std::string& variable, const std::string& labels, const std::string& weights) {
        return loss::cross_entropy(variable, labels, weights);
      },
      py::arg("variable"), py::arg("labels"), py::arg("weights"),
      "With weights, which are 0 where there is no label and any state may stand.");
  l.def("squared_error", &loss::squared_error, py::arg("result"), py::arg("target"), standard,
        doc("loss.squared_error"));
  l.def("objective", &loss::objective, doc("loss.objective"));
  l.def("beta_divergence", &loss::beta_divergence, py::arg("beta"), py::arg("result"), py::arg("target"),
        standard, doc("loss.beta_divergence"));
  l.def(
      "negative_log_likelihood",
      [](const std::string& variable, const std::string& labels, const Sites& s) {
        return loss::negative_log_likelihood(variable, labels, s);
      },
      py::arg("variable"), py::arg("labels"), standard, doc("loss.negative_log_likelihood"));
  l.def(
      "negative_log_likelihood",
      [](const std::map<std::string, std::string>& labels, const Sites& s) {
        return loss::negative_log_likelihood(labels, s);
      },
      py::arg("labels"), standard, "With the array of labels of every group of variables.");
  l.def("free_energy", &loss::free_energy, doc("loss.free_energy"));
  l.def("log_partition", &loss::log_partition, doc("loss.log_partition"));
}

void bind_optimizers(py::module_& m) {
  py::class_<AnyOptimizer> optimizer(m, "Optimizer", "The options of an optimizer.");
  options<Sgd>(m, "Sgd", option("rate", &Sgd::rate), option("momentum", &Sgd::momentum),
               option("positivity", &Sgd::positivity));
  options<Adam>(m, "Adam", option("rate", &Adam::rate), option("beta1", &Adam::beta1),
                option("beta2", &Adam::beta2), option("epsilon", &Adam::epsilon),
                option("final_rate", &Adam::final_rate), option("clip", &Adam::clip),
                option("positivity", &Adam::positivity), option("relative", &Adam::relative));
  using M = MultiplicativeBackprop;
  options<M>(m, "MultiplicativeBackprop", option("exponent", &M::exponent), option("change", &M::change),
             option("final_change", &M::final_change), option("average", &M::average),
             option("smoothing", &M::smoothing), option("cancel_per_layer", &M::cancel_per_layer),
             option("backtracking", &M::backtracking));
  serves_as<Sgd>(optimizer);
  serves_as<Adam>(optimizer);
  serves_as<M>(optimizer);
}

}  // namespace unfurl::python
