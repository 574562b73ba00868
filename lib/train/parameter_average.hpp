// Means of the trained parameters over steps.
#pragma once

#include "train/optimizer.hpp"

namespace unfurl {

/// The mean of the values of all updates over the steps since the last reset.
template <class T>
class ParameterAverage {
 public:
  void reset(const std::vector<Update<T>>& updates) {
    steps_ = {0};
    means_.clear();
    for (const Update<T>& u : updates) means_.emplace_back(u.value, u.value + u.size);
  }

  bool empty() const { return steps_[0] == 0; }

  void forget() { steps_ = {0}; }

  void add(const std::vector<Update<T>>& updates) {
    const T share = 1 / ++steps_[0];
    for (std::size_t k = 0; k < updates.size(); ++k) {
      const T* value = updates[k].value;
      T* mean = means_[k].data();
      for_chunks(means_[k].size(), updates[k].threads, [=](std::ptrdiff_t begin, std::ptrdiff_t end) {
        for (std::ptrdiff_t i = begin; i < end; ++i) mean[i] += share * (value[i] - mean[i]);
      });
    }
  }

  const std::vector<T>& mean(std::size_t k) const { return means_[k]; }

  /// What a resumed training needs.
  std::vector<std::vector<T>*> arrays() {
    std::vector<std::vector<T>*> all{&steps_};
    for (auto& mean : means_) all.push_back(&mean);
    return all;
  }

 private:
  std::vector<T> steps_{0};  // one number, an array so that checkpoints hold it like the rest
  std::vector<std::vector<T>> means_;
};

}  // namespace unfurl
