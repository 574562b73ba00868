#include <cmath>

#include "unfurl/extend/optimizer.hpp"
#include "unfurl/train.hpp"

namespace unfurl {

namespace {

using detail::cat;

/// First and second moments of every entry of the tangent vectors.
class AdamRule final : public OptimizerOf<AdamRule> {
 public:
  explicit AdamRule(const Adam& o) : options_(o) {
    if (!(o.rate > 0 && std::isfinite(o.rate)) || !(o.beta1 >= 0 && o.beta1 < 1) ||
        !(o.beta2 >= 0 && o.beta2 < 1) || !(o.epsilon > 0) ||
        !(o.final_rate >= 0 && std::isfinite(o.final_rate)) || (o.clip && !(*o.clip > 0)))
      throw ScheduleError(
          cat("Adam with rate ", o.rate, ", beta1 ", o.beta1, ", beta2 ", o.beta2, ", epsilon ", o.epsilon,
              ", final_rate ", o.final_rate, o.clip ? cat(", clip ", *o.clip) : ""),
          "",
          "rate, epsilon and clip > 0 (leave clip out for none), betas in [0, 1), final_rate "
          "at least 0");
  }
  std::string describe() const override {
    return cat("Adam rate=", options_.rate, " beta1=", options_.beta1, " beta2=", options_.beta2,
               " epsilon=", options_.epsilon, " final_rate=", options_.final_rate,
               " clip=", options_.clip.value_or(0),  // 0 in old checkpoints, too
               " positivity=", options_.positivity == Positivity::log ? "log" : "projected",
               options_.relative ? " relative" : "");
  }
  std::vector<std::string> memory(const SpaceType&) const override { return {"first", "second"}; }
  Positivity positivity() const override { return options_.positivity; }
  std::optional<double> rate(const StepInfo& now) const override {
    return options_.rate * now.strength * (1 + (options_.final_rate - 1) * now.progress);
  }

  template <class T>
  void take(std::span<Update<T>> updates, const StepInfo& now) const {
    const double b1 = options_.beta1, b2 = options_.beta2, n = static_cast<double>(now.number);
    const T step = static_cast<T>(*rate(now) / (1 - std::pow(b1, n)));
    const T second_scale = static_cast<T>(1 / (1 - std::pow(b2, n)));
    const T beta1 = static_cast<T>(b1), beta2 = static_cast<T>(b2),
            epsilon = static_cast<T>(options_.epsilon);
    const T shrink = static_cast<T>(factor(updates, now.loss));
    for (const Update<T>& u : updates)
      u.move(
          [=, &u](std::ptrdiff_t first, std::ptrdiff_t count, T* vector) {
            T *m = u.memory[0] + first, *v = u.memory[1] + first;
            for (std::ptrdiff_t i = 0; i < count; ++i) {
              // All is read before any is written: long arrays begin at the same place of a page, and a processor lets what
              // it reads wait for what was just written there in another one.
              const T g = vector[i], first_moment = beta1 * m[i] + (1 - beta1) * g,
                      second_moment = beta2 * v[i] + (1 - beta2) * g * g;
              m[i] = first_moment;
              v[i] = second_moment;
              vector[i] = -(step * first_moment / (std::sqrt(second_moment * second_scale) + epsilon));
            }
          },
          shrink);
  }

 private:
  /// Factor that makes the gradient relative to the loss, and keeps its norm within bounds.
  template <class T>
  double factor(std::span<Update<T>> updates, double loss) const {
    const double relative = options_.relative && loss > 0 ? 1 / loss : 1;
    if (!options_.clip) return relative;
    double square = 0;
    for (const Update<T>& u : updates)
      for (std::size_t i = 0; u.gradient && i < u.size(); ++i)
        square += static_cast<double>(u.gradient[i]) * static_cast<double>(u.gradient[i]);
    const double norm = std::sqrt(square) * relative;
    return norm > *options_.clip ? relative * *options_.clip / norm : relative;
  }

  Adam options_;
};

}  // namespace

Adam::operator Optimizer() const { return std::make_shared<AdamRule>(*this); }

}  // namespace unfurl
