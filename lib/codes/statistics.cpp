// Cycles and distances.
#include <algorithm>
#include <map>
#include <queue>

#include "codes/packed.hpp"
#include "unfurl/at.hpp"
#include "unfurl/data.hpp"

namespace unfurl {

namespace {

/// Length of the shortest cycle through a bit, or `most` where there is none that is shorter.
int shortest_through(const BinaryMatrix& checks, const std::vector<std::vector<int>>& of_bit, int bit,
                     int most) {
  const int n = checks.columns;
  std::vector<int> depth(at(n) + checks.rows.size(), -1), parent(depth.size(), -1);
  std::queue<int> open;
  depth[at(bit)] = 0;
  open.push(bit);
  while (!open.empty()) {
    const int node = open.front();
    open.pop();
    if (2 * depth[at(node)] + 1 >= most) break;
    for (const int other : node < n ? of_bit[at(node)] : checks.rows[at(node - n)]) {
      const int next = node < n ? other + n : other;
      if (next == parent[at(node)]) continue;
      if (depth[at(next)] >= 0) {
        most = std::min(most, depth[at(node)] + depth[at(next)] + 1);
        continue;
      }
      depth[at(next)] = depth[at(node)] + 1;
      parent[at(next)] = node;
      open.push(next);
    }
  }
  return most;
}

/// How many bits two checks share, for every pair of checks that share some.
std::vector<std::map<int, std::int64_t>> shared_bits(const BinaryMatrix& checks,
                                                     const std::vector<std::vector<int>>& of_bit) {
  std::vector<std::map<int, std::int64_t>> shared(checks.rows.size());
  for (const auto& of : of_bit)
    for (std::size_t i = 0; i < of.size(); ++i)
      for (std::size_t j = i + 1; j < of.size(); ++j) ++shared[at(of[i])][of[j]];
  return shared;
}

/// Closed walks of six different nodes: triples of checks, by the bits that pairs of them share.
std::int64_t count_six(const BinaryMatrix& checks, const std::vector<std::map<int, std::int64_t>>& shared) {
  std::int64_t count = 0;
  for (std::size_t a = 0; a < shared.size(); ++a)
    for (auto b = shared[a].begin(); b != shared[a].end(); ++b)
      for (auto c = std::next(b); c != shared[a].end(); ++c) {
        const auto bc = shared[at(b->first)].find(c->first);
        if (bc == shared[at(b->first)].end()) continue;
        // Three different bits, one of each pair; of those all three share, t, some choices coincide.
        std::vector<int> ab, all;
        const auto &ra = checks.rows[a], &rb = checks.rows[at(b->first)], &rc = checks.rows[at(c->first)];
        std::set_intersection(ra.begin(), ra.end(), rb.begin(), rb.end(), std::back_inserter(ab));
        std::set_intersection(ab.begin(), ab.end(), rc.begin(), rc.end(), std::back_inserter(all));
        const auto t = static_cast<std::int64_t>(all.size());
        const std::int64_t x = b->second, y = c->second, z = bc->second;
        count += x * y * z - t * (x + y + z) + 2 * t;
      }
  return count;
}

}  // namespace

GraphStatistics graph_statistics(const BinaryMatrix& checks) {
  GraphStatistics s;
  const auto of_bit = checks.by_column();
  constexpr int none = 1 << 30;
  int girth = none;
  for (int bit = 0; bit < checks.columns && girth > 4; ++bit)
    girth = shortest_through(checks, of_bit, bit, girth);
  if (girth != none) s.girth = girth;
  double pairs = 0;
  for (const auto& of : of_bit) pairs += static_cast<double>(of.size()) * static_cast<double>(of.size()) / 2;
  if (pairs > 1e7) return s;  // as many entries would be kept
  const auto shared = shared_bits(checks, of_bit);
  double work = 0;
  s.four_cycles = 0;
  for (const auto& of : shared) {
    for (const auto& [other, n] : of) *s.four_cycles += n * (n - 1) / 2;
    work += static_cast<double>(of.size()) * static_cast<double>(of.size());
  }
  if (work < 1e7) s.six_cycles = count_six(checks, shared);
  return s;
}

int distance_estimate(const BinaryMatrix& checks, int tries, std::uint64_t seed) {
  const BinaryMatrix words = kernel(checks);
  if (words.rows.empty()) return 0;
  Random random(seed);
  int least = checks.columns + 1;
  for (int t = 0; t < std::max(1, tries); ++t) {
    codes::PackedMatrix packed(words);
    packed.eliminate(random.permutation(checks.columns));
    for (int r = 0; r < packed.rows(); ++r) {
      int weight = 0;
      for (int c = 0; c < packed.columns(); ++c) weight += packed.at(r, c) ? 1 : 0;
      least = std::min(least, weight);
    }
  }
  return least;
}

}  // namespace unfurl
