// Cycles and distances.
#include <algorithm>
#include <map>

#include "codes/packed.hpp"
#include "unfurl/at.hpp"
#include "unfurl/data.hpp"

namespace unfurl {

namespace {

/// Shortest cycles. A bit that was looked at goes, and what is then on no cycle any more: so a tree costs nothing, and a ring is
/// gone round once.
class Cycles {
 public:
  Cycles(const BinaryMatrix& checks, const std::vector<std::vector<int>>& of_bit)
      : checks_(checks), of_bit_(of_bit), n_(checks.columns), degree_(at(n_) + checks.rows.size()) {
    depth_.assign(degree_.size(), -1);
    parent_.assign(degree_.size(), -1);
    for (std::size_t v = 0; v < degree_.size(); ++v)
      degree_[v] = static_cast<int>(around(static_cast<int>(v)).size());
    for (std::size_t v = 0; v < degree_.size(); ++v)
      if (degree_[v] == 1) remove(static_cast<int>(v));
  }

  /// Length of the shortest cycle, or `most` where none is shorter; 4 is the shortest there can be.
  int girth(int most) {
    for (int bit = 0; bit < n_ && most > 4; ++bit) {
      if (degree_[at(bit)] < 2) continue;
      most = shortest_through(bit, most);
      remove(bit);
    }
    return most;
  }

 private:
  const std::vector<int>& around(int node) const {
    return node < n_ ? of_bit_[at(node)] : checks_.rows[at(node - n_)];
  }
  int other_end(int node, int neighbour) const { return node < n_ ? neighbour + n_ : neighbour; }

  /// With all that is left on no cycle. Nodes that are gone have degree 0.
  void remove(int first) {
    std::vector<int> open{first};
    while (!open.empty()) {
      const int node = open.back();
      open.pop_back();
      if (degree_[at(node)] == 0) continue;
      degree_[at(node)] = 0;
      for (const int neighbour : around(node))
        if (const int next = other_end(node, neighbour); degree_[at(next)] > 0 && --degree_[at(next)] == 1)
          open.push_back(next);
    }
  }

  int shortest_through(int bit, int most) {
    std::vector<int> seen{bit};
    depth_[at(bit)] = 0;
    for (std::size_t i = 0; i < seen.size(); ++i) {
      const int node = seen[i];
      if (2 * depth_[at(node)] + 1 >= most) break;
      for (const int neighbour : around(node)) {
        const int next = other_end(node, neighbour);
        if (degree_[at(next)] == 0 || next == parent_[at(node)]) continue;
        if (depth_[at(next)] >= 0) {
          most = std::min(most, depth_[at(node)] + depth_[at(next)] + 1);
          continue;
        }
        depth_[at(next)] = depth_[at(node)] + 1;
        parent_[at(next)] = node;
        seen.push_back(next);
      }
    }
    for (const int node : seen) depth_[at(node)] = parent_[at(node)] = -1;
    return most;
  }

  const BinaryMatrix& checks_;
  const std::vector<std::vector<int>>& of_bit_;
  int n_;
  std::vector<int> degree_, depth_, parent_;
};

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
  const int girth = Cycles(checks, of_bit).girth(none);
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
