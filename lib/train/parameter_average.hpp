// Means of the trained parameters over steps.
#pragma once

#include "core/chunks.hpp"
#include "store/training_store.hpp"

namespace unfurl {

/// The mean of the values of all updates over the steps since the last reset.
template <class T>
class ParameterAverage {
 public:
  void reset(const std::vector<Update<T>>& updates) {
    steps_ = {0};
    means_.clear();
    for (const Update<T>& u : updates) means_.emplace_back(u.point.value, u.point.value + u.size());
  }

  bool empty() const { return steps_[0] == 0; }

  void forget() { steps_ = {0}; }

  void add(const std::vector<Update<T>>& updates) {
    const T share = 1 / ++steps_[0];
    for (std::size_t k = 0; k < updates.size(); ++k) {
      const T* value = updates[k].point.value;
      T* mean = means_[k].data();
      for_chunks(means_[k].size(), updates[k].threads, [=](std::ptrdiff_t begin, std::ptrdiff_t end) {
        for (std::ptrdiff_t i = begin; i < end; ++i) mean[i] += share * (value[i] - mean[i]);
      });
    }
  }

  /// The mean of a parameter, or what is nearest to it in the parameter's space.
  std::vector<double> mean(std::size_t k, const Update<T>& u) const {
    std::vector<double> values(means_[k].begin(), means_[k].end());
    if (!u.space->entrywise()) u.space->project(values, u.point.rows, u.point.columns);
    return values;
  }

  /// What a resumed training needs beside the values.
  std::vector<StateArray<T>> arrays(TrainingStore<T>& store) {
    constexpr auto average = StateArray<T>::Kind::average;
    std::vector<StateArray<T>> all{{average, "average.steps", &steps_}};
    for (std::size_t k = 0; k < means_.size(); ++k)
      all.push_back({average, store.name(store.parameter(k)) + ":mean", &means_[k]});
    return all;
  }

 private:
  std::vector<T> steps_{0};  // one number, an array so that checkpoints hold it like the rest
  std::vector<std::vector<T>> means_;
};

}  // namespace unfurl
