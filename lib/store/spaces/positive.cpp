// Positive numbers, moved as logarithms [Wisdom17].
#include <cmath>

#include "core/chunks.hpp"
#include "store/spaces/all.hpp"
#include "store/spaces/floor.hpp"

namespace unfurl::spaces {

namespace {

class Positive final : public SpaceOf<Positive> {
 public:
  std::string name() const override { return "positive"; }
  Domain domain() const override { return Domain::nonneg; }
  std::string objection(std::span<const double> values, int, int) const override {
    return negative_entry(values);
  }
  void project(std::span<double> values, int, int) const override { clip_at_zero(values); }
  bool entrywise() const override { return true; }
  bool has_coordinates() const override { return true; }
  bool scales() const override { return true; }

  template <class T>
  void start(const Point<T>& whole) const {
    *whole.least = least_value(whole);
    for (std::size_t i = 0; i < whole.size; ++i)
      whole.coordinates[i] = std::log(std::max(whole.value[i], *whole.least));
  }
  template <class T>
  void pull(const Point<T>& at, T* gradient) const {
    for (std::size_t i = 0; i < at.size; ++i) gradient[i] *= at.value[i];
  }
  template <class T>
  void move(const Point<T>& at, T* step) const {
    const T lowest = std::log(std::numeric_limits<T>::min());  // below it the exponential is zero
    const auto n = static_cast<std::ptrdiff_t>(at.size);
    for (std::ptrdiff_t i = 0; i < n; ++i) at.coordinates[i] = std::max(at.coordinates[i] + step[i], lowest);
    for (std::ptrdiff_t i = 0; i < n; i += chunk_entries)
      exp_chunk(at.coordinates + i, at.value + i, std::min(chunk_entries, n - i));
  }
  template <class T>
  void times(const Point<T>& at, T* factors) const {
    multiply_and_clip(at, factors);
    for (std::size_t i = 0; i < at.size; ++i) at.coordinates[i] = std::log(at.value[i]);
  }
};

}  // namespace

Pointer positive() { return std::make_shared<Positive>(); }

}  // namespace unfurl::spaces
