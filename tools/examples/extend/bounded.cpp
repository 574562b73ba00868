#include "bounded.hpp"

#include <unfurl/extend/space.hpp>

#include <algorithm>
#include <cmath>

namespace {

using namespace unfurl;

class Bounded final : public SpaceOf<Bounded> {
 public:
  std::string name() const override { return "bounded"; }
  std::string objection(std::span<const double> values, int, int) const override {
    const bool inside = std::all_of(values.begin(), values.end(), [](double v) { return std::abs(v) <= 1; });
    return inside ? "" : "has an entry beyond -1 .. 1";
  }
  void project(std::span<double> values, int, int) const override {
    for (double& v : values) v = std::clamp(v, -1.0, 1.0);
  }
  bool entrywise() const override { return true; }

  template <class T>
  void pull(const Point<T>&, T*) const {}
  template <class T>
  void move(const Point<T>& at, T* step) const {
    for (std::size_t i = 0; i < at.size; ++i) at.value[i] = std::clamp(at.value[i] + step[i], T(-1), T(1));
  }
};

}  // namespace

unfurl::Space bounded() { return unfurl::Space(std::make_shared<const Bounded>()); }
