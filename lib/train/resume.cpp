#include "train/resume.hpp"

#include <algorithm>

namespace unfurl {

namespace {

[[noreturn]] void refuse(const std::string& what, const std::string& where) {
  throw DataError(detail::cat("the checkpoint's optimizer state is of another network", what), where,
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
    if (found == state.arrays.end()) refuse(detail::cat(": it has no '", a.name, "'"), where);
    if (!fits(found->second, *a.values))
      refuse(
          detail::cat(": its '", a.name, "' has ", found->second.size(), " numbers, not ", a.values->size()),
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
