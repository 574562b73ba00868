// Data sets and random numbers.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "unfurl/data.hpp"

TEST_SUITE_BEGIN("unit");

namespace unfurl::test {

TEST_CASE("a data set keeps arrays of equally many samples") {
  Dataset data;
  CHECK(data.samples() == 0);
  data.add("a", 1, 2, {1, 2, 3, 4, 5, 6}).add("b", 2, 1, {10, 11, 12, 13, 14, 15});
  CHECK(data.samples() == 3);
  CHECK(data.has("a"));
  CHECK(!data.has("c"));
  CHECK(data["b"].planes == 2);
  CHECK(data["b"].count() == 3);

  const Dataset part = data.slice(1, 2);
  CHECK(part.samples() == 2);
  CHECK(part["a"].values == std::vector<float>{3, 4, 5, 6});
  CHECK(part["b"].values == std::vector<float>{12, 13, 14, 15});
  CHECK(data.slice(3, 0).samples() == 0);

  data.add("a", 1, 1, {7, 8, 9});  // replaces
  CHECK(data["a"].values == std::vector<float>{7, 8, 9});
  const Samples taken = data.take("a");
  CHECK(taken.count() == 3);
  CHECK(!data.has("a"));
}

TEST_CASE("a fixed source gives the same data in every epoch") {
  const DataSource source = fixed(Dataset().add("a", 1, 1, {1, 2}));
  CHECK(source.load(0, 0).get() == source.load(7, 0).get());
  CHECK(source.load(0, 0)->samples() == 2);
}

TEST_CASE("random numbers are those of SplitMix64") {
  Random random(1234567);
  CHECK(random.next() == 6457827717110365317ULL);
  CHECK(random.next() == 3203168211198807973ULL);
  CHECK(random.next() == 9817491932198370423ULL);
}

TEST_CASE("uniform, normal and whole random numbers keep to their ranges and moments") {
  Random random(3);
  const int n = 200000;
  double sum = 0, square = 0, normal_sum = 0, normal_square = 0;
  std::vector<int> counts(7, 0);
  bool in_range = true;
  for (int i = 0; i < n; ++i) {
    const double u = random.uniform(), z = random.normal();
    in_range = in_range && u >= 0 && u < 1 && std::isfinite(z);
    sum += u, square += u * u, normal_sum += z, normal_square += z * z;
    ++counts.at(static_cast<std::size_t>(random.below(7)));
  }
  CHECK(in_range);
  CHECK(std::abs(sum / n - 0.5) < 0.003);
  CHECK(std::abs(square / n - 1.0 / 3) < 0.003);
  CHECK(std::abs(normal_sum / n) < 0.01);
  CHECK(std::abs(normal_square / n - 1) < 0.02);
  for (int c : counts) CHECK(std::abs(c - n / 7.0) < 5 * std::sqrt(n / 7.0));
}

TEST_CASE("a permutation holds every number once and depends on the seed alone") {
  for (int n : {0, 1, 2, 50}) {
    std::vector<int> order = Random(9).permutation(n);
    CHECK(order == Random(9).permutation(n));
    std::sort(order.begin(), order.end());
    for (int i = 0; i < n; ++i) CHECK(order[static_cast<std::size_t>(i)] == i);
    CHECK(static_cast<int>(order.size()) == n);
  }
  CHECK(Random(1).permutation(50) != Random(2).permutation(50));
}

}  // namespace unfurl::test

TEST_SUITE_END();
