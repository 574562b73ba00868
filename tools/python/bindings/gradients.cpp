// Results of a network and their gradients, for those that differentiate through it: the bridge to torch.
#include <algorithm>
#include <optional>

#include "arrays.hpp"
#include "backend/cpu/executor.hpp"
#include "network/check_data.hpp"
#include "passes/passes.hpp"
#include "unfurl/extend/gradient.hpp"

namespace unfurl::python {

namespace {

using detail::cat;

/// The input that the gradient of a result comes in by.
std::string slope(const std::string& result) { return "slope:" + result; }
/// The output that is the gradient by an input or a parameter.
std::string gradient_name(const std::string& of) { return "gradient:" + of; }

/// Leaves of a program: inputs and parameters by name.
std::map<std::string, ir::Value> leaves_of(const ir::Graph& g) {
  std::map<std::string, ir::Value> all;
  for (int i = 0; i < g.size(); ++i)
    if (const ir::Node& node = g[ir::Value{i}]; node.is_input() || node.is_parameter())
      all[node.name()] = {i};
  return all;
}

void check_results(const Unrolled& u, const std::vector<std::string>& results) {
  const std::vector<std::string> known = u.signature.results();
  for (const std::string& r : results)
    if (std::find(known.begin(), known.end(), r) == known.end())
      throw DataError(cat("the network has no result '", r, "'"), here(), detail::did_you_mean(r, known));
  if (u.backward.through_last || u.backward.adjoint)
    throw ScheduleError("gradients by arrays go back through all layers", here(),
                        "leave out through_last(n) and implicit(n)");
}

/// The results of the last layer.
ir::Graph forward_program(const Unrolled& u, const std::vector<std::string>& results) {
  check_results(u, results);
  ir::Graph g = u.graph;
  g.outputs.clear();
  for (const std::string& r : results)
    g.outputs.emplace_back(r, u.graph.output(Signature::output(r, u.signature.layers)));
  return ir::optimize(g);
}

/// The gradient of sum(slope * result) over results and samples, by everything in `wrt` that the results depend on.
ir::Graph backward_program(const Unrolled& u, const std::vector<std::string>& results,
                           const std::vector<std::string>& wrt) {
  check_results(u, results);
  ir::Graph g = u.graph;
  ir::Builder b(g);
  b.origin = "gradient";
  std::vector<ir::Seed> seeds;
  for (const std::string& r : results) {
    const ir::Value value = u.graph.output(Signature::output(r, u.signature.layers));
    ir::Type type = g.type(value).with(Domain::real);
    type.lanes = true;
    seeds.push_back({value, b.input(slope(r), type)});
  }
  const std::map<std::string, ir::Value> leaves = leaves_of(g);
  std::vector<ir::Value> values;
  std::vector<std::string> names;
  for (const std::string& name : wrt)
    if (const auto found = leaves.find(name); found != leaves.end()) {
      values.push_back(found->second);
      names.push_back(name);
    }
  g.outputs.clear();
  const std::vector<ir::Value> gradients = ir::gradient(b, seeds, values);
  for (std::size_t i = 0; i < names.size(); ++i)
    if (gradients[i]) g.outputs.emplace_back(gradient_name(names[i]), gradients[i]);
  return ir::optimize(g);
}

template <class T>
using Array = py::array_t<T, py::array::c_style | py::array::forcecast>;

/// A program that runs on arrays where they lie, [samples, entries] of inputs and [entries] of parameters.
template <class T>
class ArrayProgram {
 public:
  ArrayProgram(const ir::Graph& graph, int threads) : executor_(exec::make_plan(graph), threads) {
    exchange_.load = [this](const std::string& input, int first, int lanes, T* to) {
      const auto& [from, entries] = inputs_.at(input);
      for (std::ptrdiff_t i = 0; i < entries; ++i)
        for (int l = 0; l < lanes; ++l) to[i * lanes + l] = from[(first + l) * entries + i];
    };
    exchange_.store = [this](const std::string& output, int first, int lanes, const T* from) {
      const auto& [to, entries] = outputs_.at(output);
      for (int l = 0; l < lanes; ++l)
        for (std::ptrdiff_t i = 0; i < entries; ++i) to[(first + l) * entries + i] = from[i * lanes + l];
    };
  }

  /// Outputs by name: [samples, planes, rows], and [planes, rows] where they are summed over samples.
  py::dict run(int samples, const std::map<std::string, Array<T>>& arrays) {
    for (const auto& [name, leaf] : leaves_of(executor_.plan().graph)) bind(name, leaf, samples, arrays);
    std::map<std::string, Array<T>> made;
    for (const auto& [name, value] : executor_.plan().graph.outputs) {
      const ir::Type& t = executor_.plan().graph.type(value);
      if (!t.lanes) continue;
      Array<T> a(std::vector<py::ssize_t>{samples, t.planes, t.rows});
      outputs_[name] = {a.mutable_data(), static_cast<std::ptrdiff_t>(t.size())};
      made.emplace(name, std::move(a));
    }
    {
      const py::gil_scoped_release release;
      executor_.run(samples, exchange_);
    }
    py::dict all;
    for (const auto& [name, value] : executor_.plan().graph.outputs) {
      const ir::Type& t = executor_.plan().graph.type(value);
      if (t.lanes) {
        all[py::str(name)] = made.at(name);
        continue;
      }
      const T* sum = executor_.result(value);
      all[py::str(name)] = own(std::vector<T>(sum, sum + t.size()), {t.planes, t.rows});
    }
    return all;
  }

 private:
  void bind(const std::string& name, ir::Value leaf, int samples,
            const std::map<std::string, Array<T>>& arrays) {
    const ir::Type& t = executor_.plan().graph.type(leaf);
    const auto found = arrays.find(name);
    const std::size_t size = t.size() * (t.lanes ? static_cast<std::size_t>(samples) : 1);
    if (found == arrays.end() || static_cast<std::size_t>(found->second.size()) != size)
      throw DataError(
          cat("'", name, "' is not there, or has not the ", size, " numbers that the network reads"), here(),
          cat("give ", samples, " samples of ", t.planes, " x ", t.rows));
    if (t.lanes)
      inputs_[name] = {found->second.data(), static_cast<std::ptrdiff_t>(t.size())};
    else
      executor_.bind(name, found->second.data());
  }

  exec::Executor<T> executor_;
  exec::Exchange<T> exchange_;
  std::map<std::string, std::pair<const T*, std::ptrdiff_t>> inputs_;
  std::map<std::string, std::pair<T*, std::ptrdiff_t>> outputs_;
};

template <class T>
void bind_program(py::module_& m, const char* name) {
  py::class_<ArrayProgram<T>>(m, name)
      .def_static("forward",
                  [](const ArrayNetwork& n, const std::vector<std::string>& results) {
                    return std::make_unique<ArrayProgram<T>>(forward_program(n.unrolled(), results),
                                                             n.threads());
                  })
      .def_static("backward",
                  [](const ArrayNetwork& n, const std::vector<std::string>& results,
                     const std::vector<std::string>& wrt) {
                    return std::make_unique<ArrayProgram<T>>(backward_program(n.unrolled(), results, wrt),
                                                             n.threads());
                  })
      .def("run", &ArrayProgram<T>::run);
}

}  // namespace

void bind_gradients(py::module_& m) {
  bind_program<float>(m, "_ProgramFloat");
  bind_program<double>(m, "_ProgramDouble");
}

}  // namespace unfurl::python
