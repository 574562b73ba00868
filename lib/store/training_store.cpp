#include "store/training_store.hpp"

#include <algorithm>

#include "core/chunks.hpp"
#include "network/check_data.hpp"

namespace unfurl {

using detail::cat;

namespace {

template <class T>
void check(const Parameter& p) {
  check_size(p);
  if (sizeof(T) == sizeof(float)) check_single_precision(p);
}

}  // namespace

template <class T>
TrainingStore<T>::TrainingStore(std::span<const Parameter> parameters) {
  for (const Parameter& p : parameters) {
    check<T>(p);
    entries_.push_back(
        {p.name, p.type.planes, p.type.rows, p.in(), std::vector<T>(p.values.begin(), p.values.end())});
  }
}

template <class T>
void TrainingStore<T>::assign(std::span<const Parameter> parameters) {
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    check<T>(parameters[i]);
    std::transform(parameters[i].values.begin(), parameters[i].values.end(), entries_[i].values.begin(),
                   [](double v) { return static_cast<T>(v); });
  }
}

template <class T>
void TrainingStore<T>::write_back(std::span<Parameter> parameters) const {
  const auto same = [](double before, T now) { return static_cast<T>(before) == now; };
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    std::vector<double>& to = parameters[i].values;
    const std::vector<T>& from = entries_[i].values;  // what has not moved keeps its last digits
    if (!std::equal(to.begin(), to.end(), from.begin(), from.end(), same))
      to.assign(from.begin(), from.end());
  }
}

template <class T>
void TrainingStore<T>::begin(const std::vector<std::size_t>& trained, const OptimizerRule& rule,
                             int threads) {
  trained_ = trained;
  std::size_t most = 0, most_whole = 0, most_scratch = 0;
  for (const std::size_t i : trained_) {
    Entry& e = entries_[i];
    const std::size_t n = e.values.size();
    e.moves = &e.space.type().with(rule.positivity());
    e.least.assign(1, T(0));
    e.coordinates.assign(e.moves->has_coordinates() ? n : 0, T(0));
    e.memory_names = rule.memory(*e.moves);
    for (auto name = e.memory_names.begin(); name != e.memory_names.end(); ++name)
      if (std::find(e.memory_names.begin(), name, *name) != name)
        throw InternalError(cat("optimizer '", rule.describe(), "' has two memories '", *name, "'"),
                            "OptimizerRule::memory",
                            "give each a name of its own, by which checkpoints keep it");
    e.memory.assign(e.memory_names.size(), std::vector<T>(n, T(0)));
    most = std::max(most, n);
    if (!e.moves->entrywise()) most_whole = std::max(most_whole, n);
    most_scratch = std::max(most_scratch, e.moves->scratch(e.rows, e.columns));
  }
  spare_.assign(most, T(0));
  vector_.assign(most_whole, T(0));
  sums_.assign(most / chunk_entries + 1, 0.0);
  scratch_.assign(most_scratch, 0.0);
  updates_.clear();
  for (const std::size_t i : trained_) updates_.push_back(update_of(entries_[i], threads));
  for (Update<T>& u : updates_) u.space->begin(u.point);
}

template <class T>
Update<T> TrainingStore<T>::update_of(Entry& e, int threads) {
  Update<T> u;
  u.point = {e.values.data(), e.coordinates.empty() ? nullptr : e.coordinates.data(),
             e.least.data(),  e.values.size(),
             e.rows,          e.columns,
             scratch_.data()};
  u.space = e.moves;
  for (std::vector<T>& m : e.memory) u.memory.push_back(m.data());
  u.spare = spare_.data();
  u.vector = vector_.data();
  u.sums = sums_.data();
  u.threads = threads;
  return u;
}

template <class T>
std::vector<StateArray<T>> TrainingStore<T>::arrays() {
  using Kind = typename StateArray<T>::Kind;
  std::vector<StateArray<T>> all;
  for (const std::size_t i : trained_) {
    Entry& e = entries_[i];
    for (std::size_t k = 0; k < e.memory.size(); ++k)
      all.push_back({Kind::memory, cat(e.name, ":", e.memory_names[k]), &e.memory[k]});
    all.push_back({Kind::least, cat(e.name, ":least"), &e.least});
    if (!e.coordinates.empty())
      all.push_back({Kind::coordinates, cat(e.name, ":coordinates"), &e.coordinates});
  }
  return all;
}

template class TrainingStore<float>;
template class TrainingStore<double>;

}  // namespace unfurl
