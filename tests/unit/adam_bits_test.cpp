// Adam's bits, for parameters that are free, positive by logarithm or clipped, are those of one loop over the entries.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "core/chunks.hpp"
#include "core/floors.hpp"
#include "stepper.hpp"

using namespace unfurl;

namespace {

enum class Kind { free, log, clipped };

/// The loop, as it was before there were spaces.
template <class T>
class Naive {
 public:
  Naive(const Adam& options, Kind kind, std::vector<T> start)
      : value(std::move(start)), options_(options), kind_(kind), m_(value.size()), v_(value.size()) {
    T largest = 0;
    for (const T x : value) largest = std::max(largest, x);
    least_ = static_cast<T>(floors::share) * (largest > 0 ? largest : T(1));
    if (kind == Kind::log)
      for (const T x : value) log_.push_back(std::log(std::max(x, least_)));
  }
  void step(const std::vector<T>& g, T shrink, double progress) {
    const double b1 = options_.beta1, b2 = options_.beta2, n = static_cast<double>(++steps_);
    const double rate = options_.rate * (1 + (options_.final_rate - 1) * progress);
    const T step = static_cast<T>(rate / (1 - std::pow(b1, n)));
    const T second_scale = static_cast<T>(1 / (1 - std::pow(b2, n)));
    const T beta1 = static_cast<T>(b1), beta2 = static_cast<T>(b2),
            epsilon = static_cast<T>(options_.epsilon);
    T *w = value.data(), *m = m_.data(), *v = v_.data(), *log_value = log_.data();
    const T* gradient = g.data();
    const auto moments = [=](std::ptrdiff_t i, T x) {
      m[i] = beta1 * m[i] + (1 - beta1) * x;
      v[i] = beta2 * v[i] + (1 - beta2) * x * x;
      return step * m[i] / (std::sqrt(v[i] * second_scale) + epsilon);
    };
    const T least = kind_ == Kind::clipped ? least_ : std::numeric_limits<T>::lowest();
    const bool as_log = kind_ == Kind::log;
    for_chunks(value.size(), 1, [=](std::ptrdiff_t begin, std::ptrdiff_t end) {
      if (as_log) {
        for (std::ptrdiff_t i = begin; i < end; ++i) log_value[i] -= moments(i, shrink * gradient[i] * w[i]);
        exp_chunk(log_value + begin, w + begin, end - begin);
      } else {
        for (std::ptrdiff_t i = begin; i < end; ++i) {
          const T moved = w[i] - moments(i, shrink * gradient[i]);
          w[i] = moved < least ? least : moved;
        }
      }
    });
  }
  std::vector<T> value;

 private:
  Adam options_;
  Kind kind_;
  std::int64_t steps_ = 0;
  T least_ = 0;
  std::vector<T> m_, v_, log_;
};

template <class T>
T shrink(const std::vector<T>& gradient, double clip) {
  if (clip <= 0) return 1;
  double square = 0;
  for (std::size_t i = 0; i < gradient.size(); ++i)
    square += static_cast<double>(gradient[i]) * static_cast<double>(gradient[i]);
  const double norm = std::sqrt(square);
  return norm > clip ? static_cast<T>(clip / norm) : T(1);
}

/// Bit for bit; nearly, where the sanitizers keep the compiler from making the same sums of products in both places.
template <class T>
bool same(const std::vector<T>& a, const std::vector<T>& b) {
#ifdef __SANITIZE_ADDRESS__
  for (std::size_t i = 0; i < a.size(); ++i)
    if (std::abs(a[i] - b[i]) > 1000 * std::numeric_limits<T>::epsilon() * (1 + std::abs(b[i]))) return false;
  return a.size() == b.size();
#else
  return a == b;
#endif
}

template <class T>
void check(Kind kind, int size, double clip) {
  CAPTURE(size);
  CAPTURE(clip);
  Adam adam{.rate = 0.01, .final_rate = 0.1, .clip = clip > 0 ? std::optional(clip) : std::nullopt};
  if (kind == Kind::clipped) adam.positivity = Positivity::projected;
  Random random(2);
  std::vector<double> start;
  for (int i = 0; i < size; ++i)
    start.push_back(kind == Kind::free ? random.normal() : i % 7 == 3 ? 0 : random.uniform());
  Stepper<T> stepper(adam, {parameter_in(kind == Kind::free ? real : nonneg, 1, size, start)});
  Naive<T> naive(adam, kind, {start.begin(), start.end()});
  std::vector<T> gradient(start.size());
  for (int n = 0; n < 50; ++n) {
    for (T& g : gradient) g = static_cast<T>(random.normal());
    naive.step(gradient, shrink(gradient, clip), n / 50.0);
    stepper.update().gradient = gradient.data();
    stepper.step(n / 50.0);
    REQUIRE(same<T>(stepper.values(), naive.value));
  }
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("Adam: the bits of a plain loop") {
    for (const Kind kind : {Kind::free, Kind::log, Kind::clipped})
      for (const int size : {1, 5, 1024, 3333})
        for (const double clip : {0.0, 0.7}) {
          check<float>(kind, size, clip);
          check<double>(kind, size, clip);
        }
  }
}
