// What a value on the command line may be.
#include "experiment/values.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "unfurl/error.hpp"
#include "unfurl/options.hpp"

using namespace unfurl;
using namespace unfurl::app;

namespace {

const char* const no_numbers[] = {"",      " ",      "ten",    "nan",  "-nan", "inf", "-inf",
                                  "1e999", "-1e999", "1e-999", "0x10", "1 ",   " 1",  "1,5",
                                  "1..2",  "+-1",    "++1",    "--1",  "1e",   "٣"};

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("values: whole numbers in any writing, in bounds") {
    const Accepted ten = whole_number(-3, 1000);
    for (const auto& [text, value] : {std::pair{"7", "7"},
                                      {"+7", "7"},
                                      {"7.0", "7"},
                                      {"1e2", "100"},
                                      {"-3", "-3"},
                                      {"-0", "0"},
                                      {"1000", "1000"}}) {
      CAPTURE(text);
      CHECK(ten(text).mend.empty());
      CHECK(ten(text).value == value);
    }
    for (const char* text : no_numbers) {
      CAPTURE(text);
      CHECK(ten(text).mend == "give a whole number from -3 to 1000");
    }
    for (const char* text : {"-4", "1001", "2.5", "1e300", "-1e300"}) {
      CAPTURE(text);
      CHECK(ten(text).mend == "give a whole number from -3 to 1000");
    }
  }

  TEST_CASE("values: numbers are finite, in bounds, and said without 309 digits") {
    for (const char* text : no_numbers) {
      CAPTURE(text);
      for (const Accepted& kind : {number(0), number(-5, 5), number_above(0), number_below(0, 1)})
        CHECK_FALSE(kind(text).mend.empty());
    }
    CHECK(number(0)("-1").mend == "give a number of 0 or more");
    CHECK(number(0, 1)("2").mend == "give a number from 0 to 1");
    CHECK(number_above(0)("0").mend == "give a number above 0");
    CHECK(number_above(0, 1)("0").mend == "give a number above 0 and at most 1");
    CHECK(number_below(0, 1)("1").mend == "give a number from 0 to less than 1");
    CHECK(number(0)("1e308").mend.empty());
    CHECK(number(0, 1)("+0.5").value == "0.5");
    CHECK(number(0, 1)("1").value == "1");
    CHECK(number(-1, 1)("-0").value == "0");
    CHECK(number_below(0, 1)("0.9999999999").mend.empty());
  }

  TEST_CASE("values: a value is written so that it is read again to the bit") {
    for (const double value : {0.1, 1.0 / 3, 5e-324, 1e-310, 1.7976931348623157e308, 123456789.123456789}) {
      const Option o{"a", Option::Number{value, 0, 1.7976931348623157e308}, ""};
      CHECK(read_number(o.standard()) == value);
      CHECK(read_number(o.read(o.standard())) == value);
    }
  }

  TEST_CASE("values: seeds have 64 bits") {
    CHECK(any_seed()("18446744073709551615").value == "18446744073709551615");
    for (const char* text : {"18446744073709551616", "-1", "1.5", "1e3", "nan", "", "0x1"}) {
      CAPTURE(text);
      CHECK(any_seed()(text).mend == "give a whole number from 0 to 18446744073709551615");
    }
  }

  TEST_CASE("values: words, with the nearest") {
    CHECK(one_of({"mar", "pr", "map"})("map").mend.empty());
    CHECK(one_of({"mar", "pr", "map"})("mpa").mend.starts_with("did you mean '"));
    CHECK(one_of({"no", "yes"})("YES").mend == "did you mean 'yes'? known: no, yes");
  }

  TEST_CASE("values: an option's kind is what is declared, whatever its default looks like") {
    const Option number{"excerpt", Option::Number{2, 0, 3600}, ""},
        whole{"rank", Option::Whole{2, 1, 10}, ""},
        word{"start", Option::Word{"constant", {"constant", "carried"}}, ""},
        flag{"vary", Option::Flag{true}, ""};
    CHECK(number.standard() == "2");
    CHECK(number.read("2.5") == "2.5");
    CHECK(number.read("2.0") == "2");
    CHECK(whole.read("3.0") == "3");
    CHECK_THROWS_WITH_AS(
        whole.read("2.5"),
        "unfurl: option 'rank' cannot be '2.5'\n  where: --set rank=2.5\n  mend:  give a whole number "
        "from 1 to 10",
        ModelError);
    CHECK(word.read("carried") == "carried");
    CHECK_THROWS_WITH_AS(word.read("caried"), doctest::Contains("did you mean 'carried'?"), ModelError);
    CHECK(flag.standard() == "yes");
    CHECK_THROWS_AS(flag.read("true"), ModelError);
  }
}
