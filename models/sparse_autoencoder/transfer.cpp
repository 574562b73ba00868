#include "models/sparse_autoencoder/transfer.hpp"

#include <algorithm>
#include <cmath>

#include "unfurl/at.hpp"

namespace unfurl::sparse_autoencoder_model {

namespace {

double decibels(double error, double power) {
  return 10 * std::log10(std::max(error, 1e-30) / std::max(power, 1e-30));
}

/// At a resolution: the network's own, or another of its family.
Network at_resolution(const Network& network, int n) { return n == side ? network : network.of({n}); }

/// Codes over pixels, [kernels, n, n], with means over cells; others as they are.
std::vector<float> coarse(const Samples& codes, bool local, int n, int to) {
  if (!local || n == to) return codes.values;
  const int cell = n / to;
  const std::size_t size = codes.size(), samples = codes.values.size() / size, small = at(kernels * to * to);
  std::vector<float> sums(samples * small, 0);
  for (std::size_t s = 0; s < samples; ++s)
    for (std::size_t i = 0; i < size; ++i) {
      const std::size_t kernel = i / at(n * n), down = i / at(n) % at(n) / at(cell),
                        right = i % at(n) / at(cell);
      sums[s * small + (kernel * at(to) + down) * at(to) + right] +=
          codes.values[s * size + i] / static_cast<float>(cell * cell);
    }
  return sums;
}

struct Likeness {
  double cosine = 0, common = 0;
};
/// Means over samples; of two codes that are zero nothing is counted.
Likeness likeness(const std::vector<float>& a, const std::vector<float>& b, std::size_t samples) {
  Likeness all;
  const std::size_t size = a.size() / samples;
  for (std::size_t s = 0; s < samples; ++s) {
    double dot = 0, first = 0, second = 0, both = 0, either = 0;
    for (std::size_t i = s * size; i < (s + 1) * size; ++i) {
      dot += a[i] * b[i], first += a[i] * a[i], second += b[i] * b[i];
      both += a[i] > 0 && b[i] > 0 ? 1 : 0, either += a[i] > 0 || b[i] > 0 ? 1 : 0;
    }
    const double n = static_cast<double>(samples);
    if (first > 0 && second > 0) all.cosine += dot / std::sqrt(first * second) / n;
    if (either > 0) all.common += both / either / n;
  }
  return all;
}

}  // namespace

std::vector<Metric> transfer(const Network& network, const Pictures& pictures, Dictionary d) {
  std::vector<Metric> metrics;
  const Dataset here = network.run(as_data(pictures), {"z", "picture"});
  const std::size_t samples = at(pictures.count());
  for (const int n : {28, 14, 56}) {
    const Pictures seen = n == side ? pictures : resampled(pictures, n);
    const Dataset result = n == side ? here : at_resolution(network, n).run(as_data(seen), {"z", "picture"});
    const std::vector<float>& found = result["picture"].values;
    const std::string suffix = n == side ? "" : detail::cat(" at ", n);
    Metric error{"error" + suffix, "dB", false, 0, {}};
    double errors = 0, power = 0;
    for (std::size_t first = 0; first < found.size(); first += seen.size()) {
      double e = 0, p = 0;
      for (std::size_t i = first; i < first + seen.size(); ++i)
        e += std::pow(found[i] - seen.pixels[i], 2), p += std::pow(seen.pixels[i], 2);
      if (n == side) error.per_item.push_back(decibels(e, p));
      errors += e, power += p;
    }
    error.value = decibels(errors, power);
    metrics.push_back(std::move(error));
    const Samples& codes = result["z"];
    if (n == side) {
      const auto active =
          std::count_if(codes.values.begin(), codes.values.end(), [](float v) { return v > 0; });
      metrics.push_back(
          {"active", "", false, static_cast<double>(active) / static_cast<double>(samples), {}});
      continue;
    }
    const int to = std::min(n, side);
    const Likeness like =
        likeness(coarse(here["z"], is_local(d), side, to), coarse(codes, is_local(d), n, to), samples);
    metrics.push_back({"cosine" + suffix, "", true, like.cosine, {}});
    metrics.push_back({"common" + suffix, "", true, like.common, {}});
  }
  return metrics;
}

}  // namespace unfurl::sparse_autoencoder_model
