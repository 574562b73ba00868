#include "models/mimo/bit_errors.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "unfurl/at.hpp"

namespace unfurl::mimo_model {

using detail::cat;

namespace {

int bits_of(const Link& link) { return link.many_levels ? 2 : 1; }
/// Of the Gray code.
int wrong_bits(int a, int b) { return std::popcount(static_cast<unsigned>((a ^ (a >> 1)) ^ (b ^ (b >> 1)))); }

}  // namespace

Metric bit_errors(const Link& link, const std::vector<int>& decided, const Dataset& data) {
  const std::vector<float>& labels = data["labels"].values;
  const std::size_t each = at(2 * link.antennas);
  Metric ber{"BER", "", false, 0, {}};
  for (std::size_t first = 0; first < labels.size(); first += each) {
    double wrong = 0;
    for (std::size_t i = first; i < first + each; ++i)
      wrong += wrong_bits(decided[i], static_cast<int>(labels[i]));
    ber.per_item.push_back(wrong / static_cast<double>(each) / bits_of(link));
    ber.value += ber.per_item.back() * static_cast<double>(each) / static_cast<double>(labels.size());
  }
  return ber;
}

Metric bit_errors(const Link& link, const Network& network, const Dataset& data) {
  const Dataset result = network.run(data, {"x.logit"});
  const Samples& logit = result["x.logit"];
  const auto planes = at(logit.planes), rows = at(logit.rows);
  std::vector<int> decided;
  for (std::size_t s = 0; s < at(logit.count()); ++s)
    for (std::size_t i = 0; i < rows; ++i) {
      const float* v = logit.values.data() + s * planes * rows + i;
      int best = planes == 1 && v[0] > 0 ? 1 : 0;
      for (std::size_t p = 1; p < planes; ++p)
        if (v[p * rows] > v[at(best) * rows]) best = static_cast<int>(p);
      decided.push_back(best);
    }
  return bit_errors(link, decided, data);
}

Metric snr_where(const Link& link, const Metric& errors, const std::vector<double>& snr, double level) {
  const double bit = 1.0 / (2 * link.antennas * bits_of(link));
  const std::size_t each = errors.per_item.size() / snr.size();
  std::vector<double> logarithm;
  for (std::size_t k = 0; k < snr.size(); ++k) {
    double sum = 0;
    for (std::size_t i = 0; i < each; ++i) sum += errors.per_item[k * each + i];
    logarithm.push_back(std::log10(std::max(sum, bit / 2) / static_cast<double>(each)));
  }
  Metric found{cat("BER ", level), "dB", false, std::numeric_limits<double>::quiet_NaN(), {}};
  for (std::size_t k = 0; k + 1 < snr.size(); ++k) {
    const double before = logarithm[k] - std::log10(level), after = logarithm[k + 1] - std::log10(level);
    if (before > 0 && after <= 0) found.value = snr[k] + (snr[k + 1] - snr[k]) * before / (before - after);
  }
  return found;
}

}  // namespace unfurl::mimo_model
