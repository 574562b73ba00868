// Regular codes by progressive edge growth [Hu05]: every new edge of a bit goes to a check as far away as there is.
#include <algorithm>

#include "unfurl/at.hpp"
#include "unfurl/codes.hpp"
#include "unfurl/data.hpp"

namespace unfurl {

using detail::cat;

namespace {

class Growth {
 public:
  Growth(int n, int m, int most, std::uint64_t seed)
      : most_(most), bits_(at(n)), checks_(at(m)), reached_(at(m)), bit_reached_(at(n)), random_(seed) {}

  /// False where the only checks with room are the bit's own.
  bool add_edge(int bit) {
    const int check = farthest(bit);
    if (check < 0) return false;
    bits_[at(bit)].push_back(check);
    checks_[at(check)].push_back(bit);
    return true;
  }
  const std::vector<std::vector<int>>& checks() const { return checks_; }
  bool short_cycles() const { return short_cycles_; }  ///< of length 4

 private:
  /// A check with room that a search from the bit does not reach, or else reaches last.
  int farthest(int bit) {
    ++search_;
    bit_reached_[at(bit)] = search_;
    std::vector<std::vector<int>> levels{bits_[at(bit)]};
    for (const int c : levels[0]) reached_[at(c)] = search_;
    std::size_t seen = levels[0].size();
    while (!levels.back().empty() && seen < checks_.size()) {
      std::vector<int> next;
      for (const int c : levels.back())
        for (const int b : checks_[at(c)]) {
          if (bit_reached_[at(b)] == search_) continue;
          bit_reached_[at(b)] = search_;
          for (const int other : bits_[at(b)])
            if (reached_[at(other)] != search_) reached_[at(other)] = search_, next.push_back(other);
        }
      seen += next.size();
      levels.push_back(std::move(next));
    }
    if (seen < checks_.size()) {
      std::vector<int> rest;
      for (int c = 0; c < static_cast<int>(checks_.size()); ++c)
        if (reached_[at(c)] != search_) rest.push_back(c);
      if (const int found = pick(rest); found >= 0) return found;
    }
    for (std::size_t l = levels.size(); l-- > 1;)
      if (const int found = pick(levels[l]); found >= 0) {
        short_cycles_ = short_cycles_ || l == 1;
        return found;
      }
    return -1;
  }

  /// One of those of the least degree that has room; -1: none has.
  int pick(const std::vector<int>& checks) {
    int found = -1, ties = 0;
    for (const int c : checks) {
      const auto degree = static_cast<int>(checks_[at(c)].size());
      if (degree >= most_) continue;
      const int best = found < 0 ? most_ : static_cast<int>(checks_[at(found)].size());
      if (degree < best)
        found = c, ties = 1;
      else if (degree == best && random_.below(++ties) == 0)
        found = c;
    }
    return found;
  }

  int most_;
  std::vector<std::vector<int>> bits_, checks_;
  std::vector<int> reached_, bit_reached_;  // the search that came last
  int search_ = 0;
  bool short_cycles_ = false;
  Random random_;
};

}  // namespace

Code regular_ldpc(int n, int dv, int dc, std::uint64_t seed) {
  if (n < 2 || dv < 1 || dc < 2 || n > 1 << 22 || static_cast<std::int64_t>(n) * dv % dc != 0)
    throw DataError(
        cat("a (", dv, ",", dc, ")-regular code of ", n, " bits"), "",
        "the number of bits times their degree must be a multiple of the checks' degree, and bits "
        "at most 4194304");
  const auto m = static_cast<int>(static_cast<std::int64_t>(n) * dv / dc);
  if (dv > m || dc > n)
    throw DataError(cat("bits in ", dv, " of ", m, " checks, which have ", dc, " of ", n, " bits"), "",
                    "take more bits, or lower degrees");
  Code code{seed == 1 ? cat("ldpc:", n, ",", dv, ",", dc) : cat("ldpc:", n, ",", dv, ",", dc, ",", seed),
            {n, {}},
            {},
            {}};
  constexpr int tries = 20;
  for (int t = 0; t < tries; ++t) {  // until one is without 4-cycles, or else the first that is there
    Growth growth(n, m, dc, seed + static_cast<std::uint64_t>(t) * 0x9e3779b97f4a7c15U);
    bool grown = true;
    for (int bit = 0; grown && bit < n; ++bit)
      for (int e = 0; grown && e < dv; ++e) grown = growth.add_edge(bit);
    if (!grown || (growth.short_cycles() && !code.checks.rows.empty())) continue;
    code.checks.rows = growth.checks();
    if (!growth.short_cycles()) break;
  }
  if (code.checks.rows.empty())
    throw DataError(cat("no (", dv, ",", dc, ")-regular code of ", n, " bits was found"), "",
                    "take another seed, or more bits");
  for (auto& row : code.checks.rows) std::sort(row.begin(), row.end());
  return code;
}

}  // namespace unfurl
