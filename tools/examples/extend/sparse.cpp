#include "sparse.hpp"

#include <unfurl/at.hpp>

std::vector<double> normal(int n, std::uint64_t seed, double density) {
  unfurl::Random random(seed);
  std::vector<double> values(static_cast<std::size_t>(n));
  for (double& v : values) v = random.uniform() < density ? random.normal() : 0;
  return values;
}

const std::vector<double>& dictionary() {
  static const std::vector<double> values = bounded().nearest(rows, columns, normal(rows * columns, 1));
  return values;
}

unfurl::Dataset measure(std::uint64_t seed) {
  const std::vector<double> x = normal(samples * columns, seed + 1, 0.1);
  std::vector<float> b;
  for (int s = 0; s < samples; ++s)
    for (int i = 0; i < rows; ++i) {
      double sum = 0;
      for (int j = 0; j < columns; ++j)
        sum += dictionary()[unfurl::at(i * columns + j)] * x[unfurl::at(s * columns + j)];
      b.push_back(static_cast<float>(sum));
    }
  return unfurl::Dataset().add("b", 1, rows, b).add("code", 1, columns, {x.begin(), x.end()});
}
