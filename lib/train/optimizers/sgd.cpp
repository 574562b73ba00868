#include <cmath>

#include "unfurl/extend/optimizer.hpp"
#include "unfurl/train.hpp"

namespace unfurl {

namespace {

using detail::cat;

class SgdRule final : public OptimizerOf<SgdRule> {
 public:
  explicit SgdRule(const Sgd& o) : options_(o) {
    if (!(o.rate > 0 && std::isfinite(o.rate)) || !(o.momentum >= 0 && o.momentum < 1))
      throw ScheduleError(cat("Sgd with rate ", o.rate, ", momentum ", o.momentum), "",
                          "rate > 0, momentum in [0, 1)");
  }
  std::string describe() const override {
    return cat("Sgd rate=", options_.rate, " momentum=", options_.momentum,
               " positivity=", options_.positivity == Positivity::log ? "log" : "projected");
  }
  std::vector<std::string> memory(const SpaceType&) const override { return {"velocity"}; }
  Positivity positivity() const override { return options_.positivity; }
  std::optional<double> rate(const StepInfo& now) const override { return options_.rate * now.strength; }

  template <class T>
  void take(std::span<Update<T>> updates, const StepInfo& now) const {
    const T step = static_cast<T>(*rate(now)), momentum = static_cast<T>(options_.momentum);
    for (const Update<T>& u : updates)
      u.move([&](std::ptrdiff_t first, std::ptrdiff_t count, T* vector) {
        T* velocity = u.memory[0] + first;
        for (std::ptrdiff_t i = 0; i < count; ++i)
          vector[i] = velocity[i] = momentum * velocity[i] - step * vector[i];
      });
  }

 private:
  Sgd options_;
};

}  // namespace

Sgd::operator Optimizer() const { return std::make_shared<SgdRule>(*this); }

}  // namespace unfurl
