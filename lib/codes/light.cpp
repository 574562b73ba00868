// Light checks of cyclic codes.
#include <algorithm>
#include <set>

#include "codes/packed.hpp"
#include "unfurl/at.hpp"
#include "unfurl/data.hpp"

namespace unfurl {

using detail::cat;

namespace {

std::vector<int> shifted(const std::vector<int>& word, int by, int n) {
  std::vector<int> result;
  for (const int i : word) result.push_back((i + by) % n);
  std::sort(result.begin(), result.end());
  return result;
}

/// Of a word and its cyclic shifts the first in the order of their ones.
std::vector<int> representative(const std::vector<int>& word, int n) {
  std::vector<int> least = word;
  for (const int i : word) least = std::min(least, shifted(word, n - i, n));
  return least;
}

/// Sums of rows that are light, one of every orbit, the lightest first: rows of echelon forms for orders at random.
std::vector<std::vector<int>> light_words(const BinaryMatrix& checks, std::uint64_t seed) {
  constexpr int tries = 300;
  Random random(seed);
  std::set<std::pair<std::size_t, std::vector<int>>> found;
  for (int t = 0; t < tries; ++t) {
    codes::PackedMatrix packed(checks);
    const auto rank = static_cast<int>(packed.eliminate(random.permutation(checks.columns)).size());
    for (int r = 0; r < rank; ++r) {
      std::vector<int> word;
      for (int c = 0; c < checks.columns; ++c)
        if (packed.at(r, c)) word.push_back(c);
      found.emplace(word.size(), representative(word, checks.columns));
    }
  }
  std::vector<std::vector<int>> words;
  for (const auto& [weight, word] : found) words.push_back(word);
  return words;
}

/// 4-cycles that a row closes with others.
int cycles_with(const std::vector<int>& row, const std::vector<std::vector<int>>& others) {
  int cycles = 0;
  for (const auto& other : others) {
    std::vector<int> shared;
    std::set_intersection(row.begin(), row.end(), other.begin(), other.end(), std::back_inserter(shared));
    const auto s = static_cast<int>(shared.size());
    cycles += s * (s - 1) / 2;
  }
  return cycles;
}

}  // namespace

Code light_bch(int n, int k, int orbits, std::uint64_t seed) {
  const Code plain = bch(n, k);
  const auto words = light_words(plain.checks, seed);
  if (orbits < 0 || at(orbits) > words.size())
    throw DataError(cat(orbits, " orbits of light checks, of which ", words.size(), " were found"),
                    plain.name, "ask for fewer");
  Code code{cat("light_bch:", n, ",", k, ",", orbits), {n, {}}, {}, {}};
  if (orbits > 0) {
    for (int o = 0; o < orbits; ++o)
      for (int by = 0; by < n; ++by) code.checks.rows.push_back(shifted(words[at(o)], by, n));
    return code;
  }
  std::vector<std::vector<int>> candidates;
  for (const auto& word : words)
    for (int by = 0; by < n && word.size() == words[0].size(); ++by)
      candidates.push_back(shifted(word, by, n));
  for (int r = 0; r < n - k; ++r) {
    std::sort(candidates.begin(), candidates.end(), [&](const auto& a, const auto& b) {
      return std::pair(cycles_with(a, code.checks.rows), a) < std::pair(cycles_with(b, code.checks.rows), b);
    });
    const auto next = std::find_if(candidates.begin(), candidates.end(), [&](const auto& row) {
      BinaryMatrix more = code.checks;
      more.rows.push_back(row);
      return rank(more) == r + 1;
    });
    if (next == candidates.end())
      throw DataError("the lightest checks are not independent enough", code.name,
                      "ask for orbits, or take bch");
    code.checks.rows.push_back(*next);
  }
  return code;
}

}  // namespace unfurl
