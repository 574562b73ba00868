#include <cmath>

#include "train/optimizer.hpp"

namespace unfurl {

namespace {

using detail::cat;

template <class T>
class MultiplicativeState final : public OptimizerState<T> {
 public:
  explicit MultiplicativeState(const MultiplicativeBackprop& options) : options_(options) {}
  void step(std::vector<Update<T>>& updates, double, double strength) override {
    ++this->steps;
    for (const Update<T>& u : updates) {
      if (u.domain != Domain::nonneg || (!u.plus && !u.minus)) continue;
      const double exponent =
          u.inner && options_.inner_exponent > 0 ? options_.inner_exponent : options_.exponent;
      const T power = static_cast<T>(exponent * strength), least = static_cast<T>(smallest_positive);
      const T tiny = std::numeric_limits<T>::min() * 1e4f;  // both halves silent: the ratio is one
      const T *plus = u.plus, *minus = u.minus;
      T* value = u.value;
      for_chunks(u.size, u.threads, [=](std::ptrdiff_t begin, std::ptrdiff_t end) {
        for (std::ptrdiff_t i = begin; i < end; ++i) {
          const T up = plus ? plus[i] : T(0), down = minus ? minus[i] : T(0);
          const T ratio = std::pow((down + tiny) / (up + tiny), power);
          // One step never changes an entry more than a hundredfold: halves of rare atoms can be nearly zero.
          const T moved = value[i] * std::min(std::max(ratio, T(0.01)), T(100));
          value[i] = moved < least ? least : moved;
        }
      });
    }
  }
  std::vector<std::vector<T>*> arrays() override { return {}; }

 private:
  MultiplicativeBackprop options_;
};

class MultiplicativeRule final : public OptimizerRule {
 public:
  explicit MultiplicativeRule(const MultiplicativeBackprop& o) : options_(o) {
    if (!(o.exponent > 0) || !(o.inner_exponent >= 0) || o.backtracking < 0)
      throw ScheduleError(
          cat("MultiplicativeBackprop with exponent ", o.exponent, ", inner exponent ", o.inner_exponent), "",
          "positive exponents");
  }
  std::string describe() const override {
    return cat("MultiplicativeBackprop exponent=", options_.exponent,
               " inner_exponent=", options_.inner_exponent, " cancel_per_layer=", options_.cancel_per_layer,
               " backtracking=", options_.backtracking);
  }
  bool split() const override { return true; }
  ir::Cancel cancel() const override {
    return options_.cancel_per_layer ? ir::Cancel::per_layer : ir::Cancel::never;
  }
  int backtracking() const override { return options_.backtracking; }
  std::unique_ptr<OptimizerState<float>> begin(const std::vector<Update<float>>&) const override {
    return std::make_unique<MultiplicativeState<float>>(options_);
  }
  std::unique_ptr<OptimizerState<double>> begin(const std::vector<Update<double>>&) const override {
    return std::make_unique<MultiplicativeState<double>>(options_);
  }

 private:
  MultiplicativeBackprop options_;
};

}  // namespace

MultiplicativeBackprop::operator Optimizer() const { return std::make_shared<MultiplicativeRule>(*this); }

}  // namespace unfurl
