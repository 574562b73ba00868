#include <cmath>

#include "train/optimizer.hpp"

namespace unfurl {

namespace {

using detail::cat;

template <class T>
class SgdState final : public OptimizerState<T> {
 public:
  SgdState(const Sgd& options, const std::vector<Update<T>>& updates)
      : options_(options), smallest_(smallest_values(updates)) {
    for (const Update<T>& u : updates) velocity_.emplace_back(u.size, T(0));
  }
  void step(std::vector<Update<T>>& updates, double, double strength) override {
    ++this->steps;
    const T rate = static_cast<T>(options_.rate * strength), momentum = static_cast<T>(options_.momentum);
    for (std::size_t k = 0; k < updates.size(); ++k) {
      const Update<T>& u = updates[k];
      if (!u.gradient) continue;
      T *value = u.value, *velocity = velocity_[k].data();
      const T* gradient = u.gradient;
      const T least = smallest_[k];
      const bool positive = u.domain == Domain::nonneg,
                 as_log = positive && options_.positivity == Positivity::log;
      for_chunks(u.size, u.threads, [=](std::ptrdiff_t begin, std::ptrdiff_t end) {
        for (std::ptrdiff_t i = begin; i < end; ++i) {
          velocity[i] = momentum * velocity[i] - rate * (as_log ? gradient[i] * value[i] : gradient[i]);
          const T moved = as_log ? std::max(value[i], least) * std::exp(velocity[i]) : value[i] + velocity[i];
          value[i] = positive && moved < least ? least : moved;
        }
      });
    }
  }
  std::vector<std::vector<T>*> arrays() override {
    std::vector<std::vector<T>*> all{&smallest_};
    for (auto& v : velocity_) all.push_back(&v);
    return all;
  }

 private:
  Sgd options_;
  std::vector<T> smallest_;  // of each parameter
  std::vector<std::vector<T>> velocity_;
};

class SgdRule final : public OptimizerRule {
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
  std::unique_ptr<OptimizerState<float>> begin(const std::vector<Update<float>>& u) const override {
    return std::make_unique<SgdState<float>>(options_, u);
  }
  std::unique_ptr<OptimizerState<double>> begin(const std::vector<Update<double>>& u) const override {
    return std::make_unique<SgdState<double>>(options_, u);
  }

 private:
  Sgd options_;
};

}  // namespace

Sgd::operator Optimizer() const { return std::make_shared<SgdRule>(*this); }

}  // namespace unfurl
