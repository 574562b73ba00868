// The tying table, and the rules that write it.
#include "unfurl/schedule.hpp"

#include <algorithm>
#include <charconv>

#include "operators/linear_map.hpp"
#include "unroll/unroll.hpp"

namespace unfurl {

using detail::cat;

Places last(int layers) { return {Places::Kind::last, 0, layers}; }
Places blocks(int n) { return {Places::Kind::blocks, 0, n}; }
Places layers(int first, int count) { return {Places::Kind::range, first, count}; }
Places readout() { return {Places::Kind::readout, 0, 0}; }

Schedule::Schedule(Model model, AlgorithmPointer algorithm, int layers, Where where)
    : model_(std::make_shared<const Model>(std::move(model))),
      algorithm_(std::move(algorithm)),
      layers_(layers),
      where_(std::move(where)) {
  if (layers_ < 1)
    throw ScheduleError(cat("a network of ", layers_, " layers"), where_, "unroll at least one iteration");
  if (!algorithm_)
    throw ScheduleError("no algorithm is given", where_, "unroll(model, SumProduct{}, layers)");
  algorithm_->check(*model_);
  operators::check_initial_values(*model_);
  if (!model_->has_factors())
    throw ScheduleError(cat("model '", model_->name(), "' has no factors: there is nothing to infer"), where_,
                        "join its variables or latents, with m.factor(...)");
  for (const auto& p : model_->params()) tying_[p.name] = {};
  for (const auto& p : algorithm_->parameters(*model_)) {
    tying_[p.name] = {};
    if (p.computed) computed_.push_back(p.name);
  }
  tie(all);
  for (const std::string& name : computed_) tie(name).freeze(name);
}

std::vector<std::string> Schedule::select(const What& what, const Where& where) const {
  std::vector<std::string> names;
  const auto is_computed = [&](const std::string& name) {
    return std::find(computed_.begin(), computed_.end(), name) != computed_.end();
  };
  for (const auto& [name, rule] : tying_)
    if (what.all() ? !is_computed(name) : name == what.name()) names.push_back(name);
  if (!names.empty() || what.all()) return names;
  for (const auto& [name, rule] : tying_) names.push_back(name);
  throw ScheduleError(cat("there is no parameter '", what.name(), "'"), where,
                      detail::did_you_mean(what.name(), names));
}

namespace {

/// A parameter that is not trained stays so, whatever is said about its tying later.
bool frozen_anywhere(const Tying& t) {
  return !t.frozen.empty() &&
         std::all_of(t.frozen.begin(), t.frozen.end(), [](bool frozen) { return frozen; });
}

}  // namespace

Schedule& Schedule::tie(const What& what, Where where) & {
  for (const auto& name : select(what, where))
    tying_[name] = {
        std::vector<int>(static_cast<std::size_t>(layers_) + 1, 0), {frozen_anywhere(tying_[name])}, false};
  return *this;
}

Schedule& Schedule::untie(const What& what, Places places, Where where) & {
  using Kind = Places::Kind;
  const auto refuse = [&](const std::string& text, const std::string& mend) {
    throw ScheduleError(cat(text, " of a network of ", layers_, layers_ == 1 ? " layer" : " layers"), where,
                        mend);
  };
  if (places.kind == Kind::last && (places.count < 0 || places.count > layers_))
    refuse(cat("the last ", places.count, " layers"), cat("0 to ", layers_, " of them, or more layers"));
  if (places.kind == Kind::blocks && (places.count < 1 || places.count > layers_))
    refuse(cat(places.count, " blocks"), cat("1 to ", layers_, " of them, or more layers"));
  if (places.kind == Kind::range &&
      (places.first < 0 || places.count < 1 || places.count > layers_ - places.first))
    refuse(cat("layers ", places.first, " to ", std::int64_t{places.first} + places.count - 1),
           cat("they count from 0 to ", layers_ - 1, "; at least one"));
  for (const auto& name : select(what, where)) {
    Tying t;
    t.copy.resize(static_cast<std::size_t>(layers_) + 1);
    int copies = places.kind == Kind::all ? 0 : 1;  // copy 0 is the shared one
    for (int place = 0; place <= layers_; ++place) {
      int& copy = t.copy[static_cast<std::size_t>(place)];
      switch (places.kind) {
        case Kind::all:
          copy = copies++;
          break;
        case Kind::last:
          copy = place >= layers_ - places.count ? copies++ : 0;
          break;
        case Kind::blocks:
          copy = std::min(place, layers_ - 1) * places.count / layers_;
          break;
        case Kind::range:
          copy = place >= places.first && place < places.first + places.count ? copies++ : 0;
          break;
        case Kind::readout:
          copy = place == layers_ ? copies++ : 0;
          break;
      }
    }
    if (places.kind == Kind::blocks) copies = places.count;
    t.frozen.assign(static_cast<std::size_t>(copies), frozen_anywhere(tying_[name]));
    if (places.kind == Kind::last) t.frozen[0] = true;
    tying_[name] = std::move(t);
  }
  return *this;
}

Schedule& Schedule::scale(const What& what, Where where) & {
  tie(what, where);
  for (const auto& name : select(what, where)) tying_[name].scaled = true;
  return *this;
}

Schedule& Schedule::freeze(const What& what, Where where) & {
  for (const auto& name : select(what, where))
    std::fill(tying_[name].frozen.begin(), tying_[name].frozen.end(), true);
  return *this;
}

Schedule& Schedule::frames(int n, Where where) & {
  if (n < 1) throw ScheduleError(cat("samples of ", n, " frames"), where, "at least one");
  if (n > 1 && !model_->discretes().empty())
    throw ScheduleError("discrete variables cannot be unrolled over frames", where,
                        "join the variables of neighbouring frames by factors in one model");
  frames_ = n;
  return *this;
}

Schedule& Schedule::recompute_every(int k, Where where) & {
  if (k < 1)
    throw ScheduleError(cat("every ", k, "th layer's values are to be kept"), where,
                        "at least every one's, 1; leave it out to keep all that the gradient reads");
  backward_.recompute_every = k;
  return *this;
}

Schedule& Schedule::through_last(int n, Where where) & {
  if (n < 1 || n > layers_)
    throw ScheduleError(cat("a gradient through ", n, " of ", layers_, " layers"), where,
                        "through some of them; leave it out for all");
  if (backward_.adjoint)
    throw ScheduleError("a gradient is to be cut off, and to be that of a fixed point", where, "choose one");
  backward_.through_last = n;
  return *this;
}

Schedule& Schedule::implicit(int n, Where where) & {
  if (n < 1)
    throw ScheduleError(cat("the gradient of a fixed point by ", n, " iterations of the adjoint"), where,
                        "at least one; as many as the layers need to converge");
  if (layers_ < 2)
    throw ScheduleError("one layer is to reach a fixed point", where,
                        "unroll as many as the algorithm needs to converge");
  if (backward_.through_last)
    throw ScheduleError("a gradient is to be cut off, and to be that of a fixed point", where, "choose one");
  backward_.adjoint = n;
  return *this;
}

Schedule& Schedule::tying(const std::string& text, Where where) & {
  const auto number = [&](std::string_view prefix) {
    int n = -1;
    const char *begin = text.data() + prefix.size(), *end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(begin, end, n);
    if (error != std::errc() || stop != end)
      throw ScheduleError(cat("tying '", text, "' needs a number after '", prefix, "'"), where,
                          cat("for example ", prefix, "2"));
    return n;
  };
  if (text == "tied") return tie(all, where);
  if (text == "untied") return untie(all, {}, where);
  if (text == "scaled") return scale(all, where);
  if (text == "readout") return untie(all, readout(), where);
  if (text.starts_with("last:")) return untie(all, last(number("last:")), where);
  if (text.starts_with("blocks:")) return untie(all, blocks(number("blocks:")), where);
  throw ScheduleError(
      cat("there is no tying '", text, "'"), where,
      detail::did_you_mean(text, {"tied", "untied", "scaled", "readout", "last:C", "blocks:n"}));
}

void Schedule::check_fixed_point() const {
  if (!backward_.adjoint) return;
  if (frames_ > 1)
    throw ScheduleError("the gradient of a fixed point is that of one frame", where_,
                        "leave out frames(n), or implicit(n)");
  const auto is_first = [](const std::vector<int>& copies) {
    return [first = copies.front()](int copy) { return copy == first; };
  };
  for (const auto& [name, tying] : tying_)
    if (tying.scaled || !std::all_of(tying.copy.begin(), tying.copy.end() - 1, is_first(tying.copy)))
      throw ScheduleError(cat("layers with copies of '", name, "' of their own have no common fixed point"),
                          where_, "tie it, but for the read-out; or leave out implicit(n)");
}

Network Schedule::compile() const {
  check_fixed_point();
  Unrolled u = unroll_steps(model_, *algorithm_, layers_, tying_, frames_, backward_);
  u.made_by.with_frames = [schedule = *this](int n) {
    Schedule other = schedule;
    return other.frames(n, {}).compile().unrolled();
  };
  if (frames_ == 1) u.made_by.by_layer = [schedule = *this] { return schedule.by_layer(); };
  if (model_->family())
    u.made_by.with_structure = [schedule = *this](const Structure& structure) {
      Model other = schedule.model_->family()(structure);
      Schedule same(std::move(other), schedule.algorithm_, schedule.layers_, schedule.where_);
      for (auto& [name, tying] : same.tying_) {
        const auto found = schedule.tying_.find(name);
        if (found == schedule.tying_.end())
          throw ScheduleError(
              cat("the model for samples of structure ", to_string(structure), " has a parameter '", name,
                  "', which model '", schedule.model_->name(), "' does not have"),
              schedule.where_, "declare every parameter of a family in the model that is unrolled");
        tying = found->second;
      }
      same.frames_ = schedule.frames_;
      same.backward_ = schedule.backward_;
      return same.compile().unrolled();
    };
  return Network(std::move(u));
}

LayerPrograms Schedule::by_layer() const {
  if (frames_ != 1)
    throw ScheduleError(cat("layers cannot run one by one on samples of ", frames_, " frames"), where_,
                        "leave out frames(n)");
  algorithm_->check(*model_);
  return layer_programs(*model_, *algorithm_, layers_, tying_);
}

Schedule unroll(const Model& model, const AlgorithmPointer& algorithm, int layers, Where where) {
  return Schedule(model, algorithm, layers, std::move(where));
}

}  // namespace unfurl
