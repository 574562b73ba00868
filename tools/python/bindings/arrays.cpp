#include "arrays.hpp"

#include <algorithm>
#include <functional>
#include <numeric>

namespace unfurl::python {

using detail::cat;

namespace {

using Floats = py::array_t<float, py::array::c_style | py::array::forcecast>;

std::string shape_text(const py::array& a) {
  std::string text = "[";
  for (py::ssize_t i = 0; i < a.ndim(); ++i) text += cat(i == 0 ? "" : ", ", a.shape(i));
  return text + "]";
}

int product(const std::vector<int>& dims) {
  return std::accumulate(dims.begin(), dims.end(), 1, std::multiplies<>());
}

void walk(const Expr& e, Dims& dims) {
  if (!e) return;
  const Expr::Node& node = e.node();
  if (node.kind == Expr::Node::Kind::latent || node.kind == Expr::Node::Kind::observed)
    dims[node.text] = node.dims;
  for (const Expr& a : node.args) walk(a, dims);
}

/// An array as NumPy has it; pairs of complex numbers are all real parts, then all imaginary ones.
py::array plain(const std::string& name, const py::handle& given) {
  py::array a = py::array::ensure(given);
  if (!a) {
    PyErr_Clear();
    throw DataError(cat("'", name, "' is no array of numbers"), here(), "give a NumPy array [samples, ...]");
  }
  if (a.dtype().kind() == 'c') {
    const py::module_ numpy = py::module_::import("numpy");
    a = numpy.attr("concatenate")(py::make_tuple(a.attr("real"), a.attr("imag")), a.ndim() > 1 ? 1 : 0);
  }
  if (std::string_view("biuf").find(a.dtype().kind()) == std::string_view::npos)
    throw DataError(cat("'", name, "' holds ", std::string(py::str(a.dtype())), ", not numbers"), here(),
                    "give a NumPy array of numbers, [samples, ...]");
  return a;
}

/// Planes and rows of one sample, where the first axis counts samples.
std::pair<int, int> extents_of(const std::string& name, const py::array& a, const ir::Type* type) {
  if (a.ndim() == 0)
    throw DataError(cat("'", name, "' is one number"), here(),
                    "the first axis counts samples: [samples, ...]");
  const py::ssize_t n = a.shape(0);
  const py::ssize_t size =
      std::accumulate(a.shape() + 1, a.shape() + a.ndim(), py::ssize_t{1}, std::multiplies<>());
  if (!type) {
    if (a.ndim() > 3)
      throw DataError(cat("'", name, "' has the shape ", shape_text(a)), here(),
                      "reshape it to [samples, rows] or [samples, planes, rows]");
    const int planes = a.ndim() == 3 ? static_cast<int>(a.shape(1)) : 1;
    return {planes, static_cast<int>(a.ndim() == 1 ? 1 : a.shape(a.ndim() - 1))};
  }
  const bool fits = size == static_cast<py::ssize_t>(type->size()) &&
                    (type->planes == 1 || a.ndim() < 3 || a.shape(1) == type->planes);
  if (!fits)
    throw DataError(
        cat("'", name, "' has the shape ", shape_text(a), ": ", n, " samples of ", size, " numbers"), here(),
        cat("give [samples, ", type->planes == 1 ? "" : cat(type->planes, ", "), type->rows,
            "], or the array's own extents in place of ", type->rows));
  return {type->planes, type->rows};
}

}  // namespace

Dims dims_of(const Network& network) {
  Dims dims;
  if (!network.unrolled().made_by.model) return dims;
  const Model& m = *network.unrolled().made_by.model;
  for (const auto& f : m.factors())
    for (const Expr& e : f.spec.args) walk(e, dims);
  for (const auto& l : m.latents()) walk(l.start, dims);
  for (const auto& v : m.discretes()) dims[v.variable.name] = v.variable.dims;
  for (const auto& v : m.continuous()) dims[v.variable.name] = v.variable.dims;
  for (const auto& r : m.readouts()) {
    walk(r.expression, dims);
    dims[r.name] = r.expression.node().dims;
  }
  return dims;
}

ArrayNetwork::ArrayNetwork(Network network) : Network(std::move(network)), dims(dims_of(*this)) {}

py::array_t<double> own(std::vector<double> values) {
  const auto n = static_cast<py::ssize_t>(values.size());
  return own(std::move(values), {n});
}

py::list arrays_of(const std::vector<std::vector<double>>& all) {
  py::list list;
  for (const auto& values : all) list.append(own(values));
  return list;
}

std::vector<double> numbers_of(const py::handle& array) {
  const auto a = py::array_t<double, py::array::c_style | py::array::forcecast>::ensure(array);
  if (!a) throw py::error_already_set();
  return {a.data(), a.data() + a.size()};
}

std::vector<double> values_of(const std::string& what, const py::handle& array, const ir::Type& type) {
  const py::array a = plain(what, array);
  if (a.ndim() == 0) return std::vector<double>(type.size(), py::cast<double>(a.attr("item")()));
  const bool flat = a.ndim() == 1 || type.planes == 1, planes = a.ndim() > 1 && a.shape(0) == type.planes;
  if (a.size() != static_cast<py::ssize_t>(type.size()) || !(flat || planes))
    throw ModelError(cat(what, " has values of the shape ", shape_text(a)), here(),
                     cat("give [", type.planes, ", ", type.rows, "] numbers"));
  return numbers_of(a);
}

Samples samples_of(const std::string& name, const py::handle& array, const ir::Type* type) {
  const Floats a = Floats::ensure(plain(name, array));
  const auto [planes, rows] = extents_of(name, a, type);
  return {planes, rows, std::vector<float>(a.data(), a.data() + a.size())};
}

std::vector<py::ssize_t> shape_of(const ArrayNetwork& network, const std::string& name, int planes,
                                  int rows) {
  std::vector<py::ssize_t> shape;
  if (planes != 1) shape.push_back(planes);
  auto dims = network.dims.find(name);
  if (dims == network.dims.end()) dims = network.dims.find(name.substr(0, name.rfind('.')));
  const int frames = network.unrolled().signature.frames;
  if (dims == network.dims.end() || dims->second.size() < 2 || rows != product(dims->second) * frames) {
    shape.push_back(rows);
    return shape;
  }
  if (frames > 1) shape.push_back(frames);
  shape.insert(shape.end(), dims->second.begin(), dims->second.end());
  return shape;
}

Samples target_of(const ArrayNetwork& network, const std::string& name, const py::handle& given) {
  const py::array a = plain(name, given);
  if (a.ndim() < 3) return samples_of(name, a, nullptr);
  const py::ssize_t samples = std::max<py::ssize_t>(1, a.shape(0)), planes = a.shape(1);
  const ir::Graph& graph = network.unrolled().graph;
  for (const std::string& result : network.unrolled().signature.readouts) {
    const ir::Type& type = graph.type(graph.output(Signature::output(result, network.layers())));
    if (type.planes == planes && type.size() == static_cast<std::size_t>(a.size() / samples))
      return samples_of(name, a, &type);
  }
  const ir::Type flat{1, static_cast<int>(a.size() / samples), true};
  return samples_of(name, a, &flat);
}

Data::Data(const ArrayNetwork& network, const py::handle& data, bool all) {
  if (py::isinstance<Dataset>(data)) {
    given_ = py::cast<const Dataset*>(data);
    return;
  }
  const std::vector<Input>& inputs = network.unrolled().signature.inputs;
  if (!py::isinstance<py::dict>(data)) {
    std::string known;
    for (const Input& i : inputs) known += (known.empty() ? "'" : ", '") + i.name + "'";
    if (inputs.size() != 1)
      throw DataError(
          cat("one array was given, and the network observes ", inputs.empty() ? "nothing" : known), here(),
          "give a dictionary of arrays");
    own_.add(inputs[0].name, samples_of(inputs[0].name, data, &inputs[0].type));
    return;
  }
  const auto arrays = py::reinterpret_borrow<py::dict>(data);
  for (const auto& [key, array] : arrays) {
    const auto name = py::cast<std::string>(key);
    const auto input =
        std::find_if(inputs.begin(), inputs.end(), [&](const Input& i) { return i.name == name; });
    if (input != inputs.end())
      own_.add(name, samples_of(name, array, &input->type), here());
    else if (all || inputs.empty())
      own_.add(name, target_of(network, name, array), here());
  }
}

Data::Data(const Model& model, const py::handle& data) {
  if (data.is_none()) return;
  if (py::isinstance<Dataset>(data)) {
    given_ = py::cast<const Dataset*>(data);
    return;
  }
  const auto& observed = model.observed();
  const auto add = [&](const std::string& name, const py::handle& array) {
    const auto found =
        std::find_if(observed.begin(), observed.end(), [&](const auto& o) { return o.name == name; });
    own_.add(name, samples_of(name, array, found == observed.end() ? nullptr : &found->type), here());
  };
  if (py::isinstance<py::dict>(data)) {
    for (const auto& [key, array] : py::reinterpret_borrow<py::dict>(data))
      add(py::cast<std::string>(key), array);
  } else if (observed.size() == 1) {
    add(observed[0].name, data);
  } else {
    throw DataError(cat("one array was given, and the model observes ", observed.size()), here(),
                    "give a dictionary of arrays");
  }
}

py::dict dictionary(const ArrayNetwork& network, Dataset results) {
  py::dict all;
  std::vector<std::string> names;
  for (const auto& [name, samples] : results.arrays()) names.push_back(name);
  for (const std::string& name : names) {
    Samples s = results.take(name);
    std::vector<py::ssize_t> shape = shape_of(network, name, s.planes, s.rows);
    shape.insert(shape.begin(), s.count());
    all[py::str(name)] = own(std::move(s.values), shape);
  }
  return all;
}

}  // namespace unfurl::python
