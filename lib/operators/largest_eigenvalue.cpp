#include "operators/largest_eigenvalue.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "unfurl/data.hpp"

namespace unfurl::operators {

namespace {

double norm_of(const std::vector<double>& v) {
  double square = 0;
  for (const double x : v) square += x * x;
  return std::sqrt(square);
}

/// What Lanczos's method knows after some steps: the map on the vectors so far, a matrix of three diagonals.
struct Tridiagonal {
  std::vector<double> diagonal, beside;  ///< beside[k] joins entries k and k + 1; the last one leads on

  /// log p(t) of the polynomial of the next vector, whose roots are the eigenvalues; -inf up to the largest of them.
  double log_polynomial(double t) const {
    double log = 0, pivot = 1;
    for (std::size_t k = 0; k < diagonal.size(); ++k) {
      pivot = t - diagonal[k] - (k > 0 ? beside[k - 1] * (beside[k - 1] / pivot) : 0);
      if (!(pivot > 0)) return -std::numeric_limits<double>::infinity();
      log += std::log(pivot / beside[k]);
    }
    return log;
  }
  /// The largest t where log p(t) does not exceed `level`.
  double root(double level) const {
    double low = 0, high = std::numeric_limits<double>::min();
    for (const double d : diagonal) high = std::max(high, d);
    while (log_polynomial(high) <= level) high *= 2;
    while (high - low > 1e-14 * high) {
      const double middle = low + (high - low) / 2;
      (log_polynomial(middle) <= level ? low : high) = middle;
    }
    return high;
  }
};

}  // namespace

double largest_eigenvalue(std::size_t n, const std::function<void(std::vector<double>&)>& apply) {
  constexpr double risk = 1e-10;
  constexpr int most = 600, patience = 100;
  // A random vector of norm one has an entry below s with a probability of at most s sqrt(2 n / pi).
  const double level = -std::log(risk) + std::log(2 * static_cast<double>(n) / std::numbers::pi) / 2;
  Random random(1);
  std::vector<double> v(n), before(n, 0.0), next;
  for (double& x : v) x = random.normal();
  const double start = norm_of(v);
  for (double& x : v) x /= start;

  Tridiagonal t;
  double scale = 0, bound = 0;
  for (int step = 1; step <= most; ++step) {
    next = v;
    apply(next);
    double along = 0;
    for (std::size_t i = 0; i < n; ++i) along += next[i] * v[i];
    const double back = t.beside.empty() ? 0 : t.beside.back();
    for (std::size_t i = 0; i < n; ++i) next[i] -= along * v[i] + back * before[i];
    const double length = norm_of(next);
    scale = std::max({scale, along, length});
    t.diagonal.push_back(along);
    t.beside.push_back(std::max(length, std::numeric_limits<double>::min()));
    if (!std::isfinite(along + length)) return std::numeric_limits<double>::infinity();
    if (scale == 0) return 0;
    const bool complete = length <= 1e-14 * scale;  // the vectors so far hold all that the start has
    if (complete || step <= 32 || step % 8 == 0) {
      const double estimate = t.root(-std::numeric_limits<double>::max());
      if (complete) return estimate;
      bound = t.root(level);
      if (bound <= estimate * (1 + (step < patience ? 1e-12 : 1e-3))) return bound;
    }
    for (double& x : next) x /= length;
    before.swap(v);
    v.swap(next);
  }
  return bound;
}

}  // namespace unfurl::operators
