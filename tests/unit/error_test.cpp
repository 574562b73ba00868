#include "unfurl/error.hpp"

#include <doctest/doctest.h>

using namespace unfurl;

namespace {

Where declared(Where where = Where::here()) { return where; }

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("error: text has a line each for what, where and mend, and none for what is missing") {
    const ModelError full("factor 'parity' joins 3 states", "ldpc.cpp:14", "declare two states");
    CHECK(std::string(full.what()) ==
          "unfurl: factor 'parity' joins 3 states\n  where: ldpc.cpp:14\n  mend:  declare two states");
    CHECK(full.what_happened() == "factor 'parity' joins 3 states");
    CHECK(full.where() == "ldpc.cpp:14");
    CHECK(full.mend() == "declare two states");
    CHECK(std::string(DataError("no rows").what()) == "unfurl: no rows");
    CHECK(std::string(ScheduleError("no layer 3", "", "use 2").what()) ==
          "unfurl: no layer 3\n  mend:  use 2");
  }

  TEST_CASE("error: where names the caller's file and line") {
    const Where here = declared();
    CHECK(here.line == __LINE__ - 1);
    CHECK(here.text() == detail::cat("error_test.cpp:", here.line));
    CHECK(Where{}.text().empty());
    CHECK(NumericalError("not finite", here).where() == here.text());
    CHECK(detail::cat("at ", here) == "at " + here.text());
  }

  TEST_CASE("error: a broken invariant names its line and asks for a report") {
    CHECK_NOTHROW(detail::check(true, "one is one"));
    try {
      detail::check(false, "one is two");
      FAIL("the check let it pass");
    } catch (const InternalError& error) {
      CHECK(error.what_happened() == "broken invariant: one is two");
      CHECK(error.where() == detail::cat("error_test.cpp:", __LINE__ - 4));
      CHECK(error.mend().find("report") != std::string::npos);
    }
    CHECK(InternalError("x").where() == detail::cat("error_test.cpp:", __LINE__));
  }

  TEST_CASE("error: did_you_mean offers the nearest name when it is near") {
    using detail::did_you_mean;
    CHECK(did_you_mean("widht", {"height", "width"}) == "did you mean 'width'? known: height, width");
    CHECK(did_you_mean("WIDTH", {"height", "width"}) == "did you mean 'width'? known: height, width");
    CHECK(did_you_mean("J", {"g", "J"}) == "did you mean 'J'? known: g, J");
    // Letters that change places are one slip, also in short words; a beginning stands for the word.
    CHECK(did_you_mean("mpa", {"mar", "pr", "map"}).starts_with("did you mean 'map'?"));
    CHECK(did_you_mean("rnak", {"beta", "rank", "rate"}).starts_with("did you mean 'rank'?"));
    CHECK(did_you_mean("tide", {"untied", "tied"}).starts_with("did you mean 'tied'?"));
    CHECK(did_you_mean("--lay", {"--tying", "--layers"}).starts_with("did you mean '--layers'?"));
    CHECK(did_you_mean("--", {"--tying", "--layers"}).starts_with("known: "));
    CHECK(did_you_mean("", {"tied", "untied"}).starts_with("known: "));
    CHECK(did_you_mean("temperature", {"height", "width"}) == "known: height, width");
    CHECK(did_you_mean("x", {}) == "nothing is known here");
  }
}
