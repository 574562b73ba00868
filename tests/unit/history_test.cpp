#include "train/history.hpp"

#include <doctest/doctest.h>

#include <cmath>

using namespace unfurl;

TEST_SUITE("unit") {
  TEST_CASE("history: losses and validations come back with their epochs") {
    TrainingState state;
    state.epoch = 3;
    detail::put_history(state, {{1, 0.3, 0.5, 7}, {2, 0.2, 0.4, 7}, {3, 0.1, 0.35, 7}});
    const auto epochs = detail::history_of(state);
    REQUIRE(epochs.size() == 3);
    for (std::size_t i = 0; i < 3; ++i) CHECK(epochs[i].epoch == static_cast<int>(i) + 1);
    CHECK(epochs[1].loss == 0.2);
    CHECK(epochs[2].validation == 0.35);
    CHECK(std::isnan(epochs[0].seconds));
  }

  TEST_CASE("history: of a training that began without one, of a damaged one, and of none") {
    TrainingState state;
    CHECK(detail::history_of(state).empty());
    detail::put_history(state, {});
    CHECK(state.arrays.empty());
    state.epoch = 10;
    detail::put_history(state, {{9, 0.3, {}, 0}, {10, 0.2, {}, 0}});
    REQUIRE(detail::history_of(state).size() == 2);
    CHECK(detail::history_of(state)[0].epoch == 9);
    CHECK_FALSE(detail::history_of(state)[1].validation.has_value());
    state.epoch = 1;  // more losses than epochs: those of the last
    REQUIRE(detail::history_of(state).size() == 1);
    CHECK(detail::history_of(state)[0].loss == 0.2);
    state.arrays.emplace_back("history.validation", std::vector<double>{1, 2, 3});
    CHECK_FALSE(detail::history_of(state)[0].validation.has_value());
  }
}
