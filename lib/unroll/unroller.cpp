#include "unroll/unroller.hpp"

#include <algorithm>
#include <utility>

namespace unfurl {

using detail::cat;
using ir::Value;

Unroller::Unroller(const Model& model, const Algorithm& algorithm, int layers,
                   const std::map<std::string, Tying>& tying, int frames, const Backward& backward)
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

int Unroller::layer() const {
  counts_ = true;
  return place_;
}

int Unroller::layers() const {
  counts_ = true;
  return layers_;
}

Value Unroller::parameter(const std::string& name) {
  for (std::size_t i = 0; i < declared_.size(); ++i)
    if (declared_[i].name == name) return copy_of(i);
  throw InternalError(cat("there is no parameter '", name, "'"), builder_.origin,
                      "Algorithm::parameters lists those of an algorithm, the model declares its own");
}

Value Unroller::evaluate(const Expr& e) {
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

Value Unroller::frames_around(const Expr::Node& n) {
  const bool alone = n.kind == Expr::Node::Kind::observed;
  const auto index = static_cast<std::size_t>(n.declaration);
  const auto& declared = model_.observed()[index];
  const Value all = builder_.input(declared.name, reach_.type_of(declared, index));
  if (builder_.type(all).rows == n.type.rows) return all;
  const int first = frame_ + reach_.past[index] - (alone ? 0 : n.past);
  return builder_.slice_rows(all, first * declared.type.rows, n.type.rows);
}

Readouts Unroller::results(const State& state) {
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

Readouts Unroller::per_sample(Readouts r) {
  std::erase_if(r, [](const auto& named) { return !named.second; });
  for (auto& [name, v] : r) {
    ir::Type t = builder_.type(v);
    t.lanes = true;
    v = builder_.broadcast(v, t);
  }
  return r;
}

Value Unroller::copy_of(std::size_t declared) {
  const Value v = leaf(LeafUse{declared, false});
  return tying_.at(declared_[declared].name).scaled ? builder_.mul(leaf(LeafUse{declared, true}), v) : v;
}

Value Unroller::leaf(LeafUse use) {
  const OwnedParameter& p = declared_[use.declared];
  const int before = graph_.size();
  Value v;
  if (use.is_scale) {
    const ir::Type scalar{1, 1, false, p.type.domain == Domain::nonneg ? Domain::nonneg : Domain::real};
    const OwnedParameter factor{p.name + ".scale", scalar, {1.0}};
    v = leaf(factor, cat(factor.name, "@", place_), place_, true, p.name);
  } else {
    const Tying& tying = tying_.at(p.name);
    const int copy = tying.copy[static_cast<std::size_t>(place_)];
    const bool frozen = tying.frozen[static_cast<std::size_t>(copy)];
    v = leaf(p, tying.copies() > 1 ? cat(p.name, "@", copy) : p.name, copy, !frozen);
  }
  if (watching_) watching_->note_leaf({use, before, v, builder_.origin});
  return v;
}

Value Unroller::leaf(const OwnedParameter& declared, const std::string& name, int copy, bool trained,
                     const std::optional<std::string>& scale_of) {
  const auto [known, fresh] = number_.emplace(name, parameters_.size());
  if (!fresh) {
    auto& places = parameters_[known->second].places;
    if (std::find(places.begin(), places.end(), place_) == places.end()) places.push_back(place_);
    return values_[known->second];
  }
  parameters_.push_back({name,
                         declared.name,
                         copy,
                         declared.type,
                         trained,
                         declared.initial,
                         {place_},
                         declared.space,
                         scale_of});
  values_.push_back(builder_.param(name, declared.type));
  return values_.back();
}

Unroller::Written Unroller::written(const Readouts& named) {
  Written w;
  for (const auto& [name, v] : named) {
    w.names.push_back(name);
    w.values.push_back(v);
  }
  return w;
}

Unroller::Written Unroller::write(Repetition& part, int layer, std::vector<Value> inputs,
                                  const std::function<Written()>& write) {
  const std::size_t latents = latents_.size();  // which parts read and set, too
  inputs.insert(inputs.end(), latents_.begin(), latents_.end());
  Written w;
  if (part.is_known(graph_, inputs)) {
    const auto of_place = [this](LeafUse use, const std::string& origin) {
      builder_.origin = origin;
      return leaf(use);
    };
    w = {part.names(), part.copy(graph_, layer, inputs, of_place)};
    latents_.assign(w.values.end() - static_cast<std::ptrdiff_t>(latents), w.values.end());
    w.values.resize(w.values.size() - latents);
    return w;
  }
  part.begin(graph_, layer, std::move(inputs));
  watching_ = &part;
  const bool counted = std::exchange(counts_, false);
  w = write();
  std::vector<Value> all = w.values;
  all.insert(all.end(), latents_.begin(), latents_.end());
  part.end(graph_, std::move(all), w.names, counts_);
  counts_ = counts_ || counted;
  watching_ = nullptr;
  return w;
}

}  // namespace unfurl
