// The matrix product's kernel against sums written out, at every kind of edge.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "backend/cpu/kernels/matrix_vector.hpp"
#include "unfurl/data.hpp"

using namespace unfurl;

namespace {

template <class T>
std::vector<T> random_values(std::size_t n, std::uint64_t seed) {
  Random random(seed);
  std::vector<T> v(n);
  for (T& x : v) x = static_cast<T>(random.normal());
  return v;
}

/// Either order of a matrix's entries in memory.
template <class T>
cpu::Strided<T> strided(const std::vector<T>& v, int rows, int columns, bool transposed) {
  return transposed ? cpu::Strided<T>{v.data(), 1, rows} : cpu::Strided<T>{v.data(), columns, 1};
}

template <class T>
void check_product(int rows, int depth, int columns, bool a_transposed, bool x_transposed, int accumulate) {
  CAPTURE(rows);
  CAPTURE(depth);
  CAPTURE(columns);
  CAPTURE(accumulate);
  const std::size_t m = static_cast<std::size_t>(rows), n = static_cast<std::size_t>(columns);
  const auto a = random_values<T>(m * static_cast<std::size_t>(depth), 1),
             x = random_values<T>(n * static_cast<std::size_t>(depth), 2);
  const auto A = strided(a, rows, depth, a_transposed), X = strided(x, depth, columns, x_transposed);
  const std::vector<T> before = random_values<T>(m * (n + 1), 3);  // rows a number apart
  std::vector<T> out = before;
  cpu::product<T>(A, X, rows, depth, columns, accumulate, out.data(), columns + 1);
  double worst = 0;
  for (int i = 0; i < rows; ++i) {
    const std::size_t row = static_cast<std::size_t>(i) * (n + 1);
    for (int j = 0; j < columns; ++j) {
      const std::size_t at = row + static_cast<std::size_t>(j);
      double sum = 0;
      for (int k = 0; k < depth; ++k)
        sum += static_cast<double>(A.at(i, k)) * static_cast<double>(X.at(k, j));
      const double expected = accumulate == 0 ? sum : static_cast<double>(before[at]) + accumulate * sum;
      worst = std::max(worst, std::abs(static_cast<double>(out[at]) - expected));
    }
    CHECK(out[row + n] == before[row + n]);  // what lies between the rows stays
  }
  CHECK(worst < 40 * std::sqrt(depth) * static_cast<double>(std::numeric_limits<T>::epsilon()));
}

template <class T>
void check_edges() {
  for (const bool a_transposed : {false, true})
    for (const bool x_transposed : {false, true})
      for (const int rows : {1, 2, 6, 7, 13})
        for (const int columns : {1, 2, 15, 16, 17, 47, 64, 65, 131})
          check_product<T>(rows, 21, columns, a_transposed, x_transposed, columns % 3 - 1);
  for (const int depth : {1, 2, 95, 96, 97, 200})
    for (const int accumulate : {-1, 0, 1})
      for (const int columns : {1, 30, 80})
        check_product<T>(8, depth, columns, false, depth % 2 == 0, accumulate);
}

/// What is furthest from the sums over `depth` terms.
template <class T, class F>
void check_close(const std::vector<T>& values, int depth, F expected) {
  double worst = 0;
  for (std::size_t i = 0; i < values.size(); ++i)
    worst = std::max(worst, std::abs(static_cast<double>(values[i]) - expected(static_cast<int>(i))));
  CHECK(worst < 40 * std::sqrt(depth) * static_cast<double>(std::numeric_limits<T>::epsilon()));
}

template <class T>
void check_one_column(int rows, int columns) {
  CAPTURE(rows);
  CAPTURE(columns);
  const std::size_t m = static_cast<std::size_t>(rows), n = static_cast<std::size_t>(columns);
  const auto w = random_values<T>(m * n, 1), x = random_values<T>(n, 2), y = random_values<T>(m, 3);
  const auto at = [&](int i, int j) {
    return static_cast<double>(w[static_cast<std::size_t>(i) * n + static_cast<std::size_t>(j)]);
  };
  const auto entry = [](const std::vector<T>& v, int i) {
    return static_cast<double>(v[static_cast<std::size_t>(i)]);
  };
  std::vector<T> of_rows(m), of_columns(n);
  cpu::matrix_vector(w.data(), rows, columns, x.data(), of_rows.data());
  check_close(of_rows, columns, [&](int i) {
    double sum = 0;
    for (int j = 0; j < columns; ++j) sum += at(i, j) * entry(x, j);
    return sum;
  });
  cpu::vector_matrix(w.data(), columns, rows, columns, y.data(), of_columns.data());
  check_close(of_columns, rows, [&](int j) {
    double sum = 0;
    for (int i = 0; i < rows; ++i) sum += at(i, j) * entry(y, i);
    return sum;
  });
  std::vector<T> last(1);  // a row alone has the bits that it has among others
  cpu::matrix_vector(w.data() + (m - 1) * n, 1, columns, x.data(), last.data());
  CHECK(last[0] == of_rows.back());
  for (const int accumulate : {-1, 0, 1}) {
    std::vector<T> out = w;
    cpu::rank_one(y.data(), rows, x.data(), columns, accumulate, out.data());
    check_close(out, 1, [&](int k) {
      const double product = entry(y, k / columns) * entry(x, k % columns);
      return accumulate == 0 ? product : entry(w, k) + accumulate * product;
    });
  }
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("matrix products with one column, of every shape and sign") {
    for (const int rows : {1, 3, 4, 7, 40})
      for (const int columns : {16, 17, 31, 32, 100, 127, 128, 129, 150, 300}) {
        check_one_column<float>(rows, columns);
        check_one_column<double>(rows, columns);
      }
    // An infinite entry is counted once: what a row's last packet has a second time does not make it NaN.
    constexpr int columns = 19;
    std::vector<float> w(columns, 1), out(1);
    w[9] = std::numeric_limits<float>::infinity();
    cpu::matrix_vector(w.data(), 1, columns, std::vector<float>(columns, 1).data(), out.data());
    CHECK(out[0] == w[9]);
  }

  TEST_CASE("matrix products of every shape, order and sign") {
    check_edges<float>();
    check_edges<double>();
  }

  TEST_CASE("a column of a product has the same bits alone and among others") {
    constexpr int rows = 11, depth = 203, columns = 150;
    const auto a = random_values<float>(rows * depth, 4), x = random_values<float>(depth * columns, 5);
    std::vector<float> all(rows * columns);
    cpu::product<float>({a.data(), depth, 1}, {x.data(), columns, 1}, rows, depth, columns, 0, all.data(),
                        columns);
    for (const int count : {1, 3, 16, 40, 77})
      for (const int first : {0, 5, 70}) {
        std::vector<float> some(static_cast<std::size_t>(rows * count));
        cpu::product<float>({a.data(), depth, 1}, {x.data() + first, columns, 1}, rows, depth, count, 0,
                            some.data(), count);
        int different = 0;
        for (int i = 0; i < rows; ++i)
          for (int j = 0; j < count; ++j)
            different += some[static_cast<std::size_t>(i * count + j)] ==
                                 all[static_cast<std::size_t>(i * columns + first + j)]
                             ? 0
                             : 1;
        CHECK(different == 0);
      }
  }
}
