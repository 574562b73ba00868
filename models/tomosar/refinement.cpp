#include "models/tomosar/refinement.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "models/tomosar/scene.hpp"

namespace unfurl::tomosar_model {

namespace {

using Number = std::complex<double>;
using Vector = std::vector<Number>;

constexpr double nearest = 0.1;  // grid points between two scatterers

/// a^H b.
Number dot(const Vector& a, const Vector& b) {
  Number sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += std::conj(a[i]) * b[i];
  return sum;
}

/// One or two steering vectors, which have length one.
class Columns {
 public:
  explicit Columns(const std::vector<double>& heights) {
    for (const double h : heights) columns_.push_back(steering(h));
    if (columns_.size() == 2) cross_ = dot(columns_[0], columns_[1]);
  }
  /// Of v in least squares.
  Vector strengths(const Vector& v) const {
    const Number first = dot(columns_[0], v);
    if (columns_.size() == 1) return {first};
    const Number second = dot(columns_[1], v);
    const double rest = 1 - std::norm(cross_);
    return {(first - cross_ * second) / rest, (second - std::conj(cross_) * first) / rest};
  }
  /// What they leave of v.
  Vector rest(Vector v) const {
    const Vector c = strengths(v);
    for (std::size_t k = 0; k < c.size(); ++k)
      for (std::size_t i = 0; i < v.size(); ++i) v[i] -= c[k] * columns_[k][i];
    return v;
  }
  /// How what is left of g changes with the height of one.
  Vector slope(std::size_t k, Number strength) const {
    Vector v = columns_[k];
    for (std::size_t i = 0; i < v.size(); ++i)
      v[i] *= strength * Number(0, 2 * std::numbers::pi * spacing * antennas()[i]);
    return rest(std::move(v));
  }

 private:
  std::vector<Vector> columns_;
  Number cross_ = 0;
};

double error(const Vector& g, const std::vector<double>& heights) {
  if (heights.size() == 2 && std::abs(heights[0] - heights[1]) < nearest) return HUGE_VAL;
  const Vector rest = Columns(heights).rest(g);
  return dot(rest, rest).real();
}

/// -(H + damping diag H)^-1 gradient of one or two unknowns.
std::vector<double> step(const double h[2][2], const double gradient[2], std::size_t count, double damping) {
  const double a = h[0][0] * (1 + damping), d = h[1][1] * (1 + damping), b = h[0][1];
  if (count == 1) return {-gradient[0] / a};
  const double determinant = a * d - b * b;
  return {(b * gradient[1] - d * gradient[0]) / determinant,
          (b * gradient[0] - a * gradient[1]) / determinant};
}

}  // namespace

std::vector<double> refined(std::span<const Number> seen, std::vector<double> heights) {
  const Vector g(seen.begin(), seen.end());
  double least = error(g, heights), damping = 1e-3;
  if (!std::isfinite(least)) return heights;
  for (int iteration = 0; iteration < 40; ++iteration) {
    const Columns columns(heights);
    const Vector strengths = columns.strengths(g), rest = columns.rest(g);
    std::vector<Vector> slopes;
    for (std::size_t k = 0; k < heights.size(); ++k) slopes.push_back(columns.slope(k, strengths[k]));
    double h[2][2] = {}, gradient[2] = {};
    for (std::size_t k = 0; k < slopes.size(); ++k) {
      gradient[k] = dot(slopes[k], rest).real();
      for (std::size_t l = 0; l < slopes.size(); ++l) h[k][l] = dot(slopes[k], slopes[l]).real();
    }
    const std::vector<double> by = step(h, gradient, heights.size(), damping);
    double longest = 0;
    for (const double d : by) longest = std::max(longest, std::abs(d));
    if (!(longest > 1e-9)) break;  // arrived, or nothing there to see
    std::vector<double> tried = heights;
    for (std::size_t k = 0; k < by.size(); ++k) tried[k] += by[k] / std::max(1.0, longest);
    const double found = error(g, tried);
    damping = found < least ? damping / 10 : damping * 10;
    if (found < least) least = found, heights = tried;
  }
  return heights;
}

}  // namespace unfurl::tomosar_model
