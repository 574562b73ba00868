#include "models/common_pca/draws.hpp"

#include <cmath>

namespace unfurl::common_pca_model {

namespace {

/// How far apart the classes' means are along the stable axes, and along the others as shares of the deviation there: what is
/// learned from the latter does not hold in the target, where they are others.
constexpr double apart = 1.6, misleading = 0.2;

/// Columns by Gram and Schmidt.
Matrix random_axes(Random& random) {
  Matrix q(size, size);
  for (int j = 0; j < size; ++j) {
    for (int i = 0; i < size; ++i) q(i, j) = random.normal();
    for (int k = 0; k <= j; ++k) {
      double dot = 0;
      for (int i = 0; i < size; ++i) dot += q(i, k) * q(i, j);
      for (int i = 0; i < size; ++i) q(i, j) = k < j ? q(i, j) - dot * q(i, k) : q(i, j) / std::sqrt(dot);
    }
  }
  return q;
}

/// Points of one domain, with variances of its own.
void add_domain(Draw& draw, Points& to, int first, const Matrix& means, Random& random) {
  std::vector<double> deviation;
  for (int j = stable; j < size; ++j) deviation.push_back(std::exp(1 + 0.7 * random.normal()));
  Matrix inside(per_domain, size);
  for (int i = 0; i < per_domain; ++i) {
    const int label = random.below(classes);
    to.label.push_back(label);
    for (int j = 0; j < size; ++j) {
      if (j < stable) {
        inside(i, j) = means(label, j) + random.normal();
      } else {
        const auto k = static_cast<std::size_t>(j - stable);
        inside(i, j) = deviation[k] * (means(label, j) + random.normal());
      }
    }
  }
  for (int i = 0; i < per_domain; ++i)
    for (int k = 0; k < size; ++k)
      for (int j = 0; j < size; ++j) to.at(first + i, k) += inside(i, j) * draw.axes(k, j);
}

}  // namespace

Draw make_draw(std::uint64_t seed) {
  Random random(seed);
  Draw draw;
  draw.axes = random_axes(random);
  Matrix means(classes, size);
  const auto redraw = [&](int first, int last, double factor) {
    for (int c = 0; c < classes; ++c)
      for (int j = first; j < last; ++j) means(c, j) = factor * random.normal();
  };
  redraw(0, stable, apart), redraw(stable, size, misleading);
  draw.source.at = Matrix(domains * per_domain, size);
  draw.target.at = Matrix(per_domain, size);
  for (int d = 0; d < domains; ++d) add_domain(draw, draw.source, d * per_domain, means, random);
  redraw(stable, size, misleading);
  add_domain(draw, draw.target, 0, means, random);
  draw.covariances = Matrix(domains * size, size);
  Matrix sum(size, size);
  for (int d = 0; d < domains; ++d) {
    std::vector<double> mean(size, 0);
    for (int i = 0; i < per_domain; ++i)
      for (int k = 0; k < size; ++k)
        mean[static_cast<std::size_t>(k)] += draw.source.at(d * per_domain + i, k) / per_domain;
    for (int i = 0; i < per_domain; ++i)
      for (int k = 0; k < size; ++k)
        for (int j = 0; j < size; ++j)
          draw.covariances(d * size + k, j) +=
              (draw.source.at(d * per_domain + i, k) - mean[static_cast<std::size_t>(k)]) *
              (draw.source.at(d * per_domain + i, j) - mean[static_cast<std::size_t>(j)]) / (per_domain - 1);
    for (int k = 0; k < size; ++k)
      for (int j = 0; j < size; ++j) sum(k, j) += draw.covariances(d * size + k, j);
  }
  draw.pooled = eigenvectors(sum);
  return draw;
}

Dataset as_data(const std::vector<Draw>& draws) {
  std::vector<float> s, vectors;
  for (const Draw& draw : draws) {
    s.insert(s.end(), draw.covariances.entries.begin(), draw.covariances.entries.end());
    vectors.insert(vectors.end(), draw.pooled.entries.begin(), draw.pooled.entries.end());
  }
  return Dataset()
      .add("S", domains * size, size, std::move(s))
      .add("eigenvectors", 1, size * size, std::move(vectors));
}

}  // namespace unfurl::common_pca_model
