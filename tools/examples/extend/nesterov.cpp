#include "nesterov.hpp"

#include <unfurl/extend/optimizer.hpp>

namespace {

using namespace unfurl;

class NesterovRule final : public OptimizerOf<NesterovRule> {
 public:
  explicit NesterovRule(Nesterov options) : options_(options) {}
  std::string describe() const override {
    return "Nesterov, rate " + std::to_string(options_.rate) + ", momentum " +
           std::to_string(options_.momentum);
  }
  std::vector<std::string> memory(const SpaceType&) const override { return {"velocity"}; }

  template <class T>
  void take(std::span<Update<T>> updates, const StepInfo&) const {
    const auto rate = static_cast<T>(options_.rate), momentum = static_cast<T>(options_.momentum);
    for (const Update<T>& u : updates)
      u.move([&](std::ptrdiff_t first, std::ptrdiff_t count, T* vector) {
        T* velocity = u.memory[0] + first;
        for (std::ptrdiff_t i = 0; i < count; ++i) {
          velocity[i] = momentum * velocity[i] - rate * vector[i];
          vector[i] = momentum * velocity[i] - rate * vector[i];
        }
      });
  }

 private:
  Nesterov options_;
};

}  // namespace

Nesterov::operator unfurl::Optimizer() const { return std::make_shared<NesterovRule>(*this); }
