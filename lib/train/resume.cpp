#include "train/resume.hpp"

#include <algorithm>

#include "unfurl/extend/optimizer.hpp"

namespace unfurl {

using detail::cat;

namespace {

[[noreturn]] void refuse(const std::string& what, const std::string& where) {
  throw DataError(cat("the checkpoint's optimizer state is of another network", what), where,
                  "resume with the network that was trained, or start anew in another folder");
}

template <class T>
bool fits(const std::vector<double>& from, const std::vector<T>& to) {
  return from.size() == to.size();
}

template <class T>
void copy(const std::vector<double>& from, std::vector<T>& to) {
  std::transform(from.begin(), from.end(), to.begin(), [](double v) { return static_cast<T>(v); });
}

/// Checkpoints once had arrays without names: the least values of all parameters, then the others in the same order as
/// now. Only Adam stored logarithms; those of others follow from the values.
template <class T>
bool take_unnamed(const TrainingState& state, const std::vector<StateArray<T>>& arrays,
                  TrainingStore<T>& store, bool with_coordinates) {
  using Kind = typename StateArray<T>::Kind;
  std::vector<std::vector<T>*> order, least;
  for (const StateArray<T>& a : arrays) {
    if (a.kind == Kind::least) least.push_back(a.values);
    if (a.kind == Kind::memory || a.kind == Kind::average ||
        (with_coordinates && a.kind == Kind::coordinates))
      order.push_back(a.values);
  }
  if (order.size() + 1 > state.arrays.size() || state.arrays[0].second.size() != least.size()) return false;
  for (std::size_t k = 0; k < order.size(); ++k)
    if (!fits(state.arrays[k + 1].second, *order[k])) return false;
  for (std::size_t k = 0; k < order.size(); ++k) copy(state.arrays[k + 1].second, *order[k]);
  if (!with_coordinates)
    for (const Update<T>& u : store.updates()) u.space->begin(u.point);
  for (std::size_t k = 0; k < least.size(); ++k) *least[k] = {static_cast<T>(state.arrays[0].second[k])};
  return true;
}

}  // namespace

std::string describe(const Trainer& options) {
  std::string text = options.optimizer->describe();
  if (options.curriculum > 1)  // other epochs make other stages
    text += cat(" curriculum=", options.curriculum, " epochs=", options.epochs);
  if (options.rate_schedule) text += cat(" rate_schedule=", options.rate_schedule->text());
  if (options.average > 0) text += cat(" average=", options.average);
  if (options.loss.tying_weight > 0) text += cat(" tying_weight=", options.loss.tying_weight);
  if (options.loss.zero_weight > 0) text += cat(" zero_weight=", options.loss.zero_weight);
  if (options.slots > 0) text += cat(" slots=", options.slots);
  return text;
}

template <class T>
void take_arrays(const TrainingState& state, const std::vector<StateArray<T>>& arrays,
                 TrainingStore<T>& store, const std::string& where) {
  if (!state.arrays.empty() && state.arrays[0].first == "optimizer.0") {
    if (!take_unnamed(state, arrays, store, true) && !take_unnamed(state, arrays, store, false))
      refuse("", where);
    return;
  }
  for (const StateArray<T>& a : arrays) {
    const auto found = std::find_if(state.arrays.begin(), state.arrays.end(),
                                    [&](const auto& named) { return named.first == a.name; });
    if (found == state.arrays.end()) refuse(cat(": it has no '", a.name, "'"), where);
    if (!fits(found->second, *a.values))
      refuse(cat(": its '", a.name, "' has ", found->second.size(), " numbers, not ", a.values->size()),
             where);
  }
  for (const StateArray<T>& a : arrays)
    for (const auto& [name, values] : state.arrays)
      if (name == a.name) copy(values, *a.values);
}

template void take_arrays(const TrainingState&, const std::vector<StateArray<float>>&, TrainingStore<float>&,
                          const std::string&);
template void take_arrays(const TrainingState&, const std::vector<StateArray<double>>&,
                          TrainingStore<double>&, const std::string&);

}  // namespace unfurl
