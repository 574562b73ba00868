// What the training loop asks of an optimizer: one file in lib/train/optimizers each.
#pragma once

#include <Eigen/Core>
#include <algorithm>
#include <limits>

#include "core/floors.hpp"
#include "passes/passes.hpp"
#include "unfurl/train.hpp"

namespace unfurl {

/// One trained parameter in a step. `gradient` or the halves `plus` and `minus` are given; null means zero.
template <class T>
struct Update {
  T* value = nullptr;
  std::size_t size = 0;
  const T* gradient = nullptr;
  const T* plus = nullptr;
  const T* minus = nullptr;
  Domain domain = Domain::real;
  int threads = 1;
};

/// The memory of an optimizer during one training.
template <class T>
class OptimizerState {
 public:
  virtual ~OptimizerState() = default;
  /// `progress` is the share of the training that is done; `strength` shrinks a step under backtracking.
  virtual void step(std::vector<Update<T>>& updates, double progress, double strength) = 0;
  /// Arrays per parameter that a resumed training needs, in a fixed order.
  virtual std::vector<std::vector<T>*> arrays() = 0;
  std::int64_t steps = 0;
};

class OptimizerRule {
 public:
  virtual ~OptimizerRule() = default;
  /// Name and options, so that a resumed training can refuse others.
  virtual std::string describe() const = 0;
  virtual bool split() const { return false; }
  virtual ir::Cancel cancel() const { return ir::Cancel::never; }
  virtual int backtracking() const { return 0; }
  /// Whether it can train parameters that may be negative.
  virtual bool trains_real() const { return true; }
  virtual std::unique_ptr<OptimizerState<float>> begin(const std::vector<Update<float>>& updates) const = 0;
  virtual std::unique_ptr<OptimizerState<double>> begin(const std::vector<Update<double>>& updates) const = 0;
};

/// body(begin, end) over all entries in chunks of fixed size, on several threads where that pays. Chunks do not depend on
/// the threads, and entries not on each other, so the bits stay.
inline constexpr std::ptrdiff_t chunk_entries = 1024;
template <class F>
void for_chunks(std::size_t n, int threads, F body) {
  const auto count = static_cast<std::ptrdiff_t>(n);
#pragma omp parallel for schedule(static) num_threads(threads) if (threads > 1 && count > 32 * chunk_entries)
  for (std::ptrdiff_t begin = 0; begin < count; begin += chunk_entries)
    body(begin, std::min(count, begin + chunk_entries));
}

/// to = exp(from), through an aligned buffer: the bits must not depend on where the vectors lie.
template <class T>
void exp_chunk(const T* from, T* to, std::ptrdiff_t n) {
  Eigen::Array<T, chunk_entries, 1> buffer;
  auto used = buffer.head(n);
  used = Eigen::Map<const Eigen::Array<T, Eigen::Dynamic, 1>>(from, n);
  used = used.exp();
  Eigen::Map<Eigen::Array<T, Eigen::Dynamic, 1>>(to, n) = used;
}

/// The smallest value that a training leaves to each non-negative parameter: floors::share of its largest entry at the
/// start, of one where all are zero. A resumed training needs them, since the values have moved.
template <class T>
std::vector<T> smallest_values(const std::vector<Update<T>>& updates) {
  std::vector<T> all;
  for (const Update<T>& u : updates) {
    T largest = 0;
    for (std::size_t i = 0; i < u.size; ++i) largest = std::max(largest, u.value[i]);
    all.push_back(static_cast<T>(floors::share) * (largest > 0 ? largest : T(1)));
  }
  return all;
}

}  // namespace unfurl
