#include <omp.h>

#include <cmath>

#include "train/optimizer.hpp"

namespace unfurl {

namespace {

using detail::cat;

/// First and second moments; for parameters trained as logarithms also the logarithms, which a resumed run needs exactly.
template <class T>
class AdamState final : public OptimizerState<T> {
 public:
  AdamState(const Adam& options, const std::vector<Update<T>>& updates)
      : options_(options), smallest_(smallest_values(updates)) {
    for (const Update<T>& u : updates) {
      first_.emplace_back(u.size, T(0));
      second_.emplace_back(u.size, T(0));
      const T least = smallest_[logarithm_.size()];
      logarithm_.emplace_back();
      if (u.domain == Domain::nonneg && options.positivity == Positivity::log)
        for (std::size_t i = 0; i < u.size; ++i)
          logarithm_.back().push_back(std::log(std::max(u.value[i], least)));
    }
  }

  void step(std::vector<Update<T>>& updates, double progress, double strength) override {
    ++this->steps;
    const double b1 = options_.beta1, b2 = options_.beta2, n = static_cast<double>(this->steps);
    const double rate = options_.rate * strength * (1 + (options_.final_rate - 1) * progress);
    const T step = static_cast<T>(rate / (1 - std::pow(b1, n)));
    const T second_scale = static_cast<T>(1 / (1 - std::pow(b2, n)));
    const T beta1 = static_cast<T>(b1), beta2 = static_cast<T>(b2),
            epsilon = static_cast<T>(options_.epsilon);
    const T shrink = clip(updates);
    for (std::size_t k = 0; k < updates.size(); ++k) {
      const Update<T>& u = updates[k];
      if (!u.gradient) continue;
      T *value = u.value, *m = first_[k].data(), *v = second_[k].data(), *log_value = logarithm_[k].data();
      const bool as_log = !logarithm_[k].empty();
      const auto moments = [=](std::ptrdiff_t i, T g) {
        m[i] = beta1 * m[i] + (1 - beta1) * g;
        v[i] = beta2 * v[i] + (1 - beta2) * g * g;
        return step * m[i] / (std::sqrt(v[i] * second_scale) + epsilon);
      };
      const T* gradient = u.gradient;
      const T least = u.domain == Domain::nonneg ? smallest_[k] : std::numeric_limits<T>::lowest();
      for_chunks(u.size, u.threads, [=](std::ptrdiff_t begin, std::ptrdiff_t end) {
        if (as_log) {
          for (std::ptrdiff_t i = begin; i < end; ++i)
            log_value[i] -= moments(i, shrink * gradient[i] * value[i]);
          exp_chunk(log_value + begin, value + begin, end - begin);
        } else {
          for (std::ptrdiff_t i = begin; i < end; ++i) {
            const T moved = value[i] - moments(i, shrink * gradient[i]);
            value[i] = moved < least ? least : moved;
          }
        }
      });
    }
  }

  std::vector<std::vector<T>*> arrays() override {
    std::vector<std::vector<T>*> all{&smallest_};
    for (std::size_t k = 0; k < first_.size(); ++k) {
      all.push_back(&first_[k]);
      all.push_back(&second_[k]);
      if (!logarithm_[k].empty()) all.push_back(&logarithm_[k]);
    }
    return all;
  }

 private:
  /// Factor that keeps the norm of the whole gradient within bounds.
  T clip(const std::vector<Update<T>>& updates) const {
    if (options_.clip <= 0) return 1;
    double square = 0;
    for (const Update<T>& u : updates)
      for (std::size_t i = 0; u.gradient && i < u.size; ++i)
        square += static_cast<double>(u.gradient[i]) * static_cast<double>(u.gradient[i]);
    const double norm = std::sqrt(square);
    return norm > options_.clip ? static_cast<T>(options_.clip / norm) : T(1);
  }
  Adam options_;
  std::vector<T> smallest_;  // of each parameter
  std::vector<std::vector<T>> first_, second_, logarithm_;
};

class AdamRule final : public OptimizerRule {
 public:
  explicit AdamRule(const Adam& o) : options_(o) {
    if (!(o.rate > 0 && std::isfinite(o.rate)) || !(o.beta1 >= 0 && o.beta1 < 1) ||
        !(o.beta2 >= 0 && o.beta2 < 1) || !(o.epsilon > 0) ||
        !(o.final_rate >= 0 && std::isfinite(o.final_rate)) || !(o.clip >= 0))
      throw ScheduleError(cat("Adam with rate ", o.rate, ", beta1 ", o.beta1, ", beta2 ", o.beta2,
                              ", epsilon ", o.epsilon, ", final_rate ", o.final_rate, ", clip ", o.clip),
                          "", "rate and epsilon > 0, betas in [0, 1), final_rate and clip at least 0");
  }
  std::string describe() const override {
    return cat("Adam rate=", options_.rate, " beta1=", options_.beta1, " beta2=", options_.beta2,
               " epsilon=", options_.epsilon, " final_rate=", options_.final_rate, " clip=", options_.clip,
               " positivity=", options_.positivity == Positivity::log ? "log" : "projected");
  }
  std::unique_ptr<OptimizerState<float>> begin(const std::vector<Update<float>>& u) const override {
    return std::make_unique<AdamState<float>>(options_, u);
  }
  std::unique_ptr<OptimizerState<double>> begin(const std::vector<Update<double>>& u) const override {
    return std::make_unique<AdamState<double>>(options_, u);
  }

 private:
  Adam options_;
};

}  // namespace

Adam::operator Optimizer() const { return std::make_shared<AdamRule>(*this); }

}  // namespace unfurl
