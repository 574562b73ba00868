// Settings in a checkpoint: numbers that no option takes are refused, never narrowed.
#include <doctest/doctest.h>

#include <limits>
#include <nlohmann/json.hpp>

#include "experiment/settings_json.hpp"

TEST_SUITE_BEGIN("error");

namespace unfurl::test {

namespace {

std::string text_with(const char* key, const nlohmann::json& value) {
  Settings s;
  s.algorithm = "bp";
  s.layers = 4;
  s.tying = "tied";
  s.epochs = 2;
  s.average = 0;
  nlohmann::json j = app::to_json(s);
  if (*key != '\0') j[key] = value;
  return nlohmann::json{{"task", "letters"}, {"settings", j}}.dump();
}

std::string refusal(const std::string& text) {
  try {
    (void)app::declaration_from_text(text, "run/checkpoint");
  } catch (const DataError& error) {
    CHECK(error.where() == "run/checkpoint");
    CHECK_FALSE(error.mend().empty());
    return error.what_happened();
  }
  return "nothing thrown";
}

}  // namespace

TEST_CASE("settings of a checkpoint are whole and within the ranges of the options") {
  REQUIRE(refusal(text_with("", nullptr)) == "nothing thrown");
  struct Case {
    const char* key;
    nlohmann::json value;
    const char* shown;
  };
  const Case cases[] = {
      {"layers", 1099511627776, "1099511627776"},  // 2^40, which is 0 in 32 bits
      {"layers", 1.5, "1.5"},
      {"layers", 1000000000, "1000000000"},
      {"layers", -1, "-1"},
      {"layers", "4", "string"},
      {"layers", true, "boolean"},
      {"epochs", 4294967297, "4294967297"},
      {"epochs", 2.0, "2.0"},
      {"curriculum", 0, "0"},
      {"curriculum", 1e300, "1e+300"},
      {"seed", -1, "-1"},
      {"seed", 0.5, "0.5"},
      {"average", 1.5, "1.5"},
      {"average", -0.5, "-0.5"},
      {"near_tied", -1, "-1"},
      {"near_tied", nullptr, "null"},
      {"l2", -1, "-1"},
  };
  for (const Case& c : cases) {
    const std::string text = refusal(text_with(c.key, c.value));
    CAPTURE(text);
    CHECK(text.find(std::string("the setting '") + c.key + "' is " + c.shown + ", not a") == 0);
  }
  CHECK(refusal(text_with("layers", 100000)) == "nothing thrown");
  CHECK(app::declaration_from_text(text_with("seed", std::numeric_limits<std::uint64_t>::max()), "")
            .settings.seed == std::numeric_limits<std::uint64_t>::max());
}

TEST_CASE("settings of a checkpoint of another kind, nested or large, are refused") {
  const std::string deep(100000, '[');
  for (const std::string& text :
       {std::string(), std::string("null"), std::string("[]"), std::string("{}"), deep,
        deep + std::string(deep.size(), ']'), text_with("options", {{"a", 1}}), text_with("algorithm", 1),
        text_with("data", nullptr)})
    CHECK(refusal(text) == "the checkpoint does not say which model and settings made it");
  std::string nested = text_with("layers", "here");
  nested.replace(nested.find("\"here\""), 6, deep + std::string(deep.size(), ']'));
  CHECK(refusal(nested) == "the setting 'layers' is array, not a whole number from 0 to 100000");
  CHECK(refusal(text_with("data", std::string(2000000, 'x'))) == "nothing thrown");
  std::string many = text_with("data", "here");
  std::string zeros = "\"more\":[0";
  for (int i = 0; i < 1500000; ++i) zeros += ",0";
  many.insert(1, zeros + "],");
  CHECK(refusal(many).find("the JSON has more values than 30") == 0);
}

}  // namespace unfurl::test

TEST_SUITE_END();
