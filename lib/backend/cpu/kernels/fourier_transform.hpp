// The complex Fourier transform of any length, of several samples at once: numbers are vectors of samples, so that the textbook's
// recursion runs at the speed of the machine.
#pragma once

#include <Eigen/Core>
#include <cmath>
#include <cstddef>
#include <map>
#include <numbers>
#include <vector>

namespace unfurl::cpu::transforming {

using std::ptrdiff_t;

/// A complex number for each of `Samples` samples.
template <class T, int Samples>
struct Number {
  using Part = Eigen::Array<T, Samples, 1>;
  Part re, im;
  friend Number operator+(const Number& a, const Number& b) { return {a.re + b.re, a.im + b.im}; }
  friend Number operator-(const Number& a, const Number& b) { return {a.re - b.re, a.im - b.im}; }
  Number times(T c, T s) const { return {re * c - im * s, re * s + im * c}; }  ///< (c + i s) this
  Number times_i() const { return {-im, re}; }
  Number swapped() const { return {im, re}; }
  Number conj() const { return {re, -im}; }
};

/// What a transform of n numbers needs: exp(-2 pi i k / n), and prime factors, fours first.
template <class T>
struct Plan {
  explicit Plan(int length) : n(length) {
    for (int k = 0; k < n; ++k) {
      const double angle = 2 * std::numbers::pi * k / n;
      cosine.push_back(static_cast<T>(std::cos(angle)));
      sine.push_back(static_cast<T>(-std::sin(angle)));
    }
    for (int rest = n, f = 4; rest > 1;) {
      while (rest % f != 0) {
        f = f == 4 ? 2 : f == 2 ? 3 : f + 2;
        if (f > rest / f) f = rest;  // it is prime
      }
      factors.push_back(f);
      rest /= f;
    }
  }
  int n;
  std::vector<T> cosine, sine;
  std::vector<int> factors;
};

/// Plans and memory of a thread, made once for each length.
template <class T, int Samples>
struct Workshop {
  using Memory = std::vector<Number<T, Samples>, Eigen::aligned_allocator<Number<T, Samples>>>;
  std::map<int, Plan<T>> plans;
  Memory line, result, few, image;

  const Plan<T>& plan(int n) {
    const auto found = plans.find(n);
    return found != plans.end() ? found->second : plans.emplace(n, Plan<T>(n)).first->second;
  }
  static Number<T, Samples>* at_least(Memory& memory, ptrdiff_t n) {
    if (static_cast<ptrdiff_t>(memory.size()) < n) memory.resize(static_cast<std::size_t>(n));
    return memory.data();
  }
};

/// out = the transform of n numbers at in[0], in[step], ..., those of `plan` from factor `stage` on. `few` has room for as many
/// as the largest factor.
template <class T, int Samples>
void transform(const Plan<T>& plan, std::size_t stage, ptrdiff_t n, const Number<T, Samples>* in,
               ptrdiff_t step, Number<T, Samples>* out, Number<T, Samples>* few) {
  using Z = Number<T, Samples>;
  if (n == 1) {
    *out = *in;
    return;
  }
  const ptrdiff_t factor = plan.factors[stage], turn = plan.n / n, m = n / factor;
  for (ptrdiff_t q = 0; q < factor; ++q)
    transform(plan, stage + 1, m, in + q * step, step * factor, out + q * m, few);
  const auto turned = [&](const Z& z, ptrdiff_t by) {
    const auto k = static_cast<std::size_t>(by);
    return z.times(plan.cosine[k], plan.sine[k]);
  };
  for (ptrdiff_t k = 0; k < m; ++k) {
    Z* at = out + k;
    if (factor == 2) {
      const Z b = turned(at[m], k * turn);
      at[m] = at[0] - b;
      at[0] = at[0] + b;
    } else if (factor == 4) {
      const Z a = at[0], b = turned(at[m], k * turn), c = turned(at[2 * m], 2 * k * turn),
              d = turned(at[3 * m], 3 * k * turn);
      const Z sum = a + c, difference = a - c, others = b + d, i_apart = (b - d).times_i();
      at[0] = sum + others;
      at[m] = difference - i_apart;
      at[2 * m] = sum - others;
      at[3 * m] = difference + i_apart;
    } else {
      for (ptrdiff_t q = 0; q < factor; ++q) few[q] = turned(at[q * m], q * k * turn);
      for (ptrdiff_t r = 0; r < factor; ++r) {
        Z sum = few[0];
        for (ptrdiff_t q = 1; q < factor; ++q) sum = sum + turned(few[q], q * r % factor * (plan.n / factor));
        at[r * m] = sum;
      }
    }
  }
}

}  // namespace unfurl::cpu::transforming
