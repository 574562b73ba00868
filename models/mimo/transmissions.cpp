#include "models/mimo/transmissions.hpp"

#include <cmath>
#include <complex>

#include "unfurl/at.hpp"
#include "unfurl/complex.hpp"

namespace unfurl::mimo_model {

namespace {

using Number = std::complex<double>;
using Numbers = std::vector<Number>;

Number normal(Random& random, double variance) {
  const double deviation = std::sqrt(variance / 2), re = random.normal();
  return {deviation * re, deviation * random.normal()};
}

/// A Cholesky factor of the matrix correlation^|i - j|: an autoregression of order one.
std::vector<double> factor(int n, double correlation) {
  std::vector<double> l(at(n * n), 0);
  for (int i = 0; i < n; ++i)
    for (int j = 0; j <= i; ++j)
      l[at(i * n + j)] =
          std::pow(correlation, i - j) * (j > 0 ? std::sqrt(1 - correlation * correlation) : 1);
  return l;
}

Numbers channel(const Link& link, const std::vector<double>& l, Random& random) {
  const int n = link.antennas;
  Numbers white(at(n * n)), half(at(n * n)), h(at(n * n));
  for (Number& z : white) z = normal(random, 1);
  if (link.correlation <= 0) return white;
  for (int i = 0; i < n; ++i)
    for (int j = 0; j < n; ++j)
      for (int k = 0; k <= i; ++k) half[at(i * n + j)] += l[at(i * n + k)] * white[at(k * n + j)];
  for (int i = 0; i < n; ++i)
    for (int j = 0; j < n; ++j)
      for (int k = 0; k <= j; ++k) h[at(i * n + j)] += half[at(i * n + k)] * l[at(j * n + k)];
  return h;
}

}  // namespace

std::vector<double> Link::levels() const {
  std::vector<double> all = many_levels ? std::vector<double>{-3, -1, 1, 3} : std::vector<double>{-1, 1};
  for (double& v : all) v /= std::sqrt(many_levels ? 10.0 : 2.0);
  return all;
}

Dataset transmit(const Link& link, const std::vector<double>& snr, int count, std::uint64_t seed) {
  Random random(seed);
  const int n = link.antennas;
  const std::vector<double> levels = link.levels(), l = factor(n, link.correlation);
  Numbers received, channels;
  std::vector<float> labels, truth, variances;
  for (const double decibels : snr)
    for (int s = 0; s < count; ++s) {
      const double noise = n * std::pow(10, -decibels / 10);
      const Numbers h = channel(link, l, random);
      std::vector<int> sent(at(2 * n));
      for (int& v : sent) v = random.below(static_cast<int>(levels.size()));
      labels.insert(labels.end(), sent.begin(), sent.end());
      for (const int v : sent) truth.push_back(static_cast<float>(levels[at(v)]));
      for (int i = 0; i < n; ++i) {
        Number y = normal(random, noise);
        for (int j = 0; j < n; ++j)
          y += h[at(i * n + j)] * Number(levels[at(sent[at(j)])], levels[at(sent[at(n + j)])]);
        received.push_back(y);
      }
      channels.insert(channels.end(), h.begin(), h.end());
      variances.push_back(static_cast<float>(noise));
    }
  return Dataset()
      .add("y", 1, 2 * n, as_pairs(received, n))
      .add("H", 2 * n, n, as_pairs(channels, n * n))
      .add("noise", 1, 1, std::move(variances))
      .add("sent", 1, 2 * n, std::move(truth))
      .add("labels", 1, 2 * n, std::move(labels));
}

std::vector<int> most_probable(const Link& link, const Dataset& data) {
  const int n = link.antennas, count = data.samples();
  const std::vector<double> levels = link.levels();
  const int base = static_cast<int>(levels.size());
  const Numbers y = from_pairs(data["y"].values, n), h = from_pairs(data["H"].values, n * n);
  std::vector<int> all;
  for (int s = 0; s < count; ++s) {
    std::vector<int> digits(at(2 * n), 0), best = digits;
    double least = -1;
    for (bool more = true; more;) {
      double error = 0;
      for (int i = 0; i < n; ++i) {
        Number r = y[at(s * n + i)];
        for (int j = 0; j < n; ++j)
          r -= h[at((s * n + i) * n + j)] * Number(levels[at(digits[at(j)])], levels[at(digits[at(n + j)])]);
        error += std::norm(r);
      }
      if (least < 0 || error < least) least = error, best = digits;
      std::size_t place = 0;
      while (place < digits.size() && ++digits[place] == base) digits[place++] = 0;
      more = place < digits.size();
    }
    all.insert(all.end(), best.begin(), best.end());
  }
  return all;
}

}  // namespace unfurl::mimo_model
