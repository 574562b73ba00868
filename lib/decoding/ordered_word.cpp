// From what is sure to a word that meets the checks.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "decoding/layer_decoder.hpp"
#include "unfurl/at.hpp"

namespace unfurl {

namespace {}  // namespace

Word complete(const Decoder::Impl& d, const double* llr, const double* channel, const std::uint8_t* syndrome,
              int order) {
  const int n = d.checks.columns;
  std::vector<int> columns(at(n));
  std::iota(columns.begin(), columns.end(), 0);
  // In single precision, so that log-ratios that differ by rounding are ties, in which the first column counts.
  const auto sureness = [&](int c) { return static_cast<float>(d.syndromes ? llr[c] : std::abs(llr[c])); };
  std::stable_sort(columns.begin(), columns.end(), [&](int a, int b) { return sureness(a) < sureness(b); });
  Word base(at(n)), wanted(d.checks.rows.size());
  if (!d.syndromes)
    for (int i = 0; i < n; ++i) base[at(i)] = llr[i] < 0 ? 1 : 0;
  if (syndrome != nullptr) std::copy_n(syndrome, wanted.size(), wanted.begin());
  return ordered_statistics(d.checks, wanted, columns, base, order, {channel, channel + n});
}

}  // namespace unfurl
