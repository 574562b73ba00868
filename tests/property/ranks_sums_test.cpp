// Slots that several ranks share add up to the bits of one process; what fails on one rank fails on all.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "backend/cpu/slot_sums.hpp"
#include "data/dataset_bytes.hpp"
#include "thread_ranks.hpp"
#include "unfurl/data.hpp"

TEST_SUITE_BEGIN("property");

namespace unfurl::test {

namespace {

template <class T>
std::vector<T> numbers(std::size_t count) {
  Random random(3);
  std::vector<T> all;
  for (std::size_t i = 0; i < count; ++i)
    all.push_back(static_cast<T>(random.normal() * std::pow(10, random.below(9))));
  return all;
}

template <class T>
void check_sums(std::size_t size, int slots, int size_of_ranks) {
  CAPTURE(size);
  CAPTURE(slots);
  CAPTURE(size_of_ranks);
  const std::vector<T> all = numbers<T>(size * static_cast<std::size_t>(slots));
  std::vector<T> expected(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(size));
  for (std::size_t s = 1; s < static_cast<std::size_t>(slots); ++s)
    for (std::size_t i = 0; i < size; ++i) expected[i] += all[s * size + i];
  std::vector<T> alone = all;
  exec::add_slots(alone.data(), size, slots, 3, true);
  CHECK(std::equal(expected.begin(), expected.end(), alone.begin()));
  std::vector<int> same(static_cast<std::size_t>(size_of_ranks));
  ThreadRanks::run(size_of_ranks, [&](const std::shared_ptr<ThreadRanks>& ranks) {
    // What is not this rank's own is not there.
    std::vector<T> own(all.size(), std::numeric_limits<T>::quiet_NaN());
    const auto [first, last] = exec::slots_of_rank(*ranks, slots);
    const auto begin = [&](int s) { return static_cast<std::ptrdiff_t>(size * static_cast<std::size_t>(s)); };
    std::copy(all.begin() + begin(first), all.begin() + begin(last), own.begin() + begin(first));
    const exec::Ending ending = exec::add_slots(
        own.data(), size, slots, *ranks, ranks->rank() == 1 ? exec::Ending::not_finite : exec::Ending::good);
    const bool known = ending == (size_of_ranks > 1 ? exec::Ending::not_finite : exec::Ending::good);
    same[static_cast<std::size_t>(ranks->rank())] =
        known && std::equal(expected.begin(), expected.end(), own.begin());
  });
  for (const int s : same) CHECK(s == 1);
}

}  // namespace

TEST_CASE("ranks: slots add up from left to right, whoever has them") {
  for (const int ranks : {1, 2, 3, 4})
    for (const int slots : {ranks, ranks + 1, 8})
      for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{3}, std::size_t{1000}}) {
        check_sums<float>(size, slots, ranks);
        check_sums<double>(size, slots, ranks);
      }
  check_sums<float>(70000, 4, 3);  // in several chunks, by several threads
}

TEST_CASE("ranks: texts arrive in the order of the ranks, errors on all") {
  std::vector<std::string> told(3);
  ThreadRanks::run(3, [&](const std::shared_ptr<ThreadRanks>& ranks) {
    const int me = ranks->rank();
    std::string text;
    for (const std::string& one :
         gather_texts(*ranks, std::string(static_cast<std::size_t>(2 * me), static_cast<char>('a' + me))))
      text += one + ",";
    text += on_first(ranks.get(), [&] { return detail::cat("of ", me); });
    try {
      (void)on_all(ranks.get(), [&]() -> std::string {
        if (me == 1) throw ScheduleError("one", "two", "three");
        return "";
      });
    } catch (const ScheduleError& error) {
      text += error.what_happened() + error.where() + error.mend();
    }
    try {
      (void)on_first(ranks.get(), [&]() -> std::string { throw std::runtime_error("four"); });
    } catch (const std::exception& error) {
      text += std::string(error.what()).find("four") != std::string::npos ? "four" : "";
    }
    told[static_cast<std::size_t>(me)] = text;
  });
  for (const std::string& text : told) CHECK(text == ",bb,cccc,of 0onetwothreefour");
  CHECK(on_all(nullptr, [] { return "alone"; }) == std::vector<std::string>{"alone"});
  CHECK(on_first(nullptr, [] { return "alone"; }) == "alone");
}

TEST_CASE("ranks: data sets arrive as they were sent") {
  Dataset parts;
  parts.add(Structure{2, 7}, Dataset().add("x", 2, 3, {1, 2, 3, 4, 5, missing}));
  parts.add(Structure{3}, Dataset().add("x", 1, 1, {8, 9}).add("y", 1, 2, {1, 2, 3, 4}));
  for (const Dataset& data : {parts, Dataset().add("a", 1, 2, {0.1F, 0.2F}), Dataset()}) {
    const std::string bytes = to_bytes(data);
    const Dataset back = dataset_of(bytes);
    CHECK(back.samples() == data.samples());
    CHECK(back.parts().size() == data.parts().size());
    CHECK(to_bytes(back) == bytes);
    if (!bytes.empty()) CHECK_THROWS_AS((void)dataset_of(bytes.substr(0, bytes.size() - 1)), InternalError);
  }
  const Dataset back = dataset_of(to_bytes(parts));
  CHECK(back.parts().at({2, 7})["x"].planes == 2);
  CHECK(back.parts().at({3})["y"].values == std::vector<float>{1, 2, 3, 4});
}

}  // namespace unfurl::test

TEST_SUITE_END();
