// Appending loss and gradients to an unrolled network.
#include "train/losses/program.hpp"

#include <algorithm>

#include "backend/cpu/feed.hpp"
#include "passes/pipeline.hpp"
#include "program/composed/known.hpp"
#include "program/composed/relative_floor.hpp"
#include "program/operations.hpp"

namespace unfurl {

using detail::cat;
using ir::Value;

namespace {

/// Parameters that a value depends on: name and value.
std::map<std::string, Value> parameters_of(const ir::Graph& g, Value of) {
  std::vector<char> reached(static_cast<std::size_t>(of.id) + 1, 0);
  std::map<std::string, Value> found;
  reached.back() = 1;
  for (int v = of.id; v >= 0; --v) {
    if (!reached[static_cast<std::size_t>(v)]) continue;
    const ir::Node& node = g[Value{v}];
    for (Value a : node.args) reached[static_cast<std::size_t>(a.id)] = 1;
    if (node.is_parameter()) found[node.name()] = {v};
  }
  return found;
}

/// Operations without a gradient between parameters and the loss, those nearest to it first.
std::vector<std::string> ends_of_gradient(const ir::Graph& g, Value loss, const std::vector<Value>& leaves) {
  const auto n = static_cast<std::size_t>(loss.id) + 1;
  std::vector<char> moves(n, 0), counts(n, 0);
  for (Value v : leaves) moves[static_cast<std::size_t>(v.id)] = 1;
  for (std::size_t i = 0; i < n; ++i)
    for (Value a : g[Value{static_cast<int>(i)}].args)
      moves[i] = moves[i] || moves[static_cast<std::size_t>(a.id)];
  counts.back() = 1;
  std::vector<std::string> ends;
  for (int i = loss.id; i >= 0; --i) {
    const ir::Node& node = g[Value{i}];
    if (!counts[static_cast<std::size_t>(i)] || !moves[static_cast<std::size_t>(i)]) continue;
    for (Value a : node.args) counts[static_cast<std::size_t>(a.id)] = 1;
    const std::string end =
        cat("operation '", node.op->name, "'", node.origin.empty() ? "" : cat(" (", node.origin, ")"));
    if (node.op->arity != 0 && !node.op->vjp && std::find(ends.begin(), ends.end(), end) == ends.end())
      ends.push_back(end);
  }
  return ends;
}

/// The sum of squared differences of copies from their mean. Only of copies that the loss depends on, else the layers that a
/// curriculum has not reached would be trained by this alone. Absent where there is one copy of everything.
Value distance_from_tied(ir::Builder& b, const std::vector<Parameter>& parameters, Value loss) {
  const std::map<std::string, Value> used = parameters_of(b.graph(), loss);
  std::map<std::string, std::vector<Value>> copies;
  for (const Parameter& p : parameters) {
    const auto found = used.find(p.name);
    if (found == used.end()) continue;
    const bool positive = p.type.domain == Domain::nonneg;
    copies[p.base].push_back(positive ? b.log(b.add(found->second, ir::relative_floor(b, found->second)))
                                      : found->second);
  }
  Value total;
  for (const auto& [base, all] : copies) {
    if (all.size() < 2) continue;
    Value mean = all[0];
    for (std::size_t k = 1; k < all.size(); ++k) mean = b.add(mean, all[k]);
    mean = b.scale(mean, 1.0 / static_cast<double>(all.size()));
    for (Value copy : all) {
      const Value e = b.sum_to(b.squared_difference(copy, mean), {1, 1, false});
      total = total ? b.add(total, e) : e;
    }
  }
  return total;
}

/// The sum of the squares of the trained parameters that the loss depends on.
Value distance_from_zero(ir::Builder& b, const std::vector<Parameter>& parameters, Value loss) {
  const std::map<std::string, Value> used = parameters_of(b.graph(), loss);
  Value total;
  for (const Parameter& p : parameters) {
    const auto found = used.find(p.name);
    if (found == used.end() || !p.trained) continue;
    const Value squares = b.sum_to(b.square(found->second), {1, 1, false});
    total = total ? b.add(total, squares) : squares;
  }
  return total;
}

/// What the last layer starts from and ends in: where it is the same for all samples, the value without lanes.
ir::FixedPoint fixed_point(const ir::Graph& g, const Unrolled& network) {
  const auto alike = [&](Value v) {
    const ir::Node& node = g[v];
    return node.op == &ir::ops::broadcast && !g.type(node.args[0]).lanes ? node.args[0] : v;
  };
  ir::FixedPoint state;
  const int last = network.signature.layers;
  for (const std::string& name : network.signature.fixed_point) {
    state.from.push_back(alike(network.graph.output(Signature::output(name, last - 1))));
    state.to.push_back(alike(network.graph.output(Signature::output(name, last))));
  }
  for (std::size_t i = 0; i < state.from.size(); ++i)
    if (!g.type(state.from[i]).same_shape(g.type(state.to.at(i))))
      throw ScheduleError("the last layer is the first that tells samples apart, and so at no fixed point",
                          "", "unroll more layers, or leave out implicit(n)");
  return state;
}

/// What the output is called in the program's text: "gradient:J@3".
std::string name_of(Part part, const std::string& parameter) {
  constexpr std::array words{"gradient", "plus", "minus"};
  return cat(words[static_cast<std::size_t>(part)], ":", parameter);
}

void check_backward(const Unrolled& network, const Loss& loss, Gradients gradients, int layers) {
  if (!network.backward.adjoint || gradients == Gradients::none) return;
  const auto refuse = [](const std::string& what, const std::string& mend) {
    throw ScheduleError(what, "", mend + ", or leave out implicit(n)");
  };
  if (loss.at_every_layer)
    refuse("the gradient of a fixed point is that of the last layer, not of every one",
           "leave out every_layer()");
  if (layers > 0 && layers < network.signature.layers)
    refuse("fewer layers than reach the fixed point are to be trained", "leave out the curriculum");
  if (gradients == Gradients::split)
    refuse("the gradient of a fixed point has no split form", "train with Adam or Sgd");
}

}  // namespace

TrainingProgram training_program(const Unrolled& network, const Loss& loss, Gradients gradients,
                                 ir::Cancel cancel, int layers, std::optional<int> recompute_every) {
  check_backward(network, loss, gradients, layers);
  TrainingProgram out;
  out.inputs = network.signature.inputs;
  ir::Graph g = network.graph;
  ir::Builder b(g);
  b.origin = "loss";
  const auto read = [&](const std::string& name, ir::Type type, bool gaps) {
    type.lanes = true;
    if (type.domain == Domain::index && type.states < 1)
      throw ScheduleError(cat("the loss does not say how many states the labels '", name, "' have"), "",
                          "set Type::states of the target");
    // One array may be read as several things, and has to be all of them.
    if (std::none_of(out.inputs.begin(), out.inputs.end(), [&](const auto& input) {
          return input.name == name && input.type == type && input.gaps == gaps;
        }))
      out.inputs.push_back({name, type, {}, gaps});
    return b.input(name, type);
  };
  const auto target = [&](const std::string& name, ir::Type type) { return read(name, type, false); };
  const auto partial_target = [&](const std::string& name, ir::Type type) {
    const Value v = read(name, type, true), known = ir::is_known(b, v);
    return LossContext::Partial{b.where(v, known), known};
  };
  Value total;
  const int last = layers > 0 ? layers : network.signature.layers, first = loss.at_every_layer ? 1 : last;
  for (int layer = first; layer <= last; ++layer) {
    const auto result = [&](const std::string& name) {
      const std::vector<std::string> known = network.signature.results();
      if (std::find(known.begin(), known.end(), name) != known.end())
        return network.graph.output(Signature::output(name, layer));
      throw ScheduleError(cat("the loss needs a result '", name, "', which the network does not have"), "",
                          detail::did_you_mean(name, known));
    };
    LossContext context{b, result, target, network.made_by.model.get(), partial_target};
    const Value per_sample = loss.per_sample(context);
    if (!per_sample || per_sample.id >= g.size() || g.type(per_sample).size() != 1)
      throw ScheduleError(
          cat("the loss gives ",
              per_sample && per_sample.id < g.size() ? "an array " + to_string(g.type(per_sample))
                                                     : std::string("no value"),
              " in place of one number for each sample"),
          "", "sum over its entries: builder.sum_to(value, {1, 1, true})");
    const Value e = b.sum_all(per_sample);
    total = total ? b.add(total, e) : e;
  }
  total = b.scale(total, 1.0 / (last - first + 1));
  const Value scale = b.input("batch.scale", {1, 1, false, Domain::nonneg});
  Value mean = b.mul(scale, total);
  const auto add_penalty = [&](Value penalty, double weight) {
    if (!penalty) return;
    const Value share = b.input("batch.share", {1, 1, false, Domain::nonneg});
    mean = b.add(mean, b.mul(share, b.scale(penalty, weight)));
  };
  const Value of_samples = mean;
  if (loss.tying_weight > 0)
    add_penalty(distance_from_tied(b, network.parameters.all(), of_samples), loss.tying_weight);
  if (loss.zero_weight > 0)
    add_penalty(distance_from_zero(b, network.parameters.all(), of_samples), loss.zero_weight);
  g.outputs = {{"loss", mean}};

  std::vector<Value> leaves;
  const std::map<std::string, Value> used = parameters_of(g, mean);
  for (std::size_t i = 0; i < network.parameters.size(); ++i) {
    const auto found = used.find(network.parameters[i].name);
    if (found == used.end() || !network.parameters[i].trained) continue;
    leaves.push_back(found->second);
    out.trained.push_back(i);
  }
  const auto give = [&](Part part, std::size_t i, Value v) {
    if (!v) return;
    g.outputs.emplace_back(name_of(part, network.parameters[out.trained[i]].name), v);
    out.gradients.push_back({part, out.trained[i]});
  };
  if (gradients == Gradients::ordinary) {
    const std::optional<int> adjoint = network.backward.adjoint;
    const auto all = adjoint ? ir::implicit_gradient(b, mean, fixed_point(g, network), *adjoint, leaves)
                             : ir::gradient(b, mean, b.constant(1), leaves);
    for (std::size_t i = 0; i < all.size(); ++i) give(Part::gradient, i, all[i]);
  } else if (gradients == Gradients::split) {
    const auto all = ir::split_gradient(b, mean, b.constant(1), leaves, cancel);
    for (std::size_t i = 0; i < all.size(); ++i) {
      give(Part::plus, i, all[i].plus);
      give(Part::minus, i, all[i].minus);
    }
  }
  if (gradients != Gradients::none && out.gradients.empty()) out.ends = ends_of_gradient(g, mean, leaves);
  out.graph =
      ir::optimize(g, ir::training_pipeline(recompute_every.value_or(network.backward.recompute_every)));
  return out;
}

template <class T>
TrainingRun<T>::TrainingRun(TrainingProgram program, std::span<const Parameter> parameters,
                            TrainingStore<T>& store, int threads, Sharing sharing)
    : program_(std::move(program)), executor_(exec::make_plan(program_.graph), threads) {
  executor_.wanted_slots = sharing.slots;
  executor_.ranks = sharing.ranks;
  check_parameters(program_.graph, parameters);
  for (std::size_t i = 0; i < store.size(); ++i) executor_.bind(store.name(i), store.values(i).data());
  gradients_.resize(store.size());
  const auto& outputs = executor_.plan().graph.outputs;  // in the program's order
  loss_ = outputs.at(0).second;
  for (std::size_t k = 0; k < program_.gradients.size(); ++k) {
    const auto& [part, parameter] = program_.gradients[k];
    gradients_[parameter][static_cast<std::size_t>(part)] = outputs.at(k + 1).second;
  }
  executor_.bind("batch.scale", &scale_);
  executor_.bind("batch.share", &share_);
  for (const auto& input : program_.inputs) inputs_[input.name] = nullptr;
  exchange_.load = [this](const std::string& input, int first, int lanes, T* to) {
    exec::load_tile(*inputs_.at(input), order_, first, lanes, to);
  };
}

template <class T>
double TrainingRun<T>::run(const Dataset& data, const int* order, int count, int step) {
  for (auto& [name, samples] : inputs_) samples = &data[name];
  order_ = order;
  scale_ = T(1) / static_cast<T>(std::max(1, step));
  share_ = static_cast<T>(count) / static_cast<T>(std::max(1, step));
  executor_.run(count, exchange_);
  return static_cast<double>(*executor_.result(loss_));
}

template <class T>
const T* TrainingRun<T>::gradient(Part part, std::size_t parameter) const {
  const ir::Value value = gradients_[parameter][static_cast<std::size_t>(part)];
  return value ? executor_.result(value) : nullptr;
}

template class TrainingRun<float>;
template class TrainingRun<double>;

}  // namespace unfurl
