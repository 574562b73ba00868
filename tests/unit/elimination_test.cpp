// Ranks by elimination among few ones, against words of bits; what is too large; and shortest cycles.
#include "codes/elimination_cost.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <queue>

#include "error/model_errors.hpp"
#include "unfurl/data.hpp"

using namespace unfurl;

namespace {

/// Row by row, with the highest one of every row that was kept.
int plain_rank(const BinaryMatrix& matrix) {
  std::vector<std::vector<bool>> kept;
  std::vector<std::size_t> leads;
  for (const auto& ones : matrix.rows) {
    std::vector<bool> row(static_cast<std::size_t>(matrix.columns));
    for (const int c : ones) row[static_cast<std::size_t>(c)] = true;
    for (std::size_t k = 0; k < kept.size(); ++k)
      if (row[leads[k]])
        for (std::size_t c = 0; c < row.size(); ++c) row[c] = row[c] != kept[k][c];
    const auto lead = std::find(row.begin(), row.end(), true);
    if (lead == row.end()) continue;
    leads.push_back(static_cast<std::size_t>(lead - row.begin()));
    kept.push_back(std::move(row));
  }
  return static_cast<int>(kept.size());
}

BinaryMatrix random_matrix(int rows, int columns, double share, Random& random) {
  BinaryMatrix matrix{columns, {}};
  for (int r = 0; r < rows; ++r) {
    matrix.rows.emplace_back();
    for (int c = 0; c < columns; ++c)
      if (random.uniform() < share) matrix.rows.back().push_back(c);
  }
  return matrix;
}

/// Breadth first from every bit, with nothing left out.
int plain_girth(const BinaryMatrix& m) {
  const auto of_bit = m.by_column();
  const int n = m.columns, nodes = n + static_cast<int>(m.rows.size());
  int least = 1 << 30;
  for (int start = 0; start < n; ++start) {
    std::vector<int> depth(static_cast<std::size_t>(nodes), -1), parent(depth);
    std::queue<int> open;
    open.push(start);
    depth[static_cast<std::size_t>(start)] = 0;
    for (; !open.empty(); open.pop()) {
      const int v = open.front();
      const auto& around =
          v < n ? of_bit[static_cast<std::size_t>(v)] : m.rows[static_cast<std::size_t>(v - n)];
      for (int w : around) {
        w += v < n ? n : 0;
        if (w == parent[static_cast<std::size_t>(v)]) continue;
        int& d = depth[static_cast<std::size_t>(w)];
        if (d >= 0) {
          least = std::min(least, d + depth[static_cast<std::size_t>(v)] + 1);
          continue;
        }
        d = depth[static_cast<std::size_t>(v)] + 1;
        parent[static_cast<std::size_t>(w)] = v;
        open.push(w);
      }
    }
  }
  return least;
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("elimination: ranks are those of plain elimination, sparse or dense, wide or tall") {
    Random random(3);
    for (int i = 0; i < 400; ++i) {
      const int rows = 1 + random.below(60), columns = 1 + random.below(60);
      const double shares[] = {0.02, 0.06, 0.15, 0.5};
      const BinaryMatrix m = random_matrix(rows, columns, shares[i % 4], random);
      CAPTURE(i);
      CHECK(rank(m) == plain_rank(m));
    }
    for (const char* name :
         {"ldpc:600,3,6", "ldpc:1200,4,8,2", "bch:255,131,255", "bicycle:144", "hamming:8"}) {
      const BinaryMatrix checks = code_by_name(name).checks;
      CAPTURE(name);
      CHECK(rank(checks) == plain_rank(checks));
    }
    CHECK(rank(BinaryMatrix{5, {}}) == 0);
    CHECK(rank(BinaryMatrix{5, {{}, {}}}) == 0);
  }

  TEST_CASE("elimination: large codes of few ones take no dense matrix") {
    const CssCode surface = rotated_surface(300);
    CHECK(rank(surface.z_checks) == std::ssize(surface.z_checks.rows));
    CHECK(rank(surface.z_checks) + rank(surface.x_checks) == 300 * 300 - 1);
    CHECK(rank(repetition(300000).checks) == 299999);
    BinaryMatrix ring = repetition(100000).checks;
    ring.rows.push_back({0, 99999});
    CHECK(rank(ring) == 99999);
    CHECK(graph_statistics(ring).girth == 200000);
    CHECK_FALSE(graph_statistics(repetition(100000).checks).girth);
  }

  TEST_CASE("elimination: what takes too long is refused with what it takes") {
    const BinaryMatrix checks = rotated_surface(400).z_checks;
    test::expect_error<DataError>([&] { (void)kernel(checks); },
                                  {"a basis of the words", "79999 x 160000 bits", "GB", "hours", "shorter"});
    test::expect_error<DataError>([] { (void)toric(700); }, {"elimination", "490000 x 980000"});
    CHECK(codes::is_affordable(codes::elimination_cost(8100, 16200)));
    CHECK_FALSE(codes::is_affordable(codes::elimination_cost(5e5, 1e6)));
  }

  TEST_CASE("elimination: shortest cycles are those of a search from every bit") {
    Random random(5);
    for (int i = 0; i < 200; ++i) {
      const BinaryMatrix m =
          random_matrix(2 + random.below(25), 2 + random.below(25), 0.03 + 0.1 * random.uniform(), random);
      const int plain = plain_girth(m);
      CAPTURE(i);
      CHECK(graph_statistics(m).girth.value_or(1 << 30) == plain);
    }
  }

  TEST_CASE("elimination: no more bits of message than are sent") {
    Code code = hamming(3);
    code.punctured = {0, 1, 2};
    CHECK(code_rate(code) == 1);
    code.punctured = {0, 1, 2, 3};
    test::expect_error<DataError>([&] { (void)code_rate(code); },
                                  {"rate above 1", "3 bits are sent for 4", "at most 3"});
    code.shortened = {4};
    test::expect_error<DataError>([&] { (void)code_rate(code); }, {"2 bits are sent for 3", "at most 3"});
  }
}
