// The SIMD level that the built program runs at: chosen, refused, recorded, and warned of where it changes.
#include <nlohmann/json.hpp>

#include "core/simd.hpp"
#include "e2e/cli_helpers.hpp"

using namespace cli_test;
using nlohmann::json;

namespace {

/// While it lives, the environment asks for a level.
class Asked {
 public:
  explicit Asked(const std::string& level) {
    if (const char* before = std::getenv("UNFURL_SIMD")) before_ = before;
    setenv("UNFURL_SIMD", level.c_str(), 1);
  }
  ~Asked() { setenv("UNFURL_SIMD", before_.c_str(), 1); }  // empty: nothing is asked for
  Asked(const Asked&) = delete;
  Asked& operator=(const Asked&) = delete;

 private:
  std::string before_;
};

/// Writes another level into a record.
void set_level(const std::string& file, const std::string& level) {
  json record = json::parse(contents(file));
  record["machine"]["simd"] = level;
  std::ofstream(file) << record;
}

}  // namespace

TEST_SUITE("e2e") {
  TEST_CASE("levels: what the library has is chosen by name, anything else is refused") {
    const std::string& own = unfurl::simd::level();
    {
      const Asked asked(own);
      CHECK(holds(shell("--version").out, own));
    }
    for (const char* wrong : {"avx2", "v", "v33", "a name of more than sixteen letters"}) {
      CAPTURE(wrong);
      const Asked asked(wrong);
      refuses(shell("list"), {"UNFURL_SIMD=", "which is no level of x86-64", "unset it, or set it to "});
    }
    std::size_t there = 0;
    for (const char* level : {"v2", "v3", "v4"}) {
      const Asked asked(level);
      const Outcome outcome = shell("--version");
      if (outcome.status == 0)
        CHECK(holds(outcome.out, unfurl::detail::cat("x86-64-", level)));
      else
        refuses(outcome, {unfurl::detail::cat("UNFURL_SIMD=", level, ", which this ")});
      there += outcome.status == 0 ? 1 : 0;
    }
    CHECK(there <= unfurl::simd::levels().size());
    const Asked nothing("");
    CHECK(shell("--version").status == 0);
  }

  TEST_CASE("levels: what is resumed at another level is warned of, and only that") {
    const Folder folder;
    const std::string out = folder / "run", points = folder / "points.json";
    REQUIRE(run({"train", "chain", "--epochs", "1", "-o", out}).status == 0);
    Outcome resumed = run({"train", "chain", "--resume", "--epochs", "2", "-o", out});
    CHECK(resumed.status == 0);
    CHECK_FALSE(holds(resumed.error, "warning"));
    set_level(out + "/run.json", "x86-64-v7");
    resumed = run({"train", "chain", "--resume", "--epochs", "3", "-o", out});
    CHECK(resumed.status == 0);
    CHECK(holds(resumed.error, "warning: this ran at x86-64-v7 so far and goes on at "));
    CHECK(holds(resumed.error, out + "/run.json"));
    CHECK(holds(resumed.error, "set UNFURL_SIMD=v7"));
    CHECK_FALSE(holds(run({"train", "chain", "--resume", "--epochs", "4", "-o", out}).error, "warning"));

    const auto decode = [&](const std::string& errors) {
      return run({"decode", "bch:15,7", "--ebn0", "2", "--iterations", "2", "--frame-errors", errors,
                  "--json", points, "--resume"});
    };
    REQUIRE(decode("20").status == 0);
    CHECK_FALSE(holds(decode("40").error, "warning"));
    set_level(points, "x86-64-v7");
    CHECK(holds(decode("60").error, "warning: this ran at x86-64-v7 so far"));
  }
}
