// The stages of a training, and when it ends before its time.
#pragma once

#include <algorithm>
#include <vector>

#include "unfurl/train.hpp"

namespace unfurl {

/// A stage of the training: some epochs with the loss of some layers.
struct Stage {
  int first = 0, end = 0;  ///< epochs
  int layers = 0;
};

/// The stage of an epoch, all of them being nearly equally long.
inline Stage stage_of(int epoch, const Trainer& options, const Network& network) {
  const int n = options.curriculum, epochs = options.epochs;
  const auto first_epoch = [&](int s) { return static_cast<int>((std::int64_t{s} * epochs + n - 1) / n); };
  const int s = static_cast<int>(std::int64_t{epoch} * n / std::max(1, epochs));
  return {first_epoch(s), first_epoch(s + 1),
          static_cast<int>((std::int64_t{s + 1} * network.layers() + n - 1) / n)};
}

/// Whether the last `patience` epochs were not better than one before.
inline bool is_patience_at_end(const std::vector<EpochRecord>& epochs, int patience) {
  if (patience < 1) return false;
  const auto validation = [](const EpochRecord& r) {
    return r.validation.value_or(std::numeric_limits<double>::infinity());
  };
  const auto best = std::min_element(
      epochs.begin(), epochs.end(),
      [&](const EpochRecord& a, const EpochRecord& b) { return validation(a) < validation(b); });
  return epochs.end() - best > patience;
}

/// The sum of the squares of a gradient's entries.
template <class T>
double squared_norm(const Update<T>& u) {
  return u.sum([&](std::ptrdiff_t first, std::ptrdiff_t count) {
    double sum = 0;
    for (std::ptrdiff_t i = first; i < first + count; ++i) {
      double g = u.gradient ? static_cast<double>(u.gradient[i]) : 0;
      if (u.plus) g += static_cast<double>(u.plus[i]);
      if (u.minus) g -= static_cast<double>(u.minus[i]);
      sum += g * g;
    }
    return sum;
  });
}

}  // namespace unfurl
