// Sparse codes by every algorithm for them, each written out in plain loops.
#include <algorithm>
#include <cmath>

#include "property/laws.hpp"
#include "unfurl/operators.hpp"

namespace unfurl::test {

namespace {

using naive::Matrix;
using naive::Vector;
using Weight = ProximalGradient::Weight;

constexpr int rows = 6, columns = 10, samples = 3;
constexpr double lambda = 0.2, density = 0.3, variance = 1.5, noise = 0.01;

Matrix dictionary() {
  Random random(16);
  return {rows, columns, exact_floats(random, rows * columns, -0.7, 0.7)};
}

Dataset signals() {
  Random random(17);
  return Dataset().add("b", 1, rows, as_floats(exact_floats(random, samples * rows, -2, 2)));
}

Model model_of(const std::function<FactorSpec(const Latent&)>& penalty) {
  Model m("sparse");
  const auto x = m.latent("x", {columns});
  m.factor("fit", SquaredError{m.observed("b", {rows}),
                               m.param("A", matrix(rows, columns), dictionary().entries) * x});
  m.factor("sparse", penalty(x));
  return m;
}
Model lasso(double weight = lambda) {
  return model_of([weight](const Latent& x) { return L1{weight, x}; });
}
Model prior() {
  return model_of([](const Latent& x) { return BernoulliGaussian{density, variance, x}; });
}

/// (A A^T)^-1 B by Gauss-Jordan elimination.
Matrix solve(const Matrix& a, Matrix b) {
  Matrix g{rows, rows, Vector(at(rows * rows), 0.0)};
  for (int i = 0; i < rows; ++i)
    for (int j = 0; j < rows; ++j)
      for (int k = 0; k < columns; ++k) g(i, j) += a(i, k) * a(j, k);
  for (int p = 0; p < rows; ++p) {
    const double pivot = g(p, p);
    for (int j = 0; j < rows; ++j) g(p, j) /= pivot;
    for (int j = 0; j < b.columns; ++j) b(p, j) /= pivot;
    for (int i = 0; i < rows; ++i) {
      if (i == p) continue;
      const double factor = g(i, p);
      for (int j = 0; j < rows; ++j) g(i, j) -= factor * g(p, j);
      for (int j = 0; j < b.columns; ++j) b(i, j) -= factor * b(p, j);
    }
  }
  return b;
}

Matrix analytic(const Matrix& a) {
  Matrix w = solve(a, a);
  for (int j = 0; j < columns; ++j) {
    double inner = 0;
    for (int i = 0; i < rows; ++i) inner += w(i, j) * a(i, j);
    for (int i = 0; i < rows; ++i) w(i, j) /= inner;
  }
  return w;
}

/// A^+ r, whose rows are the columns of (A A^T)^-1 A.
Vector pseudoinverse(const Matrix& a, const Vector& r) { return naive::multiply_transposed(solve(a, a), r); }

Vector residual(const Matrix& a, const Vector& x, const Vector& b) {
  Vector r = naive::multiply(a, x);
  for (std::size_t i = 0; i < r.size(); ++i) r[i] -= b[i];
  return r;
}

/// Soft thresholds, of which the largest `count` are spared.
Vector shrink(const Vector& z, double threshold, int count) {
  std::vector<std::size_t> order(z.size());
  for (std::size_t i = 0; i < z.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t i, std::size_t j) { return std::abs(z[i]) > std::abs(z[j]); });
  Vector x(z.size());
  for (std::size_t k = 0; k < order.size(); ++k) {
    const double v = z[order[k]];
    x[order[k]] =
        static_cast<int>(k) < count && std::abs(v) >= threshold ? v : naive::soft_threshold(v, threshold);
  }
  return x;
}

int rounded(double count) { return static_cast<int>(std::floor(count + 0.5)); }

LatentCase coupled(Weight weight) {
  const ProximalGradient rule{.step = 0.3, .weight = weight, .selection = {0.15, 0.4}};
  const bool own = weight == Weight::coupled;
  return {own ? "lista-cpss" : "alista-ss", lasso(), rule, signals(), [=](int sample, int iterations) {
            const Matrix a = dictionary(), w = own ? a : analytic(a);
            const Vector b = sample_of(signals(), "b", sample);
            Vector x(columns, 0.0);
            naive::Iterates all;
            for (int k = 1; k <= iterations; ++k) {
              const Vector back = naive::multiply_transposed(w, residual(a, x, b));
              for (std::size_t j = 0; j < columns; ++j) x[j] -= 0.3 * back[j];
              x = shrink(x, 0.3 * lambda, rounded(std::min(0.15 * k, 0.4) * columns));
              all.push_back(x);
            }
            return all;
          }};
}

LatentCase turns() {
  Model m("turns");
  const auto x = m.latent("x", {columns});
  const auto b = m.observed("b", {rows});
  const auto A = m.param("A", matrix(rows, columns), dictionary().entries);
  m.factor("first", SquaredError{mask({0, 1, 2}) * b, (mask({0, 1, 2}) * dense(A)) * x});
  m.factor("second", SquaredError{b, A * x});
  m.factor("sparse", L1{lambda, x});
  const ProximalGradient rule{.step = 0.3, .turns = {"first", "second", "second"}};
  return {"turns", m, rule, signals(), [](int sample, int iterations) {
            const Matrix a = dictionary();
            const Vector b = sample_of(signals(), "b", sample);
            Vector x(columns, 0.0);
            naive::Iterates all;
            for (int k = 0; k < iterations; ++k) {
              Vector r = residual(a, x, b);
              if (k % 3 == 0) std::fill(r.begin() + 3, r.end(), 0.0);
              const Vector back = naive::multiply_transposed(a, r);
              for (std::size_t j = 0; j < columns; ++j)
                x[j] = naive::soft_threshold(x[j] - 0.3 * back[j], 0.3 * lambda);
              all.push_back(x);
            }
            return all;
          }};
}

LatentCase hyperlista(HyperLista::Count count) {
  const bool quantile = count == HyperLista::Count::quantile;
  const HyperLista rule{.threshold = 0.03, .momentum = 0.02, .selection = 0.9, .step = 0.5, .count = count};
  return {quantile ? "hyperlista, quantiles" : "hyperlista", lasso(1), rule, signals(),
          [=](int sample, int iterations) {
            const Matrix a = dictionary(), w = analytic(a);
            const Vector b = sample_of(signals(), "b", sample);
            Vector x(columns, 0.0), before = x;
            naive::Iterates all;
            for (int k = 0; k < iterations; ++k) {
              const Vector r = residual(a, x, b), back = naive::multiply_transposed(w, r);
              const double error = naive::sum_of_magnitudes(pseudoinverse(a, r));
              const double beta = 0.02 * static_cast<double>(columns - std::count(x.begin(), x.end(), 0.0));
              Vector z = x;
              for (std::size_t j = 0; j < columns; ++j) z[j] += -0.5 * back[j] + beta * (x[j] - before[j]);
              const double share =
                  std::clamp(0.9 * std::log(naive::sum_of_magnitudes(pseudoinverse(a, b)) / error), 0.0, 1.0);
              const int most = quantile ? static_cast<int>(std::floor(1 + (columns - 1) * share))
                                        : rounded(share * columns);
              before = x;
              x = shrink(z, 0.03 * 0.5 * error, most);
              all.push_back(x);
            }
            return all;
          }};
}

/// The posterior mean under the prior, and its slope, from the two densities.
struct Estimate {
  double value, slope;
};
Estimate posterior(double z, double tau2) {
  const double total = variance + tau2;
  const double wide = density / std::sqrt(total) * std::exp(-z * z / (2 * total));
  const double narrow = (1 - density) / std::sqrt(tau2) * std::exp(-z * z / (2 * tau2));
  const double p = wide / (wide + narrow), gain = variance / total;
  return {p * gain * z, gain * (p + z * z * p * (1 - p) * (1 / tau2 - 1 / total))};
}

LatentCase amp(bool soft) {
  const Amp rule{.scale = soft ? std::optional(0.8) : std::nullopt};
  return {soft ? "amp, soft threshold" : "amp", soft ? lasso(1) : prior(), rule, signals(),
          [=](int sample, int iterations) {
            const Matrix a = dictionary();
            const Vector b = sample_of(signals(), "b", sample);
            Vector x(columns, 0.0), before(rows, 0.0);
            double slope = 0;
            naive::Iterates all;
            for (int k = 0; k < iterations; ++k) {
              Vector r = residual(a, x, b);
              for (std::size_t i = 0; i < rows; ++i) r[i] = -r[i] + slope * before[i];
              const Vector back = naive::multiply_transposed(a, r);
              const double tau2 = naive::sum_of_squares(r) / rows;
              slope = 0;
              for (std::size_t j = 0; j < columns; ++j) {
                const double z = x[j] + back[j], t = 0.8 * std::sqrt(tau2);
                const Estimate e = soft ? Estimate{naive::soft_threshold(z, t), std::abs(z) > t ? 1.0 : 0.0}
                                        : posterior(z, tau2);
                x[j] = e.value;
                slope += e.slope / rows;
              }
              before = r;
              all.push_back(x);
            }
            return all;
          }};
}

LatentCase oamp(bool orthogonal) {
  const Oamp rule{.noise = noise, .divergence_free = orthogonal};
  return {orthogonal ? "oamp" : "tista", prior(), rule, signals(), [=](int sample, int iterations) {
            const Matrix a = dictionary(), inverse = solve(a, a);
            const Vector b = sample_of(signals(), "b", sample);
            const double gain = orthogonal ? static_cast<double>(columns) / rows : 1;
            Vector x(columns, 0.0);
            naive::Iterates all;
            for (int k = 0; k < iterations; ++k) {
              const Vector r = residual(a, x, b), back = naive::multiply_transposed(inverse, r);
              const double v =
                  std::max((naive::sum_of_squares(r) - rows * noise) / naive::sum_of_squares(a.entries), 0.0);
              const double tau2 = v * (columns + (gain * gain - 2 * gain) * rows) / columns +
                                  noise * gain * gain * naive::sum_of_squares(inverse.entries) / columns;
              Vector z = x, f(columns);
              double slope = 0;
              for (std::size_t j = 0; j < columns; ++j) {
                z[j] -= gain * back[j];
                const Estimate e = posterior(z[j], tau2);
                f[j] = e.value;
                slope += e.slope / columns;
              }
              for (std::size_t j = 0; j < columns; ++j)
                x[j] = orthogonal ? (f[j] - slope * z[j]) / (1 - slope) : f[j];
              all.push_back(f);
            }
            return all;
          }};
}

LatentCase chambolle_pock() {
  return {"chambolle-pock", lasso(), ChambollePock{.primal_step = 0.4, .dual_step = 0.3}, signals(),
          [](int sample, int iterations) {
            const Matrix a = dictionary();
            const Vector b = sample_of(signals(), "b", sample);
            Vector x(columns, 0.0), y(rows, 0.0);
            naive::Iterates all;
            for (int k = 0; k < iterations; ++k) {
              const Vector back = naive::multiply_transposed(a, y), before = x;
              Vector ahead(columns);
              for (std::size_t j = 0; j < columns; ++j) {
                x[j] = naive::soft_threshold(x[j] - 0.4 * back[j], 0.4 * lambda);
                ahead[j] = 2 * x[j] - before[j];
              }
              const Vector image = naive::multiply(a, ahead);
              for (std::size_t i = 0; i < rows; ++i) y[i] = (y[i] + 0.3 * (image[i] - b[i])) / 1.3;
              all.push_back(x);
            }
            return all;
          }};
}

}  // namespace

std::vector<LatentCase> sparse_cases() {
  return {coupled(Weight::coupled),
          coupled(Weight::analytic),
          turns(),
          hyperlista(HyperLista::Count::rounded),
          hyperlista(HyperLista::Count::quantile),
          amp(true),
          amp(false),
          oamp(true),
          oamp(false),
          chambolle_pock()};
}

}  // namespace unfurl::test
