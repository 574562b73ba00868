#include "models/images.hpp"

#include <algorithm>
#include <cmath>

#include "unfurl/extend/builder.hpp"

namespace unfurl {

SmoothNoise::SmoothNoise(int side, double deviation)
    : side_(static_cast<std::size_t>(side)), matrix_(side_ * side_, 0) {
  const int centre = side / 2 - 1;
  const double middle = 0.5 * (side - 1);
  const auto weight = [=](int k) {
    return std::exp(-(k - middle) * (k - middle) / (2 * deviation * deviation));
  };
  double total = 0;
  for (int k = 0; k < side; ++k) total += weight(k);
  for (int i = 0; i < side; ++i)
    for (int k = 0; k < side; ++k) {
      int j = i + k - centre;
      if (j < 0) j = -1 - j;
      if (j >= side) j = 2 * side - 1 - j;
      matrix_[static_cast<std::size_t>(std::ptrdiff_t{i} * side + j)] += weight(k) / total;
    }
}

std::vector<double> SmoothNoise::product_with_transpose(const std::vector<double>& a,
                                                        const std::vector<double>& b) const {
  std::vector<double> c(side_ * side_, 0);
  for (std::size_t i = 0; i < side_; ++i)
    for (std::size_t j = 0; j < side_; ++j)
      for (std::size_t k = 0; k < side_; ++k) c[i * side_ + j] += a[i * side_ + k] * b[j * side_ + k];
  return c;
}

std::vector<double> SmoothNoise::draw(Random& random) const {
  std::vector<double> noise(side_ * side_);
  for (double& v : noise) v = random.uniform();
  const std::vector<double> rows = product_with_transpose(matrix_, noise);  // S N^T: smoothed and transposed
  return product_with_transpose(matrix_, rows);
}

}  // namespace unfurl
