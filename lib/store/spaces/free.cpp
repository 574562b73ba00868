// Any numbers: steps add.
#include "store/spaces/all.hpp"

namespace unfurl::spaces {

namespace {

class Free final : public SpaceOf<Free> {
 public:
  std::string name() const override { return "free"; }
  std::string objection(std::span<const double>, int, int) const override { return ""; }
  void project(std::span<double>, int, int) const override {}
  bool entrywise() const override { return true; }

  template <class T>
  void pull(const Point<T>&, T*) const {}
  template <class T>
  void move(const Point<T>& at, T* step) const {
    for (std::size_t i = 0; i < at.size; ++i) at.value[i] += step[i];
  }
};

}  // namespace

Pointer free() { return std::make_shared<Free>(); }

}  // namespace unfurl::spaces
