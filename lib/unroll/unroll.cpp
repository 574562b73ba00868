// Writing the step K times, with the copies of the parameters that the schedule chose.
#include "unroll/unroll.hpp"

#include <algorithm>

#include "passes/passes.hpp"
#include "unroll/reach.hpp"

namespace unfurl {

using detail::cat;
using ir::Value;

namespace {

class Unroller final : public StepContext {
 public:
  Unroller(const Model& model, const Algorithm& algorithm, int layers,
           const std::map<std::string, Tying>& tying, int frames = 1, const Backward& backward = {})
      : model_(model),
        algorithm_(algorithm),
        layers_(layers),
        tying_(tying),
        backward_(backward),
        layout_(make_layout(model)),
        builder_(graph_),
        reach_(model, frames) {
    for (const auto& p : model.params()) declared_.push_back({p.name, p.type, p.initial, false, p.space});
    for (auto& p : algorithm.parameters(model)) declared_.push_back(std::move(p));
    latents_.resize(model.latents().size());
    previous_.resize(model.latents().size());
  }

  const Model& model() const override { return model_; }
  const Layout& layout() const override { return layout_; }
  ir::Builder& builder() override { return builder_; }
  int layer() const override {
    counts_ = true;
    return place_;
  }
  int layers() const override {
    counts_ = true;
    return layers_;
  }
  void set_latent(int latent, Value value) override { latents_[static_cast<std::size_t>(latent)] = value; }

  Value parameter(const std::string& name) override {
    for (const OwnedParameter& p : declared_)
      if (p.name == name) return copy_of(p);
    throw InternalError(cat("there is no parameter '", name, "'"), builder_.origin,
                        "Algorithm::parameters lists those of an algorithm, the model declares its own");
  }

  Value evaluate(const Expr& e) override {
    const Expr::Node& n = e.node();
    switch (n.kind) {
      case Expr::Node::Kind::number:
        return builder_.constant(n.number);
      case Expr::Node::Kind::param:
        return parameter(n.text);
      case Expr::Node::Kind::observed:
      case Expr::Node::Kind::context:
        return frames_around(n);
      case Expr::Node::Kind::previous:
        return previous_[static_cast<std::size_t>(n.declaration)];
      case Expr::Node::Kind::latent: {
        const Value v = latents_[static_cast<std::size_t>(n.declaration)];
        if (!v)
          throw ModelError(
              cat("latent '", n.text, "' is used where it has no value yet"), builder_.origin,
              "a read-out and the factors of the objective may use it; a start takes previous(latent)");
        return v;
      }
      case Expr::Node::Kind::operation:
        break;
    }
    std::vector<Value> args;
    for (const Expr& a : n.args) args.push_back(evaluate(a));
    return n.lower(builder_, args);
  }

  StepPrograms programs() {
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

  LayerPrograms one_by_one() {
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

  Unrolled run() {
    Unrolled out;
    Signature& signature = out.signature;
    signature = {layers_, reach_.frames, reach_.inputs(model_), reach_.states(model_)};
    out.made_by.model = std::make_shared<const Model>(model_);
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
      for (int k = 0; k < layers_; ++k) {
        place_ = builder_.layer = k;
        builder_.origin = algorithm_.name();
        state = algorithm_.step(*this, start_of_gradient(k, state));
        mark(state);
        if (backward_.adjoint > 0 && k + 1 == layers_) give_state(state, layers_);
        place_ = k + 1;  // a read-out after layer k uses the copies of the next place
        builder_.layer = -1;
        builder_.origin = "read-out";
        for (const auto& [name, v] : results(state)) {
          over_frames[{name, k + 1}].push_back(v);
          if (k == 0 && frame_ == 0) signature.readouts.push_back(name);
        }
        after.push_back(state);
      }
      // Last, so that what they have in common with a layer counts as the layer's; and each with the model of its layer.
      for (int k = 0; k < layers_; ++k) {
        place_ = k;
        for (const auto& [name, v] :
             per_sample(algorithm_.on_request(*this, after[static_cast<std::size_t>(k)]))) {
          over_frames[{name, k + 1}].push_back(v);
          if (k == 0 && frame_ == 0) signature.on_request.push_back(name);
        }
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
    out.graph = ir::optimize(graph_);
    out.parameters = std::move(parameters_);
    return out;
  }

 private:
  /// The values that a step starts from, of which some are absent, and those that are there as inputs of a program.
  struct Carried {
    State start, inputs;
    std::vector<std::size_t> which;
  };
  Carried carry(std::vector<ir::Type>& types) {
    Carried c;
    c.start = algorithm_.initial(*this);
    c.inputs.resize(c.start.size());
    for (std::size_t i = 0; i < c.start.size(); ++i) {
      if (!c.start[i]) continue;
      ir::Type t = builder_.type(c.start[i]);
      t.lanes = true;
      c.inputs[i] = builder_.input(cat("state.", c.which.size()), t);
      c.which.push_back(i);
      types.push_back(t);
    }
    return c;
  }

  /// The program that gives these values and results.
  ir::Graph program_of(const Carried& carried, const State& state, const std::vector<ir::Type>& types,
                       const Readouts& named) {
    graph_.outputs.clear();
    for (std::size_t n = 0; n < carried.which.size(); ++n)
      graph_.outputs.emplace_back(cat("state.", n), builder_.broadcast(state[carried.which[n]], types[n]));
    for (const auto& [name, v] : named) graph_.outputs.emplace_back(name, v);
    return ir::optimize(graph_);
  }

  /// The frames of an input that a formula looks at, as a run of its rows.
  Value frames_around(const Expr::Node& n) {
    const bool alone = n.kind == Expr::Node::Kind::observed;
    const auto index = static_cast<std::size_t>(n.declaration);
    const auto& declared = model_.observed()[index];
    const Value all = builder_.input(declared.name, reach_.type_of(declared, index));
    if (builder_.type(all).rows == n.type.rows) return all;
    const int first = frame_ + reach_.past[index] - (alone ? 0 : n.past);
    return builder_.slice_rows(all, first * declared.type.rows, n.type.rows);
  }

  /// What layer k starts from. Where the gradient ends there, it is as good as data.
  State start_of_gradient(int k, State state) {
    const int through = backward_.adjoint > 0 ? 1 : backward_.through_last;
    if (through == 0 || k != layers_ - through) return state;
    for (Value& v : state)
      if (v) v = builder_.stop_gradient(v);
    if (backward_.adjoint > 0) give_state(state, k);
    return state;
  }

  /// As outputs of the first `layers` layers: what the last one starts from, or ends in.
  void give_state(const State& state, int layers) {
    for (std::size_t i = 0; i < state.size(); ++i) {
      if (!state[i]) continue;
      const std::string name = cat("state.", i);
      graph_.outputs.emplace_back(Signature::output(name, layers), state[i]);
      if (layers < layers_) fixed_point_.push_back(name);
    }
  }

  void mark(const State& state) {
    for (Value v : state)
      if (v) graph_.mark_state(v);
  }

  Readouts results(const State& state) {
    Readouts r = algorithm_.readout(*this, state);
    for (std::size_t i = 0; i < model_.latents().size(); ++i) {
      const auto found = r.find(model_.latents()[i].name);
      if (found == r.end())
        throw ScheduleError(cat("algorithm ", algorithm_.name(), " gives no read-out of latent '",
                                model_.latents()[i].name, "'"),
                            model_.latents()[i].where,
                            "Algorithm::readout has to name every latent of the model");
      set_latent(static_cast<int>(i), found->second);
    }
    for (const auto& declared : model_.readouts()) r[declared.name] = evaluate(declared.expression);
    return per_sample(std::move(r));
  }

  /// Results are per sample, even where nothing differs; there may be none before the first step.
  Readouts per_sample(Readouts r) {
    std::erase_if(r, [](const auto& named) { return !named.second; });
    for (auto& [name, v] : r) {
      ir::Type t = builder_.type(v);
      t.lanes = true;
      v = builder_.broadcast(v, t);
    }
    return r;
  }

  Value copy_of(const OwnedParameter& p) {
    const Tying& tying = tying_.at(p.name);
    const int copy = tying.copy[static_cast<std::size_t>(place_)];
    const bool frozen = tying.frozen[static_cast<std::size_t>(copy)];
    const Value v = leaf(p, tying.copies() > 1 ? cat(p.name, "@", copy) : p.name, copy, !frozen);
    if (!tying.scaled) return v;
    const ir::Type scalar{1, 1, false, p.type.domain == Domain::nonneg ? Domain::nonneg : Domain::real};
    const OwnedParameter factor{p.name + ".scale", scalar, {1.0}};
    return builder_.mul(leaf(factor, cat(factor.name, "@", place_), place_, true), v);
  }

  Value leaf(const OwnedParameter& declared, const std::string& name, int copy, bool trained) {
    for (std::size_t i = 0; i < parameters_.size(); ++i)
      if (parameters_[i].name == name) {
        auto& places = parameters_[i].places;
        if (std::find(places.begin(), places.end(), place_) == places.end()) places.push_back(place_);
        return values_[i];
      }
    parameters_.push_back(
        {name, declared.name, copy, declared.type, trained, declared.initial, {place_}, declared.space});
    values_.push_back(builder_.param(name, declared.type));
    return values_.back();
  }

  const Model& model_;
  const Algorithm& algorithm_;
  int layers_;
  const std::map<std::string, Tying>& tying_;
  Backward backward_;
  Layout layout_;
  ir::Graph graph_;
  ir::Builder builder_;
  Reach reach_;
  int place_ = 0, frame_ = 0;
  mutable bool counts_ = false;  ///< a layer asked which it is
  std::vector<OwnedParameter> declared_;
  std::vector<Value> latents_, previous_;
  std::vector<Parameter> parameters_;
  std::vector<Value> values_;
  std::vector<std::string> fixed_point_;
};

}  // namespace

Unrolled unroll_steps(const Model& model, const Algorithm& algorithm, int layers,
                      const std::map<std::string, Tying>& tying, int frames, const Backward& backward) {
  return Unroller(model, algorithm, layers, tying, frames, backward).run();
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
