// Writing the step K times, with the copies of the parameters that the schedule chose; or once, or layer by layer.
#include "unroll/unroll.hpp"

#include <algorithm>

#include "passes/passes.hpp"
#include "unroll/unroller.hpp"

namespace unfurl {

using detail::cat;
using ir::Value;

namespace {

/// Notes the log-beliefs of a variable, where the algorithm gives them.
void add_log_belief(Signature& signature, const std::string& variable) {
  const std::string name = variable + ".logit";
  const auto& all = signature.readouts;
  if (std::find(all.begin(), all.end(), name) != all.end()) signature.log_beliefs.push_back(name);
}

}  // namespace

Unrolled Unroller::run() {
  Unrolled out;
  Signature& signature = out.signature;
  signature = {layers_, reach_.frames, reach_.inputs(model_), reach_.states(model_)};
  out.made_by.algorithm = algorithm_.name();
  out.backward = backward_;
  std::map<std::pair<std::string, int>, std::vector<Value>> over_frames;  // by result and layer
  for (std::size_t i = 0; i < previous_.size(); ++i)
    if (reach_.looks_back(i))
      previous_[i] = builder_.input(Reach::name_of_previous(model_.latents()[i]), model_.latents()[i].type);
  for (frame_ = 0; frame_ < reach_.frames; ++frame_) {
    place_ = 0;
    builder_.origin = "start";
    State state = algorithm_.initial(*this);
    mark(state);
    std::vector<State> after;  // of every layer
    Repetition step, read_out, on_request;
    for (int k = 0; k < layers_; ++k) {
      place_ = builder_.layer = k;
      builder_.origin = algorithm_.name();
      const State before = start_of_gradient(k, state);
      state = write(step, k, before, [&] { return Written{{}, algorithm_.step(*this, before)}; }).values;
      mark(state);
      if (backward_.adjoint && k + 1 == layers_) give_state(state, layers_);
      place_ = k + 1;  // a read-out after layer k uses the copies of the next place
      builder_.layer = -1;
      builder_.origin = "read-out";
      const Written of_layer = write(read_out, k, state, [&] { return written(results(state)); });
      for (std::size_t i = 0; i < of_layer.names.size(); ++i)
        over_frames[{of_layer.names[i], k + 1}].push_back(of_layer.values[i]);
      if (k == 0 && frame_ == 0) signature.readouts = of_layer.names;
      after.push_back(state);
    }
    // Last, so that what they have in common with a layer counts as the layer's; and each with the model of its layer.
    for (int k = 0; k < layers_; ++k) {
      place_ = k;
      const State& state_after = after[static_cast<std::size_t>(k)];
      const Written of_layer = write(on_request, k, state_after, [&] {
        return written(per_sample(algorithm_.on_request(*this, state_after)));
      });
      for (std::size_t i = 0; i < of_layer.names.size(); ++i)
        over_frames[{of_layer.names[i], k + 1}].push_back(of_layer.values[i]);
      if (k == 0 && frame_ == 0) signature.on_request = of_layer.names;
    }
    previous_ = latents_;  // as the last layer's read-out left them
  }
  for (int k = 0; k < layers_; ++k)
    for (const std::string& name : signature.results()) {
      const auto& parts = over_frames.at({name, k + 1});
      graph_.outputs.emplace_back(Signature::output(name, k + 1),
                                  parts.size() == 1 ? parts[0] : builder_.concat_rows(parts));
    }
  signature.fixed_point = std::move(fixed_point_);
  for (const auto& d : model_.discretes()) add_log_belief(signature, d.variable.name);
  for (const auto& x : model_.latents()) add_log_belief(signature, x.name);
  out.graph = ir::optimize(graph_);
  out.parameters = std::move(parameters_);
  return out;
}

StepPrograms Unroller::programs() {
  StepPrograms out;
  const Carried carried = carry(out.state);
  out.initial = program_of(carried, carried.start, out.state, results(carried.start));
  builder_.origin = algorithm_.name();
  const State next = algorithm_.step(*this, carried.inputs);
  out.step = program_of(carried, next, out.state, results(next));
  out.on_request = program_of({}, {}, {}, per_sample(algorithm_.on_request(*this, next)));
  out.parameters = std::move(parameters_);
  return out;
}

LayerPrograms Unroller::one_by_one() {
  LayerPrograms out;
  out.count = layers_;
  const Carried carried = carry(out.state);
  out.initial = program_of(carried, carried.start, out.state, {});
  const bool alike = std::all_of(tying_.begin(), tying_.end(), [](const auto& named) {
    return named.second.copies() == 1 && !named.second.scaled;
  });
  for (int k = 0; k < (alike && !counts_ ? 1 : layers_); ++k) {
    place_ = k;
    builder_.origin = algorithm_.name();
    const State next = algorithm_.step(*this, carried.inputs);
    place_ = k + 1;
    builder_.origin = "read-out";
    out.layers.push_back(program_of(carried, next, out.state, results(next)));
  }
  out.parameters = std::move(parameters_);
  return out;
}

Unroller::Carried Unroller::carry(std::vector<LayerPrograms::Carried>& state) {
  Carried c;
  c.start = algorithm_.initial(*this);
  c.inputs.resize(c.start.size());
  for (std::size_t i = 0; i < c.start.size(); ++i) {
    if (!c.start[i]) continue;
    ir::Type t = builder_.type(c.start[i]);
    t.lanes = true;
    state.push_back({cat("state.", c.which.size()), t});
    c.inputs[i] = builder_.input(state.back().name, t);
    c.which.push_back(i);
  }
  return c;
}

ir::Graph Unroller::program_of(const Carried& carried, const State& state,
                               const std::vector<LayerPrograms::Carried>& outputs, const Readouts& named) {
  graph_.outputs.clear();
  for (std::size_t n = 0; n < carried.which.size(); ++n)
    graph_.outputs.emplace_back(outputs[n].name,
                                builder_.broadcast(state[carried.which[n]], outputs[n].type));
  for (const auto& [name, v] : named) graph_.outputs.emplace_back(name, v);
  return ir::optimize(graph_);
}

State Unroller::start_of_gradient(int k, State state) {
  const std::optional<int> through = backward_.adjoint ? 1 : backward_.through_last;
  if (!through || k != layers_ - *through) return state;
  for (Value& v : state)
    if (v) v = builder_.stop_gradient(v);
  if (backward_.adjoint) give_state(state, k);
  return state;
}

void Unroller::give_state(const State& state, int layers) {
  for (std::size_t i = 0; i < state.size(); ++i) {
    if (!state[i]) continue;
    const std::string name = cat("state.", i);
    graph_.outputs.emplace_back(Signature::output(name, layers), state[i]);
    if (layers < layers_) fixed_point_.push_back(name);
  }
}

void Unroller::mark(const State& state) {
  for (Value v : state)
    if (v) graph_.mark_state(v);
}

Unrolled unroll_steps(std::shared_ptr<const Model> model, const Algorithm& algorithm, int layers,
                      const std::map<std::string, Tying>& tying, int frames, const Backward& backward) {
  Unrolled out = Unroller(*model, algorithm, layers, tying, frames, backward).run();
  out.made_by.model = std::move(model);
  return out;
}

LayerPrograms layer_programs(const Model& model, const Algorithm& algorithm, int layers,
                             const std::map<std::string, Tying>& tying) {
  return Unroller(model, algorithm, layers, tying).one_by_one();
}

StepPrograms step_programs(const Model& model, const Algorithm& algorithm) {
  std::map<std::string, Tying> tied;
  for (const auto& p : model.params()) tied[p.name] = {{0, 0}, {false}, false};
  for (const auto& p : algorithm.parameters(model)) tied[p.name] = {{0, 0}, {false}, false};
  return Unroller(model, algorithm, 1, tied).programs();
}

}  // namespace unfurl
