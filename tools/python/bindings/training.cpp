// The training loop: callbacks, interruption, data that come in parts.
#include "training.hpp"

#include <pybind11/stl/filesystem.h>

#include <chrono>

#include "arrays.hpp"

namespace unfurl::python {

namespace {

/// A trainer whose validation data are as the caller gave them, until there is a network.
struct PythonTrainer {
  Trainer options;
  py::object validation = py::none(), on_epoch = py::none(), on_batch = py::none();
};

/// Batches that a keystroke waits for at most.
constexpr std::chrono::milliseconds patience{50};

DataSource source_of(const ArrayNetwork& network, const py::object& data, int parts) {
  if (!PyCallable_Check(data.ptr())) {
    const Data given(network, data, true);
    return fixed(*given);
  }
  // The function lives as long as the call of fit.
  const auto load = [&network, &data](int epoch, int part) {
    const py::gil_scoped_acquire gil;
    const Data given(network, data(epoch, part), true);
    return std::make_shared<const Dataset>(*given);
  };
  return {load, parts};
}

History fit(const PythonTrainer& trainer, ArrayNetwork& network, const py::object& data, int parts) {
  Trainer t = trainer.options;
  if (!trainer.validation.is_none()) t.validation = *Data(network, trainer.validation, true);
  if (!trainer.on_epoch.is_none())
    t.on_epoch = [&](const EpochRecord& record) {
      const py::gil_scoped_acquire gil;
      const py::object answer = trainer.on_epoch(record);
      return answer.is_none() || py::cast<bool>(answer);
    };
  auto seen = std::chrono::steady_clock::now();
  t.on_batch = [&](int epoch, double share, double loss) {
    const auto now = std::chrono::steady_clock::now();
    if (trainer.on_batch.is_none() && now - seen < patience) return;
    seen = now;
    const py::gil_scoped_acquire gil;
    if (PyErr_CheckSignals() != 0) throw py::error_already_set();
    if (!trainer.on_batch.is_none()) trainer.on_batch(epoch, share, loss);
  };
  const DataSource source = source_of(network, data, parts);
  const py::gil_scoped_release release;
  return t.fit(network, source);
}

void bind_history(py::module_& m) {
  py::class_<EpochRecord>(m, "EpochRecord", doc("EpochRecord"))
      .def_readonly("epoch", &EpochRecord::epoch, doc("EpochRecord.epoch"))
      .def_readonly("loss", &EpochRecord::loss, doc("EpochRecord.loss"))
      .def_readonly("validation", &EpochRecord::validation, doc("EpochRecord.validation"))
      .def_readonly("seconds", &EpochRecord::seconds, doc("EpochRecord.seconds"))
      .def("__repr__", [](const EpochRecord& r) {
        return detail::cat("<epoch ", r.epoch, ": loss ", r.loss,
                           r.validation ? detail::cat(", validation ", *r.validation) : "", ">");
      });
  py::class_<ParameterChange>(m, "ParameterChange", doc("ParameterChange"))
      .def_readonly("name", &ParameterChange::name)
      .def_readonly("base", &ParameterChange::base)
      .def_readonly("places", &ParameterChange::places, doc("ParameterChange.places"))
      .def_readonly("relative", &ParameterChange::relative, doc("ParameterChange.relative"))
      .def_readonly("scale_of", &ParameterChange::scale_of);
  py::class_<History>(m, "History", "What a training did.")
      .def_readonly("epochs", &History::epochs)
      .def_readonly("seconds", &History::seconds, doc("History.seconds"))
      .def_readonly("interrupted", &History::interrupted, "A callback ended it.")
      .def_readonly("changes", &History::changes, doc("History.changes"))
      .def_readonly("memory", &History::memory, doc("History.memory"))
      .def_readonly("memory_of_values", &History::memory_of_values)
      .def("__repr__", [](const History& h) {
        return detail::cat("<History of ", h.epochs.size(), " epochs", h.interrupted ? ", interrupted" : "",
                           ">");
      });
}

void bind_trainer(py::module_& m) {
  using P = PythonTrainer;
  using Path = std::optional<std::filesystem::path>;
  const Trainer standard;
  py::class_<P>(m, "Trainer", doc("Trainer"))
      .def(py::init([](const Loss& loss, const AnyOptimizer& optimizer, int epochs, int batch,
                       std::uint64_t seed, py::object validation, bool keep_best, Path checkpoint,
                       int checkpoint_every, bool resume, int curriculum, double average,
                       std::string declaration, py::object on_epoch, py::object on_batch) {
             P p{{}, std::move(validation), std::move(on_epoch), std::move(on_batch)};
             Trainer& t = p.options;
             t.loss = loss;
             t.optimizer = optimizer.pointer;
             t.epochs = epochs;
             t.batch = batch;
             t.seed = seed;
             t.keep_best = keep_best;
             t.checkpoint = std::move(checkpoint);
             t.checkpoint_every = checkpoint_every;
             t.resume = resume;
             t.curriculum = curriculum;
             t.average = average;
             t.declaration = std::move(declaration);
             return p;
           }),
           py::arg("loss"), py::kw_only(), py::arg("optimizer") = Adam{}, py::arg("epochs") = standard.epochs,
           py::arg("batch") = standard.batch, py::arg("seed") = standard.seed,
           py::arg("validation") = py::none(), py::arg("keep_best") = standard.keep_best,
           py::arg("checkpoint") = py::none(), py::arg("checkpoint_every") = standard.checkpoint_every,
           py::arg("resume") = standard.resume, py::arg("curriculum") = standard.curriculum,
           py::arg("average") = standard.average, py::arg("declaration") = standard.declaration,
           py::arg("on_epoch") = py::none(), py::arg("on_batch") = py::none(), doc("Trainer"))
      .def("fit", &fit, py::arg("network"), py::arg("data"), py::arg("parts") = 1,
           "Trains a network in place on a Dataset, a dictionary of arrays, or a function (epoch, part) that "
           "gives the samples "
           "of each of `parts` parts of every epoch.\n\nAn interruption (KeyboardInterrupt) is raised after "
           "the batch at hand; "
           "the network then has the parameters of the last whole epoch.");
}

}  // namespace

void bind_training(py::module_& m) {
  bind_history(m);
  bind_trainer(m);
  m.def(
      "evaluate_loss",
      [](const ArrayNetwork& network, const Loss& loss, const py::object& data) {
        const Data given(network, data, true);
        const py::gil_scoped_release release;
        return evaluate_loss(network, loss, *given);
      },
      py::arg("network"), py::arg("loss"), py::arg("data"), doc("evaluate_loss"));
  py::class_<GradientCheck>(m, "GradientCheck", doc("GradientCheck"))
      .def_readonly("parameter", &GradientCheck::parameter)
      .def_readonly("largest_error", &GradientCheck::largest_error, doc("GradientCheck.largest_error"))
      .def_readonly("entries", &GradientCheck::entries)
      .def_readonly("passed", &GradientCheck::passed);
  m.def(
      "check_gradients",
      [](const ArrayNetwork& network, const Loss& loss, const py::object& data, int entries,
         double tolerance) {
        const Data given(network, data, true);
        const py::gil_scoped_release release;
        return check_gradients(network, loss, *given, entries, tolerance);
      },
      py::arg("network"), py::arg("loss"), py::arg("data"), py::arg("entries") = 20,
      py::arg("tolerance") = 1e-5, doc("check_gradients"));
}

}  // namespace unfurl::python
