// Orthogonal columns of norm one [Edelman98]. Steps end at the polar factor of W + step, the nearest point, which agrees with
// geodesics to second order [Absil12].
#include <cmath>

#include "core/decompositions.hpp"
#include "store/spaces/all.hpp"
#include "store/spaces/columns.hpp"

namespace unfurl::spaces {

namespace {

/// to = a b, all of n x n.
void multiply(const double* a, const double* b, double* to, std::size_t n) {
  std::fill(to, to + n * n, 0.0);
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t k = 0; k < n; ++k)
      for (std::size_t j = 0; j < n; ++j) to[i * n + j] += a[i * n + k] * b[k * n + j];
}

/// a^-1/2 of a symmetric matrix with eigenvalues of at least one, in `inverse`, by the coupled iteration of Newton and Schulz
/// [Higham08, chapter 6]: it has products only, and converges from any such matrix once divided by a bound on its eigenvalues.
void inverse_root(double* a, double* inverse, double* correction, double* spare, std::size_t n) {
  double bound = 0;
  for (std::size_t i = 0; i < n; ++i) {
    double row = 0;
    for (std::size_t j = 0; j < n; ++j) row += std::abs(a[i * n + j]);
    bound = std::max(bound, row);
  }
  for (std::size_t i = 0; i < n * n; ++i) a[i] /= bound, inverse[i] = i % (n + 1) == 0 ? 1.0 : 0.0;
  constexpr int most = 100;  // bounds of 1e30 take 90
  bool last = false;
  for (int round = 0; round < most && !last; ++round) {
    multiply(inverse, a, correction, n);
    double error = 0;
    for (std::size_t i = 0; i < n * n; ++i) {
      const double one = i % (n + 1) == 0 ? 1.0 : 0.0;
      error = std::max(error, std::abs(one - correction[i]));
      correction[i] = (3 * one - correction[i]) / 2;
    }
    last = error < 1e-8;  // whose square is nothing
    multiply(a, correction, spare, n);
    std::copy(spare, spare + n * n, a);
    multiply(correction, inverse, spare, n);
    std::copy(spare, spare + n * n, inverse);
  }
  const double scale = 1 / std::sqrt(bound);
  for (std::size_t i = 0; i < n * n; ++i) inverse[i] *= scale;
}

class Stiefel final : public SpaceOf<Stiefel> {
 public:
  std::string name() const override { return "stiefel"; }
  std::string objection(std::span<const double> values, int rows, int columns) const override {
    if (std::string why = single_numbers(rows, columns); !why.empty()) return why;
    if (rows < columns) return "has more columns than rows, and so many cannot be orthogonal";
    for (int a = 0; a < columns; ++a)
      for (int b = 0; b <= a; ++b) {
        const double product = column_product(values, rows, columns, a, b);
        if (std::abs(product - (a == b ? 1 : 0)) <= tolerance) continue;
        return a == b ? detail::cat("has column ", a, " of norm ", std::sqrt(product), ", not 1")
                      : detail::cat("has columns ", b, " and ", a, " with the inner product ", product,
                                    ", not 0");
      }
    return "";
  }
  void project(std::span<double> values, int rows, int columns) const override {
    if (rows < columns) return;
    Eigen::Map<Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>> w(values.data(), rows,
                                                                                         columns);
    w = detail::nearest_orthonormal(w);
  }
  std::size_t scratch(int rows, int columns) const override {
    return at_index(rows) * at_index(columns) + 4 * at_index(columns) * at_index(columns);
  }

  /// G - W (W^T G + G^T W) / 2.
  template <class T>
  void pull(const Point<T>& at, T* gradient) const {
    const auto n = at_index(at.columns);
    double* common = at.scratch;
    std::fill(common, common + n * n, 0.0);
    for_rows(at, [&](const T* w, std::size_t first) {
      for (std::size_t a = 0; a < n; ++a)
        for (std::size_t b = 0; b < n; ++b)
          common[a * n + b] += static_cast<double>(w[a]) * static_cast<double>(gradient[first + b]);
    });
    for (std::size_t a = 0; a < n; ++a)
      for (std::size_t b = 0; b <= a; ++b)
        common[a * n + b] = common[b * n + a] = (common[a * n + b] + common[b * n + a]) / 2;
    double* row = common + n * n;
    for_rows(at, [&](const T* w, std::size_t first) {
      for (std::size_t b = 0; b < n; ++b) row[b] = static_cast<double>(gradient[first + b]);
      for (std::size_t a = 0; a < n; ++a)
        for (std::size_t b = 0; b < n; ++b) row[b] -= static_cast<double>(w[a]) * common[a * n + b];
      for (std::size_t b = 0; b < n; ++b) gradient[first + b] = static_cast<T>(row[b]);
    });
  }

  /// Y (Y^T Y)^-1/2 for Y = W + step; eigenvalues of Y^T Y are at least one, since the step is tangent.
  template <class T>
  void move(const Point<T>& at, T* step) const {
    pull(at, step);
    const auto n = at_index(at.columns);
    double *moved = at.scratch, *square = moved + at_index(at.rows) * n, *inverse = square + n * n,
           *correction = inverse + n * n, *spare = correction + n * n;
    for (std::size_t i = 0; i < at_index(at.rows) * n; ++i)
      moved[i] = static_cast<double>(at.value[i]) + static_cast<double>(step[i]);
    std::fill(square, square + n * n, 0.0);
    for_rows(at, [&](const T*, std::size_t first) {
      const double* y = moved + first;
      for (std::size_t a = 0; a < n; ++a)
        for (std::size_t b = 0; b < n; ++b) square[a * n + b] += y[a] * y[b];
    });
    inverse_root(square, inverse, correction, spare, n);
    for_rows(at, [&](T* w, std::size_t first) {
      std::fill(spare, spare + n, 0.0);
      for (std::size_t a = 0; a < n; ++a)
        for (std::size_t b = 0; b < n; ++b) spare[b] += moved[first + a] * inverse[a * n + b];
      for (std::size_t b = 0; b < n; ++b) w[b] = static_cast<T>(spare[b]);
    });
  }
};

}  // namespace

Pointer stiefel() { return std::make_shared<Stiefel>(); }

}  // namespace unfurl::spaces
