#include "models/common_pca/measures.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace unfurl::common_pca_model {

namespace {

/// log b^T S b of every domain and column, [domains, columns].
Matrix log_variances(const Draw& draw, const Matrix& components) {
  const Matrix products = product(draw.covariances, components);
  Matrix logs(domains, components.columns);
  for (int d = 0; d < domains; ++d)
    for (int j = 0; j < components.columns; ++j) {
      double sum = 0;
      for (int i = 0; i < size; ++i) sum += components(i, j) * products(d * size + i, j);
      logs(d, j) = std::log(sum);
    }
  return logs;
}

/// Projections, and a column of ones.
Matrix features(const Points& points, const Matrix& components) {
  const Matrix projected = product(points.at, components);
  Matrix x(projected.rows, projected.columns + 1);
  for (int i = 0; i < x.rows; ++i)
    for (int j = 0; j < x.columns; ++j) x(i, j) = j < projected.columns ? projected(i, j) : 1;
  return x;
}

}  // namespace

Matrix steadiest(const Draw& draw, const Matrix& components, int count) {
  const Matrix logs = log_variances(draw, components);
  std::vector<std::pair<double, int>> order;
  for (int j = 0; j < components.columns; ++j) {
    double sum = 0, squares = 0;
    for (int d = 0; d < domains; ++d) sum += logs(d, j), squares += logs(d, j) * logs(d, j);
    order.emplace_back(squares - sum * sum / domains, j);
  }
  std::sort(order.begin(), order.end());
  Matrix chosen(size, count);
  for (int i = 0; i < size; ++i)
    for (int j = 0; j < count; ++j) chosen(i, j) = components(i, order[static_cast<std::size_t>(j)].second);
  return chosen;
}

double accuracy(const Draw& draw, const Matrix& components) {
  const Matrix x = features(draw.source, components), y = features(draw.target, components);
  Matrix a(x.columns, x.columns), b(x.columns, classes);
  for (int i = 0; i < x.rows; ++i)
    for (int j = 0; j < x.columns; ++j) {
      for (int k = 0; k < x.columns; ++k) a(j, k) += x(i, j) * x(i, k);
      b(j, draw.source.label[static_cast<std::size_t>(i)]) += x(i, j);
    }
  for (int j = 0; j + 1 < x.columns; ++j) a(j, j) += 1e-3 * x.rows;
  solve(a, b);
  const Matrix scores = product(y, b);
  int right = 0;
  for (int i = 0; i < scores.rows; ++i) {
    int best = 0;
    for (int c = 1; c < classes; ++c) best = scores(i, c) > scores(i, best) ? c : best;
    right += best == draw.target.label[static_cast<std::size_t>(i)];
  }
  return static_cast<double>(right) / scores.rows;
}

double objective(const Draw& draw, const Matrix& components) {
  const Matrix logs = log_variances(draw, components);
  double sum = std::accumulate(logs.entries.begin(), logs.entries.end(), 0.0);
  for (int d = 0; d < domains; ++d) {
    Matrix s(size, size), nothing(size, 0);
    for (int i = 0; i < size; ++i)
      for (int j = 0; j < size; ++j) s(i, j) = draw.covariances(d * size + i, j);
    solve(s, nothing);
    for (int i = 0; i < size; ++i) sum -= std::log(s(i, i));
  }
  return sum / domains;
}

std::vector<Metric> measure(const std::vector<Draw>& draws, const std::vector<Matrix>& components,
                            bool steady) {
  Metric right{"accuracy", "", true, 0, {}}, left{"objective", "", false, 0, {}};
  const auto n = static_cast<double>(draws.size());
  for (std::size_t i = 0; i < draws.size(); ++i) {
    right.per_item.push_back(
        accuracy(draws[i], steady ? steadiest(draws[i], components[i], stable) : components[i]));
    right.value += right.per_item.back() / n;
    if (!steady) continue;
    left.per_item.push_back(objective(draws[i], components[i]));
    left.value += left.per_item.back() / n;
  }
  if (!steady) return {right};
  return {right, left};
}
double departure(const std::vector<Matrix>& components) {
  double most = 0;
  for (const Matrix& b : components)
    for (int i = 0; i < size; ++i)
      for (int j = 0; j < size; ++j) {
        double dot = i == j ? -1 : 0;
        for (int k = 0; k < size; ++k) dot += b(k, i) * b(k, j);
        most = std::max(most, std::abs(dot));
      }
  return most;
}

}  // namespace unfurl::common_pca_model
