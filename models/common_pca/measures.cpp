#include "models/common_pca/measures.hpp"

#include <algorithm>
#include <cmath>

namespace unfurl::common_pca_model {

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
