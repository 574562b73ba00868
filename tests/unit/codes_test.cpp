// Algebra over GF(2), and constructions of codes, by their laws.
#include <doctest/doctest.h>

#include <algorithm>

#include "unfurl/at.hpp"
#include "unfurl/codes.hpp"
#include "unfurl/data.hpp"

TEST_SUITE_BEGIN("unit");

namespace unfurl::test {

namespace {

BinaryMatrix random_matrix(int rows, int columns, double density, std::uint64_t seed) {
  Random random(seed);
  BinaryMatrix m{columns, std::vector<std::vector<int>>(at(rows))};
  for (auto& row : m.rows)
    for (int c = 0; c < columns; ++c)
      if (random.uniform() < density) row.push_back(c);
  return m;
}

Word as_word(const std::vector<int>& ones, int n) {
  Word word(at(n));
  for (const int i : ones) word[at(i)] = 1;
  return word;
}

bool all_zero(const Word& word) {
  return std::all_of(word.begin(), word.end(), [](auto bit) { return bit == 0; });
}

/// Cycles of length 4 and 6 of the graph, by listing closed paths.
GraphStatistics listed_cycles(const BinaryMatrix& m) {
  GraphStatistics s;
  const auto has = [&](int r, int c) {
    return std::binary_search(m.rows[at(r)].begin(), m.rows[at(r)].end(), c);
  };
  const int rows = static_cast<int>(m.rows.size());
  s.four_cycles = 0;
  s.six_cycles = 0;
  for (int a = 0; a < rows; ++a)
    for (int b = a + 1; b < rows; ++b) {
      std::int64_t shared = 0;
      for (int x = 0; x < m.columns; ++x) shared += has(a, x) && has(b, x) ? 1 : 0;
      *s.four_cycles += shared * (shared - 1) / 2;
      for (int c = b + 1; c < rows; ++c)
        for (int x = 0; x < m.columns; ++x)
          for (int y = 0; y < m.columns; ++y)
            for (int z = 0; z < m.columns; ++z)
              if (x != y && y != z && x != z && has(a, x) && has(b, x) && has(b, y) && has(c, y) &&
                  has(c, z) && has(a, z))
                ++*s.six_cycles;
    }
  return s;
}

}  // namespace

TEST_CASE("rank, kernel and encoding agree") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const BinaryMatrix m = random_matrix(static_cast<int>(seed % 9) + 1, 70, 0.1, seed);
    const BinaryMatrix g = kernel(m);
    CHECK(static_cast<int>(g.rows.size()) == m.columns - rank(m));
    CHECK(rank(g) == static_cast<int>(g.rows.size()));
    CHECK(rank(m.transposed()) == rank(m));
    CHECK(m.transposed().transposed() == m);
    Random random(seed);
    Word message(g.rows.size());
    for (auto& bit : message) bit = static_cast<std::uint8_t>(random.below(2));
    CHECK(all_zero(multiply(m, combine_rows(g, message))));
  }
  CHECK(rank({3, {{}, {0, 1}, {1, 2}, {0, 2}}}) == 2);
}

TEST_CASE("ordered statistics find the least costly word when everything may change") {
  const BinaryMatrix m = hamming(3).checks;
  Random random(3);
  std::vector<int> order{0, 1, 2, 3, 4, 5, 6};
  for (int trial = 0; trial < 30; ++trial) {
    std::vector<double> cost;
    for (int i = 0; i < 7; ++i) cost.push_back(random.normal());
    Word syndrome(3);
    for (auto& bit : syndrome) bit = static_cast<std::uint8_t>(random.below(2));
    const Word base(7);
    const Word word = ordered_statistics(m, syndrome, order, base, 4, cost);
    CHECK(multiply(m, word) == syndrome);
    const auto sum = [&](int bits) {
      double s = 0;
      for (int i = 0; i < 7; ++i) s += (bits >> i & 1) != 0 ? cost[at(i)] : 0;
      return s;
    };
    double least = 1e9, found = 0;
    for (int i = 0; i < 7; ++i) found += word[at(i)] != 0 ? cost[at(i)] : 0;
    for (int bits = 0; bits < 128; ++bits) {
      Word other(7);
      for (int i = 0; i < 7; ++i) other[at(i)] = static_cast<std::uint8_t>(bits >> i & 1);
      if (multiply(m, other) == syndrome) least = std::min(least, sum(bits));
    }
    CHECK(found == doctest::Approx(least));
    const Word zeroth = ordered_statistics(m, syndrome, order, base);
    CHECK(multiply(m, zeroth) == syndrome);
    CHECK(std::count(zeroth.begin() + 4, zeroth.end(), 1) ==
          0);  // columns 0, 1, 3 are the first independent ones
  }
  CHECK_THROWS_AS(ordered_statistics({2, {{0, 1}, {0, 1}}}, {0, 1}, {0, 1}, {0, 0}), DataError);
}

TEST_CASE("cycles and distances") {
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    const BinaryMatrix m = random_matrix(6, 9, 0.35, seed);
    const GraphStatistics found = graph_statistics(m), listed = listed_cycles(m);
    CHECK(found.four_cycles == listed.four_cycles);
    CHECK(found.six_cycles == listed.six_cycles);
    CHECK((found.girth == 4) == (*listed.four_cycles > 0));
    if (listed.four_cycles == 0) CHECK((found.girth == 6) == (*listed.six_cycles > 0));
  }
  CHECK(!graph_statistics(repetition(9).checks).girth);
  CHECK(graph_statistics({3, {{0, 1}, {1, 2}, {0, 2}}}).girth == 6);
  CHECK(distance_estimate(hamming(4).checks, 10) == 3);
  CHECK(distance_estimate(bch(63, 45).checks, 30) == 7);
  CHECK(distance_estimate(repetition(11).checks, 5) == 11);
}

TEST_CASE("algebraic codes are what tables say") {
  CHECK(hamming(3).checks == BinaryMatrix{7, {{0, 2, 4, 6}, {1, 2, 5, 6}, {3, 4, 5, 6}}});
  for (const auto& [n, k] : std::vector<std::pair<int, int>>{{7, 4},
                                                             {15, 11},
                                                             {15, 7},
                                                             {15, 5},
                                                             {31, 16},
                                                             {63, 57},
                                                             {63, 51},
                                                             {63, 45},
                                                             {63, 39},
                                                             {63, 36},
                                                             {127, 106},
                                                             {255, 131}}) {
    const Code code = bch(n, k);
    CHECK(rank(code.checks) == n - k);
    const Code circulant = bch(n, k, n);
    CHECK(rank(circulant.checks) == n - k);
    for (const auto& row : circulant.checks.rows) {  // cyclic: shifted words of the dual are dual words
      CHECK(row.size() == code.checks.rows[0].size());
    }
    for (const auto& word : kernel(code.checks).rows)
      CHECK(all_zero(multiply(circulant.checks, as_word(word, n))));
  }
  const Code code = bch(63, 36);
  CHECK(code.checks.ones() == 486);
  CHECK(graph_statistics(code.checks).four_cycles == 5909);
  CHECK(graph_statistics(bch(63, 45).checks).four_cycles == 7251);
  CHECK_THROWS_AS(bch(63, 44), DataError);
  CHECK_THROWS_AS(bch(62, 44), DataError);
  CHECK_THROWS_AS(bch(63, 45, 17), DataError);
}

TEST_CASE("progressive edge growth makes regular codes without short cycles") {
  for (const std::uint64_t seed : {1U, 2U, 3U}) {
    const Code code = regular_ldpc(504, 3, 6, seed);
    CHECK(code.checks.rows.size() == 252);
    for (const auto& row : code.checks.rows) CHECK(row.size() == 6);
    for (const auto& column : code.checks.by_column()) CHECK(column.size() == 3);
    CHECK(graph_statistics(code.checks).girth >= 6);
  }
  CHECK(regular_ldpc(96, 3, 6, 5).checks == regular_ldpc(96, 3, 6, 5).checks);
  CHECK_THROWS_AS(regular_ldpc(7, 3, 6), DataError);
  CHECK_THROWS_AS(regular_ldpc(4, 3, 6), DataError);
}

TEST_CASE("quasi-cyclic matrices are shifted identities") {
  const Code code = quasi_cyclic({{0, -1, 1}, {2, 4, -1}}, 3);
  CHECK(code.checks == BinaryMatrix{9, {{0, 7}, {1, 8}, {2, 6}, {2, 4}, {0, 5}, {1, 3}}});
  CHECK_THROWS_AS(quasi_cyclic({{0, -2}}, 3), DataError);
  CHECK_THROWS_AS(quasi_cyclic({{0, 1}, {0}}, 3), DataError);
}

TEST_CASE(
    "checks of quantum codes commute, and logical operators are as many as there are qubits to encode") {
  struct Example {
    CssCode code;
    int n, k;
  };
  const std::vector<std::pair<int, int>> a{{3, 0}, {0, 1}, {0, 2}}, b{{0, 3}, {1, 0}, {2, 0}};
  for (const Example& e : std::vector<Example>{
           {rotated_surface(3), 9, 1},
           {rotated_surface(4), 16, 1},
           {rotated_surface(5), 25, 1},
           {toric(3), 18, 2},
           {toric(4), 32, 2},
           {bivariate_bicycle(6, 6, a, b), 72, 12},
           {bivariate_bicycle(12, 6, a, b), 144, 12},
           {bivariate_bicycle(15, 3, {{9, 0}, {0, 1}, {0, 2}}, {{0, 0}, {2, 0}, {7, 0}}), 90, 8}}) {
    CAPTURE(e.code.name);
    const CssCode& c = e.code;
    CHECK(c.x_checks.columns == e.n);
    CHECK(e.n - rank(c.x_checks) - rank(c.z_checks) == e.k);
    CHECK(static_cast<int>(c.z_logical.rows.size()) == e.k);
    CHECK(static_cast<int>(c.x_logical.rows.size()) == e.k);
    for (const auto& x : c.x_checks.rows) CHECK(all_zero(multiply(c.z_checks, as_word(x, e.n))));
    for (const auto& l : c.z_logical.rows) CHECK(all_zero(multiply(c.x_checks, as_word(l, e.n))));
    for (const auto& l : c.x_logical.rows) CHECK(all_zero(multiply(c.z_checks, as_word(l, e.n))));
    BinaryMatrix both = c.z_checks;  // none is a product of checks
    for (const auto& l : c.z_logical.rows) both.rows.push_back(l);
    CHECK(rank(both) == rank(c.z_checks) + e.k);
  }
  CHECK(rotated_surface(3).z_checks == BinaryMatrix{9, {{1, 2}, {0, 1, 3, 4}, {4, 5, 7, 8}, {6, 7}}});
  CHECK(rotated_surface(3).z_logical == BinaryMatrix{9, {{0, 3, 6}}});
  CHECK_THROWS_AS(css("odd", {2, {{0}}}, {2, {{0}}}), DataError);
}

TEST_CASE("codes have names") {
  CHECK(code_by_name("bch:63,45").checks == bch(63, 45).checks);
  CHECK(code_by_name("bch:63,45,63").checks.rows.size() == 63);
  CHECK(code_by_name("ldpc:96,3,6,7").checks == regular_ldpc(96, 3, 6, 7).checks);
  CHECK(code_by_name("surface:3").logical.rows.size() == 1);
  CHECK(code_by_name("bicycle:72").checks.rows.size() == 36);
  for (const char* name : {"hamming:", "hamming:3,4", "hamming:x", "hamming:1", "bch:63", "bicycle:73",
                           "nothing:3", "surface:1", "hamming:-3", "hamming:3,", "ldpc:99999999999,3,6"})
    CHECK_THROWS_AS(code_by_name(name), DataError);
  CHECK(is_code_name("hamming:x"));
  CHECK_FALSE(is_code_name("codes/hamming.alist"));
}

TEST_CASE("rows keep their order however many bits they have") {
  const BinaryMatrix m{4, {{0, 1, 2}, {0, 3}, {1}, {1, 2, 3}, {}, {2, 3}}};
  CHECK(rows_in_order(m) == std::vector<int>{2, 0, 3, 1});
}

}  // namespace unfurl::test

TEST_SUITE_END();
