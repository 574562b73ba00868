// Failure rates over all errors, by the distribution of what decoders see and what they do not.
#include <algorithm>
#include <cmath>

#include "unfurl/at.hpp"
#include "unfurl/decoding.hpp"

namespace unfurl {

using detail::cat;

namespace {

/// The probability of every sum of columns under a code's noise: bit i of the index is row i.
std::vector<double> distribution(const Code& code, const std::vector<std::size_t>& columns,
                                 const std::vector<double>& flip, double level, int rows) {
  std::vector<double> all(std::size_t{1} << static_cast<unsigned>(rows)), next(all.size());
  all[0] = 1;
  const bool qubits = code.qubits != Code::Qubits::none;
  const std::size_t count = qubits ? columns.size() / 2 : columns.size();
  for (std::size_t c = 0; c < count; ++c) {
    const std::size_t x = columns[c], z = qubits ? columns[count + c] : 0;
    for (std::size_t s = 0; s < all.size(); ++s)
      next[s] = qubits ? (1 - level) * all[s] + level / 3 * (all[s ^ x] + all[s ^ z] + all[s ^ x ^ z])
                       : (1 - flip[c]) * all[s] + flip[c] * all[s ^ x];
    all.swap(next);
  }
  return all;
}

}  // namespace

ExactRates exact_rates(Decoder& decoder, const Code& code, double p) {
  if (!decoder.takes_syndromes())
    throw DataError("exact rates are of decoders of syndromes", "", "unroll the model with its syndrome");
  const int n = code.bits(), m = static_cast<int>(code.checks.rows.size());
  BinaryMatrix hidden = code.logical;
  if (hidden.rows.empty()) {  // every bit counts
    hidden.columns = n;
    for (int i = 0; i < n; ++i) hidden.rows.push_back({i});
  }
  const int k = static_cast<int>(hidden.rows.size());
  constexpr int most = 24;
  if (m + k > most)
    throw DataError(cat(m, " checks and ", k, code.logical.rows.empty() ? " bits" : " logical parities",
                        " have 2^", m + k, " sums"),
                    code.name, cat("at most 2^", most, "; simulate instead"));
  std::vector<std::size_t> columns(at(n));
  for (int r = 0; r < m; ++r)
    for (const int c : code.checks.rows[at(r)]) columns[at(c)] |= std::size_t{1} << static_cast<unsigned>(r);
  for (int r = 0; r < k; ++r)
    for (const int c : hidden.rows[at(r)]) columns[at(c)] |= std::size_t{1} << static_cast<unsigned>(m + r);
  const std::vector<double> flip = flip_probabilities(code, p);
  std::vector<double> prior;
  for (const double f : flip) prior.push_back(std::log1p(-f) - std::log(f));
  const std::vector<double> joint = distribution(code, columns, flip, p, m + k);

  const std::size_t syndromes = std::size_t{1} << static_cast<unsigned>(m),
                    classes = joint.size() / syndromes;
  std::vector<std::size_t> possible;
  std::vector<double> total(syndromes), likeliest(syndromes);
  for (std::size_t s = 0; s < syndromes; ++s) {
    for (std::size_t c = 0; c < classes; ++c) {
      total[s] += joint[c * syndromes + s];
      likeliest[s] = std::max(likeliest[s], joint[c * syndromes + s]);
    }
    if (total[s] > 0) possible.push_back(s);
  }
  ExactRates rates;
  rates.p = p;
  constexpr std::size_t batch = 4096;
  std::vector<double> llr;
  std::vector<std::uint8_t> bits;
  for (std::size_t first = 0; first < possible.size(); first += batch) {
    const std::size_t some = std::min(batch, possible.size() - first);
    llr.clear();
    bits.clear();
    for (std::size_t w = 0; w < some; ++w) {
      llr.insert(llr.end(), prior.begin(), prior.end());
      for (int r = 0; r < m; ++r)
        bits.push_back(static_cast<std::uint8_t>(possible[first + w] >> static_cast<unsigned>(r) & 1U));
    }
    const DecodedWords decoded = decoder.decode(llr.data(), bits.data(), static_cast<int>(some));
    for (std::size_t w = 0; w < some; ++w) {
      const std::size_t s = possible[first + w];
      rates.maximum_likelihood += total[s] - likeliest[s];
      if (decoded.met[w] == 0) {
        rates.failure += total[s];
        rates.unmet += total[s];
        continue;
      }
      std::size_t found = 0;
      for (int i = 0; i < n; ++i)
        if (decoded.bits[w * at(n) + at(i)] != 0) found ^= columns[at(i)];
      rates.failure += total[s] - joint[found];
    }
  }
  return rates;
}

}  // namespace unfurl
