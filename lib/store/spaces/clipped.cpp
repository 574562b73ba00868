// Non-negative numbers, clipped after every step.
#include "store/spaces/all.hpp"
#include "store/spaces/floor.hpp"

namespace unfurl::spaces {

namespace {

class Clipped : public SpaceOf<Clipped> {
 public:
  std::string name() const override { return "clipped"; }
  Domain domain() const override { return Domain::nonneg; }
  std::string objection(std::span<const double> values, int, int) const override {
    return negative_entry(values);
  }
  void project(std::span<double> values, int, int) const override { clip_at_zero(values); }
  bool entrywise() const override { return true; }
  bool scales() const override { return true; }

  template <class T>
  void start(const Point<T>& whole) const {
    *whole.least = least_value(whole);
  }
  template <class T>
  void pull(const Point<T>&, T*) const {}
  template <class T>
  void move(const Point<T>& at, T* step) const {
    const T least = *at.least;
    for (std::size_t i = 0; i < at.size; ++i) {
      const T moved = at.value[i] + step[i];
      at.value[i] = moved < least ? least : moved;
    }
  }
  template <class T>
  void times(const Point<T>& at, T* factors) const {
    multiply_and_clip(at, factors);
  }
};

/// Leaves it to the optimizer how entries stay non-negative.
class Nonneg final : public Clipped {
 public:
  Nonneg() : positive_(positive()), clipped_(clipped()) {}
  std::string name() const override { return "nonneg"; }
  const SpaceType& with(Positivity p) const override { return p == Positivity::log ? *positive_ : *clipped_; }

 private:
  Pointer positive_, clipped_;
};

}  // namespace

Pointer clipped() { return std::make_shared<Clipped>(); }
Pointer nonneg() { return std::make_shared<Nonneg>(); }

}  // namespace unfurl::spaces
